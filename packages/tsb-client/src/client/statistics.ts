import type { KeystoreStatistics } from '../api/service.js';

/** What the statistics text says in numbers. A number that the text lacks, or has twice, is absent. */
export interface KeystoreNumbers {
  readonly privateKeys?: number;
  readonly publicKeys?: number;
  readonly secretKeys?: number;
  readonly certificates?: number;
  readonly dataObjects?: number;
  readonly invalidatedKeys?: number;
  readonly usedBytes?: number;
  readonly maxBytes?: number;
}

/** Statistics of the keystore: the server's text, and what could be read of it. */
export interface TsbStatistics extends KeystoreStatistics {
  readonly numbers: KeystoreNumbers;
}

/** What the text calls them (§2.9). */
const names: Readonly<Record<string, readonly [name: keyof KeystoreNumbers, unit: string]>> = {
  'private keys': ['privateKeys', ''],
  'public keys': ['publicKeys', ''],
  'secret keys': ['secretKeys', ''],
  certificates: ['certificates', ''],
  'data objects': ['dataObjects', ''],
  'invalidated keys': ['invalidatedKeys', ''],
  'used size': ['usedBytes', ' bytes'],
  'max size': ['maxBytes', ' bytes'],
};

/**
 * Reads `user NAME, private keys 1, …, used size 4868 bytes, …`. The text is made for people, and the user's name stands in it
 * unquoted: so a count that comes twice is not believed, and an item of another form is passed over.
 */
export function keystoreNumbers(text: string): KeystoreNumbers {
  const found = new Map<keyof KeystoreNumbers, number>();
  const twice = new Set<keyof KeystoreNumbers>();
  for (const [, label = '', digits = '', unit = ''] of text
    .slice(0, 4096)
    .matchAll(/(?:^|,) *([a-z ]{1,40}) (\d{1,15})( bytes)?(?= *(?:,|"?$))/g)) {
    const [name, wanted] = Object.hasOwn(names, label) ? (names[label] ?? []) : [];
    if (name === undefined || unit !== wanted) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, Number(digits));
  }
  return Object.fromEntries([...found].filter(([name]) => !twice.has(name)));
}
