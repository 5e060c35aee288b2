import type { Act, ActIdentity, Kinship } from './act.js';
import type { DecryptOperation, DeriveOperation, KeyBackend, RequestState } from './backend.js';
import { ownBytes, sha256Hex } from './bytes.js';
import { SignError } from './errors.js';
import type { CallOptions } from './options.js';
import { compareUse } from './use-of-key.js';

/** A use of a key whose result is a secret. */
export type SecretOperation = DecryptOperation | DeriveOperation;

/** Whether a result is the one that was looked for. */
type Opens = (secret: Uint8Array) => boolean | Promise<boolean>;

/** SHA-256 of what is asked for, hex. */
export const secretInputSha256 = (operation: SecretOperation): string =>
  sha256Hex(operation.kind === 'decrypt' ? operation.ciphertext : operation.publicKey);

/** By what a store knows a secret that was asked for. */
export function secretIdentity(operation: SecretOperation): ActIdentity {
  const { kind, key, algorithm } = operation;
  return {
    kind,
    inputSha256: secretInputSha256(operation),
    algorithm,
    ...(key.label !== undefined && { keyLabel: key.label }),
    ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
  };
}

/**
 * Gives a secret out in memory of its own. Made apart from `begin`, because it outlives it: a waiting operation keeps no request.
 * @param result what it is called
 */
export function secretAcceptor(opens: Opens | undefined, result: string): Act<Uint8Array>['accept'] {
  return async (secret) => {
    if (opens && !(await opens(ownBytes(secret))))
      throw new SignError('ERR_DIGEST_MISMATCH', `the backend returned a ${result} that is not the one looked for`);
    return ownBytes(secret);
  };
}

interface Compared {
  readonly backend: KeyBackend;
  readonly operation: SecretOperation;
  readonly opens: Opens | undefined;
  readonly accept: Act<Uint8Array>['accept'];
}

/** A secret says nothing about where it came from, unless the caller can tell. */
export async function compareSecret(
  { backend, operation, opens, accept }: Compared,
  id: string,
  state: RequestState,
  options: CallOptions,
): Promise<Kinship> {
  if (state.status === 'executed') return opens ? ((await opens(ownBytes(state.result))) ? 'ours' : 'foreign') : 'unknown';
  return compareUse({ backend, operation, accept }, id, state, options);
}
