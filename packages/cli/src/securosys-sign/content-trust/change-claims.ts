import { type Claims, changedClaim, formerClaim, type SigningFacts } from '@securosys/core';
import type { ChangedFile } from '@securosys/dct';

/**
 * What approvers are told that a file changes. What will be stands in the bytes too, and approvers' tools compare it; what was does not, and
 * each such claim says so in its name.
 */
export function changeClaims({ role, follows, changes }: ChangedFile, { details = {} }: SigningFacts): Claims {
  const said = changes.map(
    ({ what, kind, after, before }): Claims => ({
      ...(after !== undefined && kind !== 'removed' && changedClaim(what, after, kind, details)),
      ...(before !== undefined && formerClaim(what, before, kind === 'removed')),
    }),
  );
  const compared =
    follows === undefined ? `${role} has said nothing so far` : `version ${follows} of ${role}, says the requester`;
  return Object.assign(
    { 'compared with': compared },
    ...said,
    changes.length === 0 && { changed: 'nothing but version and expiry' },
  );
}
