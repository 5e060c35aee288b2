import { sanitizeText } from '@securosys/core';

/** Longest name in a policy: people have to read it on a small screen. */
const longestName = 100;

/** Pairs of a letter that looks Latin and the one it looks like: enough to notice a false `CISO`, not all that Unicode has. */
const pairs = 'аa еe оo рp сc хx уy іi ѕs јj һh кk мm нh тt вb αa βb εe ιi κk νv οo ρp τt υu χx ɡg ıi ɩi ⅼl 0o 1l |l';
const lookalikes: ReadonlyMap<string, string> = new Map(
  pairs.split(' ').map((pair) => [pair.slice(0, 1), pair.slice(1)] as const),
);

/** What a name looks like at a glance: without case, accents, spaces, punctuation and script. */
export function appearance(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  const dense = letters.replace(/[\s\p{P}]/gu, '') || letters;
  // A capital I, a lower-case L and a one look the same as well.
  return [...dense]
    .map((c) => lookalikes.get(c) ?? c)
    .join('')
    .replaceAll('i', 'l');
}

/** Why a name cannot be in a policy; `undefined` when it can. */
export function nameProblem(name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name !== 'string') return 'a name is a text';
  if (name.length > longestName) return `a name is longer than ${longestName} characters`;
  if (sanitizeText(name, Number.POSITIVE_INFINITY) !== name) return 'a name holds control or invisible characters';
  return name.trim() === name ? undefined : 'a name begins or ends with a space';
}
