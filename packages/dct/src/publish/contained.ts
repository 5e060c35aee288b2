import type { RootFile } from '../model/root.js';
import type { TargetsFile } from '../model/targets.js';

/** What a file says, as people read it: a name (`tag 1.4`, `delegation targets/ci`, `role root`) and what it stands for. */
export type Contained = readonly (readonly [name: string, text: string])[];

/** Tags of a file by their names, with digests and bytes. */
export function containedTags({ targets }: TargetsFile): Contained {
  const tags = [...targets].sort(([a], [b]) => (a < b ? -1 : 1));
  return tags.map(([tag, { sha256, length }]) => [`tag ${tag}`, `sha256:${sha256} (${length} bytes)`] as const);
}

/** Who may sign below a file, and what. */
export function containedRoles({ delegations }: TargetsFile): Contained {
  return delegations.map(({ name, keyIds, threshold, paths }) => {
    const names = paths.map((path) => (path === '' ? 'all' : `${path}*`)).join(', ') || 'none';
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
  return 'targets' in file ? [...containedTags(file), ...containedRoles(file)] : containedKeys(file);
}
