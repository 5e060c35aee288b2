import {
  type Claims,
  canonicalJson,
  type Prepared,
  type PreparedPart,
  type SignRequest,
  sha256Hex,
  utf8Bytes,
} from '@securosys/core';
import { type DctUpdate, partRole, type TrustedRepository, updateChanges } from '@securosys/dct';
import { changeClaims } from './change-claims.js';
import type { PartSigners } from './part-signers.js';

/** An update that is to be signed. */
export interface UpdateToSign {
  readonly gun: string;
  readonly prepared: Prepared<DctUpdate>;
  /** What it is compared with for people; absent for one that is not there yet. */
  readonly repository: TrustedRepository | undefined;
}

/** One use of a key that an update needs. */
export interface PartRequest {
  readonly part: PreparedPart;
  readonly request: SignRequest;
}

/** What is asked of keys for an update: every part, as one batch that people decide on together, with what it changes. */
export function partRequests({ claims }: Pick<PartSigners, 'claims'>, update: UpdateToSign): readonly PartRequest[] {
  const { gun, prepared, repository } = update;
  const payloads = prepared.parts.map(({ input }) => sha256Hex(input.message));
  const batch = { id: sha256Hex(utf8Bytes(canonicalJson({ gun, payloads }))), payloads };
  const changed = new Map(updateChanges(prepared, repository).map((file) => [file.role, file]));
  return prepared.parts.map((part) => {
    const { id, algorithm, input, domain, facts } = part;
    // Names of roles are short; what tells two keys of one role apart is a hash, which approvers do not take for a claim.
    const role = partRole(id);
    const file = changed.get(role);
    const said: Claims = { 'Docker Content Trust repository': gun, role, ...(file && changeClaims(file, facts)) };
    const target = { repository: gun };
    return {
      part,
      request: { algorithm, input, facts, claims: { ...claims, ...said }, target, batch, ...(domain && { domain }) },
    };
  });
}
