import type { TsbDecryptInput } from '../client/ciphers.js';
import { bytesText } from '../client/wire-values.js';
import { checkPlanned, inputHash, type Plan, type TsbRequestContext } from './plan.js';

/** What is to be decrypted. The key's password is the backend's. */
export interface TsbDecryptRequest extends Omit<TsbDecryptInput, 'password'>, TsbRequestContext {
  /**
   * Whether a plaintext is the one that was looked for, for example because it opens the packet: a request whose answer was lost can
   * then be found again by its result.
   */
  readonly opens?: (plaintext: Uint8Array) => boolean | Promise<boolean>;
}

export function decryptPlan(request: TsbDecryptRequest): Plan<'decrypt'> {
  checkPlanned('decrypt', request);
  const { spkiSha256, claims = {}, opens, ...input } = request;
  bytesText('encryptedPayload', input.encryptedPayload);
  return {
    identity: {
      kind: 'decrypt',
      inputSha256: inputHash(input),
      keyLabel: input.label,
      ...(spkiSha256 !== undefined && { spkiSha256 }),
    },
    rule: 'ruleUse',
    operation: 'decrypt',
    payload: input.encryptedPayload,
    claims,
    ...(opens && { opens }),
    atOnce: (groups, password, options) =>
      groups.ciphers.decrypt.synchronous({ ...input, ...(password !== undefined && { password }) }, options),
    ask: (groups, extras, options) => groups.ciphers.decrypt.asynchronous({ ...input, ...extras }, options),
  };
}
