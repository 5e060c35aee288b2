import { isJsonObject, type JsonValue, parseJsonObject, SignError, type SigningFacts } from '@securosys/core';
import { isDelegation, parentOf } from '../model/roles.js';
import { type RootFile, readRoot } from '../model/root.js';
import { readTargets, type TargetsFile } from '../model/targets.js';
import { containedCustom, containedKeys, containedRoles, containedTags } from './contained.js';
import { saysNothingElse } from './rewritten.js';
import { writeFile } from './write-file.js';

/**
 * Tags that facts show one by one; the rest is a number, and no claim about it is taken. Facts travel in the description of a request, which may
 * have a megabyte.
 */
const shown = 2_000;

function targetsFacts(file: TargetsFile): Readonly<Record<string, string>> {
  const tags = containedTags(file);
  const hidden = tags.length - shown;
  const custom = containedCustom(file);
  return {
    version: String(file.version),
    tags: String(tags.length),
    ...Object.fromEntries(tags.slice(0, shown)),
    ...(hidden > 0 && { 'tags not shown': String(hidden) }),
    ...Object.fromEntries(custom.slice(0, shown)),
    ...(custom.length > shown && { 'custom data not shown': String(custom.length - shown) }),
    ...Object.fromEntries(containedRoles(file)),
  };
}

function rootFacts(file: RootFile): Readonly<Record<string, string>> {
  return { version: String(file.version), ...Object.fromEntries(containedKeys(file)) };
}

/** The role that can declare these delegations; which of them it is where there are none, the bytes do not say. */
function roleBy(delegations: JsonValue | undefined): TargetsFile['role'] {
  const roles = isJsonObject(delegations) ? delegations.roles : undefined;
  const first = Array.isArray(roles) ? roles[0] : undefined;
  const name = isJsonObject(first) ? first.name : undefined;
  return typeof name === 'string' && isDelegation(name) ? parentOf(name) : 'targets';
}

/** What files of metadata say, read from the bytes to be signed: all but the repository and the role, which stand nowhere in them. */
export function explainMetadata(message: Uint8Array): SigningFacts | undefined {
  try {
    const { _type, delegations } = parseJsonObject(message, { maxBytes: 16 << 20, maxValues: 1_000_000 });
    const bytes = writeFile(message, []);
    if (_type === 'Targets') {
      const file = readTargets(roleBy(delegations), bytes);
      const title = `Docker Content Trust: a version of signed tags, version ${file.version}, ${file.targets.size} tags`;
      return factsOf(message, file, title, targetsFacts(file));
    }
    if (_type !== 'Root') return undefined;
    const file = readRoot(bytes);
    return factsOf(message, file, `Docker Content Trust: root keys, version ${file.version}`, rootFacts(file));
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

function factsOf(
  message: Uint8Array,
  file: TargetsFile | RootFile,
  title: string,
  details: Readonly<Record<string, string>>,
): SigningFacts | undefined {
  // Only what says nothing else than what is shown is explained.
  if (!saysNothingElse(file, message)) return undefined;
  return { format: 'dct', title, expiresAt: new Date(file.expiresAt).toISOString(), details };
}
