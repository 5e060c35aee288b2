/** A version of Semantic Versioning 2.0.0, taken apart. Build metadata has no precedence and is left out. */
export interface SemanticVersion {
  readonly core: readonly [bigint, bigint, bigint];
  readonly preRelease: readonly string[];
}

const number = '(0|[1-9][0-9]*)';
const preRelease = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)';
const build = '[0-9A-Za-z-]+';
const form = new RegExp(
  `^${number}\\.${number}\\.${number}(?:-(${preRelease}(?:\\.${preRelease})*))?(?:\\+${build}(?:\\.${build})*)?$`,
);

/** The version in a text of at most 256 characters; `undefined` for what is none, a leading `v` included. */
export function parseSemanticVersion(text: string): SemanticVersion | undefined {
  const found = text.length <= 256 ? form.exec(text) : null;
  if (!found) return undefined;
  const [major, minor, patch] = found.slice(1, 4).map(BigInt) as [bigint, bigint, bigint];
  return { core: [major, minor, patch], preRelease: found[4]?.split('.') ?? [] };
}

const sign = (less: boolean, more: boolean): number => (less ? -1 : more ? 1 : 0);
const numeric = (text: string): boolean => /^[0-9]+$/.test(text);

function compareIdentifiers(a: string, b: string): number {
  if (numeric(a) && numeric(b)) return sign(BigInt(a) < BigInt(b), BigInt(a) > BigInt(b));
  if (numeric(a) !== numeric(b)) return numeric(a) ? -1 : 1;
  return sign(a < b, a > b);
}

/** Precedence of two versions (Semantic Versioning 2.0.0 §11): below 0 when `a` comes before `b`, 0 when neither does. */
export function compareSemanticVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const [index, left] of a.core.entries()) {
    const right = b.core[index] as bigint;
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.preRelease.length === 0 || b.preRelease.length === 0) return sign(a.preRelease.length > 0, b.preRelease.length > 0);
  for (const [index, left] of a.preRelease.entries()) {
    const right = b.preRelease[index];
    if (right === undefined) return 1;
    const order = compareIdentifiers(left, right);
    if (order !== 0) return order;
  }
  return a.preRelease.length - b.preRelease.length;
}
