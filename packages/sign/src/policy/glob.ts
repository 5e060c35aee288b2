/**
 * Patterns over repositories and tags. `*` stands for any run of characters but `/`, also none; `**` as a whole part between slashes for one
 * or more whole parts; everything else for itself. There is no other special character and no escape, and matching takes time
 * in proportion to the lengths of both, so that no pattern is slow.
 */

const most = 16;
const longest = 512;

/** Compares from left to right and comes back to the last star only. */
function matchesPart(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') [star, mark] = [p++, t];
    else if (pattern[p] === text[t]) [p, t] = [p + 1, t + 1];
    else if (star >= 0) [p, t] = [star + 1, ++mark];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Whether a pattern that was checked matches a text. */
export function matchesGlob(pattern: string, text: string): boolean {
  const [patterns, parts] = [pattern.split('/'), text.split('/')];
  // Of the parts seen so far, whether each beginning of the pattern matches them.
  let reached = [true, ...patterns.map(() => false)];
  for (const part of parts) {
    const next = reached.map(() => false);
    patterns.forEach((one, index) => {
      if (one === '**') next[index + 1] = reached[index] || reached[index + 1] || false;
      else next[index + 1] = (reached[index] ?? false) && matchesPart(one, part);
    });
    reached = next;
  }
  return reached[patterns.length] ?? false;
}

const layoutLetters = "letters, digits, . _ - : / and * behind 'oci:'";

/** What a pattern over repositories may not be: one sentence; `undefined` for one that is right. */
export function repositoryGlobFault(pattern: string): string | undefined {
  if (pattern.startsWith('oci:')) return globFault(pattern, /^[A-Za-z0-9._:*/-]+$/, layoutLetters);
  const fault = globFault(pattern, /^[a-z0-9._:*/[\]-]+$/, 'lower-case letters, digits, . _ - : / and *');
  if (fault !== undefined || pattern === '**') return fault;
  const [host = '', ...path] = pattern.split('/');
  if (path.length === 0 || !/[.:*]|^localhost$/.test(host))
    return 'starts with no registry: write docker.io/library/alpine, or ** for every repository';
  if (path.some((part) => part.includes(':'))) return 'has a tag: tags have patterns of their own';
  if (host === 'index.docker.io') return 'names docker.io by another name, which nothing matches';
  return undefined;
}

/** What a pattern over tags may not be: one sentence; `undefined` for one that is right. */
export function tagGlobFault(pattern: string): string | undefined {
  return (
    globFault(pattern, /^[A-Za-z0-9._*-]+$/, 'letters, digits, . _ - and *') ??
    (pattern.includes('**') ? 'has two stars in a row' : undefined)
  );
}

function globFault(pattern: string, alphabet: RegExp, letters: string): string | undefined {
  if (pattern.length > longest) return `is longer than ${longest} characters`;
  if (!alphabet.test(pattern)) return `may hold ${letters} only`;
  if (pattern.split('*').length - 1 > most) return `has over ${most} stars`;
  const parts = pattern.split('/');
  if (parts.some((part) => part === '')) return 'has an empty part';
  if (parts.some((part) => part.includes('**') && part !== '**'))
    return 'has ** beside something else: it stands for whole parts';
  return undefined;
}
