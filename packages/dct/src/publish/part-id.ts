import { SignError } from '@securosys/core';
import { type DctRole, isDelegation } from '../model/roles.js';

/**
 * Id of a part of an update: the role whose file it signs.
 * @param keyId which key signs, where several keys sign one file
 */
export function partId(role: DctRole, keyId?: string): string {
  return keyId === undefined ? role : `${role} by ${keyId}`;
}

const byKey = / by [0-9a-f]{64}$/;

/**
 * Role of the file that a part of an update signs.
 * @param part its id
 * @throws SignError `ERR_INVALID_ARGUMENT` for an id of no such part
 */
export function partRole(part: string): DctRole {
  const role = part.replace(byKey, '');
  if (role === 'root' || role === 'targets' || isDelegation(role)) return role;
  throw new SignError('ERR_INVALID_ARGUMENT', 'this is no part of an update of Docker Content Trust');
}
