import { SignError, sha256Hex } from '@securosys/core';
import type { DctKey } from '../model/keys.js';
import { sameKey } from '../model/keys.js';
import { type DelegationRole, releasesRole } from '../model/roles.js';
import type { Delegation, TargetsFile } from '../model/targets.js';
import type { TrustedRepository } from '../verify/update.js';

/** A role that our key may sign, and what it says now. */
export interface OwnRole {
  readonly declared: Delegation;
  /** The key as its parent names it. */
  readonly key: DctKey;
  readonly file: TargetsFile | undefined;
}

/** The key that a role declares for this public key. */
function ownKey({ keyIds }: Delegation, targets: TargetsFile, spki: Uint8Array): DctKey | undefined {
  return keyIds.flatMap((id) => targets.keys.get(id) ?? []).find((key) => sameKey(key, { spki }));
}

/**
 * Every role directly below `targets` that this key may sign, as Docker chooses them (`dct.md` §7.3, 1).
 * @throws SignError `ERR_KEY_NOT_USABLE` when `targets/releases` is none of them; `ERR_CAPABILITY_MISSING` for a role that needs several signatures
 */
export function ownRoles({ targets, delegations, skipped, gun }: TrustedRepository, spki: Uint8Array): OwnRole[] {
  const found = targets.delegations.flatMap((declared): OwnRole[] => {
    const key = ownKey(declared, targets, spki);
    const file = delegations.find((one) => one.file.role === declared.name)?.file;
    return key ? [{ declared, key, file }] : [];
  });
  if (!found.some(({ declared }) => declared.name === releasesRole))
    throw new SignError(
      'ERR_KEY_NOT_USABLE',
      `key sha256:${sha256Hex(spki)} may not sign ${releasesRole} of ${gun}: whoever has the targets key has to add it`,
      { details: { role: releasesRole } },
    );
  for (const { declared, file } of found) {
    if (declared.threshold > 1)
      throw new SignError(
        'ERR_CAPABILITY_MISSING',
        `${declared.name} needs ${declared.threshold} signatures, and one key makes one`,
      );
    const lost = file ? undefined : skipped.find(({ role, reason }) => role === declared.name && reason !== 'not-published');
    // What it says cannot be believed, and starting anew would take all its tags away.
    if (lost) throw new SignError('ERR_NOT_TRUSTED', lost.sentence, { details: { role: declared.name, reason: lost.reason } });
  }
  return found;
}

/** Whether a role may say something of a name. */
export function permits({ paths }: Delegation, name: string): boolean {
  return paths.some((path) => name.startsWith(path));
}

/** Names of roles, for people. */
export function roleNames(roles: readonly OwnRole[]): DelegationRole[] {
  return roles.map(({ declared }) => declared.name);
}
