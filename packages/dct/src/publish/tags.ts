import { invalidArgument, knownOptions, type Prepared, sanitizeText } from '@securosys/core';
import { signingMethod } from '../model/keys.js';
import { isTag } from '../model/roles.js';
import type { DctTarget } from '../model/targets.js';
import type { TrustedRepository } from '../verify/update.js';
import { contentsOf, lifetimes, targetsJson } from './contents.js';
import { ownRoles, permits } from './own-roles.js';
import { type DctUpdate, preparedUpdate } from './prepared-update.js';
import { messageOf } from './write-file.js';

/** What a tag is to stand for: the manifest, or for several platforms the index (`dct.md` §4.2). */
export interface TagTarget {
  /** `sha256:…`, 64 lower-case hex characters. */
  readonly digest: string;
  /** Bytes of the manifest. */
  readonly size: number;
}

/** What is to be changed; with nothing of both, the same is signed anew, for longer. */
export interface TagChanges {
  readonly set?: Readonly<Record<string, TagTarget>>;
  readonly remove?: readonly string[];
}

/** With which key, and until when. */
export interface TagOptions {
  /** SubjectPublicKeyInfo of the delegation key, DER. */
  readonly publicKey: Uint8Array;
  /** Milliseconds since 1970; default three years after the repository was verified. */
  readonly expiresAt?: number;
  /** For an RSA key that cannot do PSS: PKCS#1 v1.5, which the original client never writes and takes. Default `false`. */
  readonly pkcs1?: boolean;
}

const digestForm = /^sha256:([0-9a-f]{64})$/;

function targetOf(tag: string, { digest, size }: TagTarget): DctTarget {
  const [, sha256] = digestForm.exec(digest) ?? [];
  if (!isTag(tag)) invalidArgument(`'${sanitizeText(tag, 60)}' is no tag`);
  if (sha256 === undefined) return invalidArgument(`the digest of ${tag} is not sha256: and 64 hex characters`);
  if (!Number.isSafeInteger(size) || size <= 0) return invalidArgument(`the size of ${tag} is no number of bytes`);
  return { sha256, length: size };
}

/**
 * Signs tags with a delegation key (`dct.md` §7.3): new versions of `targets/releases` and of every other role that this key may sign, with
 * all tags that they had. Removing a tag revokes it, and changing nothing prolongs what there is.
 *
 * @example
 * ```ts
 * import { prepareTags, type TrustedRepository } from '@securosys/dct';
 * declare const repository: TrustedRepository; // from verifyRepository, fresh
 * declare const publicKey: Uint8Array;
 * declare const digest: string;
 * const prepared = prepareTags(repository, { set: { '1.4': { digest, size: 1234 } } }, { publicKey });
 * console.log(prepared.parts.map(({ id }) => id)); // targets/releases, targets/<signer>
 * ```
 * @throws SignError `ERR_KEY_NOT_USABLE`, `ERR_INVALID_ARGUMENT`, `ERR_CAPABILITY_MISSING`, `ERR_NOT_TRUSTED`
 */
export function prepareTags(repository: TrustedRepository, changes: TagChanges, options: TagOptions): Prepared<DctUpdate> {
  knownOptions('changes of tags', changes, ['set', 'remove']);
  knownOptions('prepareTags', options, ['publicKey', 'expiresAt', 'pkcs1']);
  const { set = {}, remove = [] } = changes;
  const { publicKey, pkcs1 = false, expiresAt = repository.verifiedAt + lifetimes.targets } = options;
  if (!(expiresAt > repository.verifiedAt)) invalidArgument('expiresAt lies in the past');
  const added = Object.entries(set).map(([tag, target]) => [tag, targetOf(tag, target)] as const);
  const twice = added.find(([tag]) => remove.includes(tag));
  if (twice) invalidArgument(`the tag '${twice[0]}' is to be set and removed`);
  const roles = ownRoles(repository, publicKey);
  for (const tag of remove)
    if (!roles.some(({ file }) => file?.targets.has(tag) || file?.unusable.has(tag)))
      invalidArgument(`no role of this key has a tag '${sanitizeText(tag, 60)}'`);
  const plans = roles.map(({ declared, key, file }) => {
    const contents = contentsOf(file, expiresAt);
    const targets = new Map(contents.targets);
    for (const tag of remove) targets.delete(tag);
    for (const [tag, target] of added) {
      if (!permits(declared, tag)) invalidArgument(`${declared.name} may say nothing of the tag '${tag}'`);
      targets.set(tag, target);
    }
    const message = messageOf(targetsJson({ ...contents, targets }));
    return { role: declared.name, message, signers: [{ key, method: signingMethod(key, pkcs1).method }] };
  });
  return preparedUpdate(repository.gun, plans);
}
