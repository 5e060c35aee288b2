import type { Act, ActIdentity } from './act.js';
import type { KeyBackend, OpenOperation } from './backend.js';
import { ownBytes, sha256Hex } from './bytes.js';
import { SignError } from './errors.js';
import type { SecretRequest } from './secret-use.js';
import type { SymmetricKeyInfo } from './symmetric-key.js';
import { backendPort, compareUse } from './use-of-key.js';

/** The additional data belong to it: a request that was made with others must not answer for these. */
function identityOf({ key, algorithm, sealed, aad }: OpenOperation): ActIdentity {
  return {
    kind: 'open',
    inputSha256: sha256Hex(sealed),
    algorithm,
    ...(aad && { context: sha256Hex(aad) }),
    ...(key.label !== undefined && { keyLabel: key.label }),
    ...(key.checkSha256 !== undefined && { checkSha256: key.checkSha256 }),
  };
}

/** What people may have to decide on, apart from `begin`, because it outlives it. */
export function openAct(
  backend: KeyBackend,
  key: SymmetricKeyInfo,
  operation: OpenOperation,
  opens: SecretRequest['opens'],
): Act<Uint8Array> {
  const accept = async (plaintext: Uint8Array) => {
    if (opens && !(await opens(ownBytes(plaintext))))
      throw new SignError('ERR_DIGEST_MISMATCH', 'the backend returned a plaintext that is not the one looked for');
    return ownBytes(plaintext);
  };
  return {
    port: backendPort(backend, 'open'),
    identity: identityOf(operation),
    recorded: key.needsApproval !== false,
    secret: true,
    ...(key.approvalWindows && { windows: key.approvalWindows }),
    begin: (later) => backend.begin(operation, later),
    accept,
    async compare(id, state, later) {
      if (state.status !== 'executed') return compareUse({ backend, operation, accept }, id, state, later);
      // A plaintext says nothing about where it came from, unless the caller can tell.
      return opens ? ((await opens(ownBytes(state.result))) ? 'ours' : 'foreign') : 'unknown';
    },
  };
}
