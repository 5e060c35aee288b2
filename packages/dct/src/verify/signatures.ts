import { verifySignature } from '@securosys/core';
import { dctFault } from '../model/fault.js';
import { algorithmOf, type DctKey, publicKeyOf } from '../model/keys.js';
import type { KeyMap, RoleKeys } from '../model/root.js';
import type { SignedFile } from '../model/signed-file.js';

/** Keys of a role that are among `keys` and that can verify. */
export function keysOf({ keyIds }: RoleKeys, keys: KeyMap): DctKey[] {
  return keyIds.flatMap((id) => keys.get(id) ?? []);
}

/**
 * Keys whose signatures over this file are good. Signatures by other keys say nothing; a key counts once, whatever number of signatures
 * or of ids it has (`dct.md` §9, 6).
 */
export function goodSigners(file: SignedFile, candidates: readonly DctKey[]): DctKey[] {
  const good = new Map<string, DctKey>();
  for (const { keyId, method, signature } of file.signatures) {
    const key = candidates.find(({ id }) => id === keyId);
    const algorithm = key && algorithmOf(key, method);
    if (!key || !algorithm || good.has(key.canonicalId)) continue;
    if (verifySignature(publicKeyOf(key), algorithm, file.message, signature)) good.set(key.canonicalId, key);
  }
  return [...good.values()];
}

/**
 * Demands the signatures that a role needs.
 * @throws SignError `ERR_NOT_TRUSTED` with reason `threshold`
 */
export function checkThreshold(file: SignedFile, threshold: number, candidates: readonly DctKey[]): DctKey[] {
  const good = goodSigners(file, candidates);
  if (good.length < threshold)
    throw dctFault(file.role, 'threshold', `${good.length} of the ${threshold} signatures that it needs are good`);
  return good;
}

/**
 * Demands that a file has not expired.
 * @param now milliseconds since 1970
 * @throws SignError `ERR_NOT_TRUSTED` with reason `expired`
 */
export function checkExpiry({ role, expires, expiresAt }: SignedFile, now: number): void {
  if (!(now < expiresAt)) throw dctFault(role, 'expired', `it expired at ${expires}`);
}

/** Versions that are published one by one do not get so far between two looks. */
const maxJump = 1_000_000;

/**
 * Demands that a file is not older than what was seen before, and not so much newer that whoever remembers it would take no later file any
 * more (a fast-forward attack).
 * @throws SignError `ERR_NOT_TRUSTED` with reason `rollback` or `jump`
 */
export function checkVersion({ role, version }: SignedFile, seen: number | undefined): void {
  if (seen === undefined) return;
  if (version < seen) throw dctFault(role, 'rollback', `version ${seen} was seen before, and this is version ${version}`);
  if (version - seen > maxJump)
    throw dctFault(role, 'jump', `version ${seen} was seen last, and this is version ${version}: nobody publishes that often`);
}
