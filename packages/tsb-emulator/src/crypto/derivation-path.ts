import { failure } from '../failure.js';

/** Added to an index that is written with an apostrophe (BIP32). */
export const hardened = 0x8000_0000;

const deepest = 255;

/**
 * Indices of a derivation path such as `44'/0'/0'`, which has no leading slash.
 * @throws SignError with the TSB error 610
 */
export function parseDerivationPath(path: string): number[] {
  const steps = path.split('/');
  if (steps.length > deepest) throw failure(610, `a derivation path has at most ${deepest} steps`);
  return steps.map((step) => {
    const [, digits, mark] = /^(0|[1-9]\d{0,9})('?)$/.exec(step) ?? [];
    const index = Number(digits);
    if (digits === undefined || index >= hardened) throw failure(610, "a derivation path is like 44'/0'/0, indices below 2^31");
    return mark === '' ? index : index + hardened;
  });
}
