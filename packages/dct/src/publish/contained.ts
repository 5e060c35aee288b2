import { sha256Hex, utf8Text } from '@securosys/core';
import { notaryJson } from '../model/canonical-json.js';
import type { RootFile } from '../model/root.js';
import type { TargetsFile } from '../model/targets.js';

/** What a file says, as people read it: a name (`tag 1.4`, `delegation targets/ci`, `role root`) and what it stands for. */
export type Contained = readonly (readonly [name: string, text: string])[];

const sortedTags = ({ targets }: TargetsFile) => [...targets].sort(([a], [b]) => (a < b ? -1 : 1));

/** Tags of a file by their names, with digests and bytes. */
export function containedTags(file: TargetsFile): Contained {
  return sortedTags(file).map(([tag, { sha256, length }]) => [`tag ${tag}`, `sha256:${sha256} (${length} bytes)`] as const);
}

/** Characters of JSON that people are shown; by their hash are longer texts, and such as could be read as the digest of something. */
const shortText = 200;
const digestLike = /sha\d+:|[0-9a-f]{64}/i;

/** What signers added to tags: everybody can read it, and some tools heed it. */
export function containedCustom(file: TargetsFile): Contained {
  return sortedTags(file).flatMap(([tag, { custom }]) => {
    if (custom === undefined || custom === null) return [];
    const json = notaryJson(custom);
    const text = utf8Text(json);
    const hashed = text.length > shortText || digestLike.test(text);
    const shown = hashed ? `sha256:${sha256Hex(json)} (${json.byteLength} bytes)` : text;
    return [[`custom data of tag ${tag}`, shown] as const];
  });
}

/** A prefix of names; one that could be taken for two, or for words, in quotes. */
function shownPath(path: string): string {
  if (path === '') return 'all';
  return `${/^[\w./:-]+$/.test(path) ? path : JSON.stringify(path)}*`;
}

/** Who may sign below a file, and what. */
export function containedRoles({ delegations }: TargetsFile): Contained {
  return delegations.map(({ name, keyIds, threshold, paths }) => {
    const names = paths.map(shownPath).join(', ') || 'none';
    return [`delegation ${name}`, `${threshold} of ${keyIds.length} keys: ${keyIds.join(', ')}; names: ${names}`] as const;
  });
}

/** Keys of a root by their roles, and names in certificates. */
export function containedKeys({ roles, keys }: RootFile): Contained {
  const named = Object.entries(roles).map(
    ([role, { keyIds, threshold }]) => [`role ${role}`, `${threshold} of ${keyIds.length} keys: ${keyIds.join(', ')}`] as const,
  );
  const certificates = [...keys].flatMap(([id, key]) => {
    const [leaf] = key?.certificates ?? [];
    return leaf ? [[`certificate of ${id}`, leaf.subjectText] as const] : [];
  });
  return [...named, ...certificates];
}

/** All that a file says. */
export function containedIn(file: TargetsFile | RootFile): Contained {
  return 'targets' in file ? [...containedTags(file), ...containedCustom(file), ...containedRoles(file)] : containedKeys(file);
}
