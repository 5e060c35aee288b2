import { SignError, sanitizeText } from '@securosys/core';

/** Roles that every repository has (`dct.md` §1). */
export type BaseRole = 'root' | 'targets' | 'snapshot' | 'timestamp';

/** A role below `targets`, for example `targets/releases`. */
export type DelegationRole = `targets/${string}`;

/** Any role of a repository. */
export type DctRole = BaseRole | DelegationRole;

/** What every tag that Docker believes is in: shared by all who sign (`dct.md` §9, 7). */
export const releasesRole = 'targets/releases';

const grammar = /^[-a-z0-9_/]+$/;

/** Whether a text is the name of a delegation: lower case, path-clean, under 256 characters (`dct.md` §5). */
export function isDelegation(name: string): name is DelegationRole {
  if (!name.startsWith('targets/') || name.length > 255 || !grammar.test(name)) return false;
  return name.split('/').every((part) => part !== '');
}

/** The role that declares this one. */
export function parentOf(role: DelegationRole): 'targets' | DelegationRole {
  return role.slice(0, role.lastIndexOf('/')) as 'targets' | DelegationRole;
}

/**
 * Name of the delegation of a signer.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function signerRole(signer: string): DelegationRole {
  const role = `targets/${signer}`;
  if (isDelegation(role) && !signer.includes('/')) return role;
  throw new SignError(
    'ERR_INVALID_ARGUMENT',
    `'${sanitizeText(signer, 60)}' is no name of a signer: lower-case letters, digits, - and _`,
  );
}

const gunGrammar = /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?::[0-9]{1,5})?(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+$/;

/**
 * Checks the globally unique name of a repository (`dct.md` §5): registry host and whole repository name, no tag, no scheme.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkGun(gun: string): string {
  if (typeof gun === 'string' && gun.length <= 255 && gunGrammar.test(gun)) return gun;
  throw new SignError(
    'ERR_INVALID_ARGUMENT',
    `'${sanitizeText(String(gun), 80)}' is no name of a repository with its registry, as docker.io/library/alpine is`,
  );
}

const tagGrammar = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Whether a target can be the tag of an image. */
export function isTag(name: string): boolean {
  return tagGrammar.test(name);
}
