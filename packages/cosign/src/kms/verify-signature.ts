import { keySpecOfSpki, publicKeyFromSpki, SignError } from '@securosys/core';
import { verifyStoredSignature } from '../keys/signature-bytes.js';
import type { CosignKmsResponse } from './contract.js';
import { kmsAlgorithm, kmsInput } from './hash.js';
import type { CosignKmsContext, CosignKmsKeySettings, CosignKmsPlugin } from './plugin.js';
import { publicKeyOf } from './public-key.js';
import type { KmsCall } from './read-call.js';

/** `verifySignature` (`cosign.md` §11.2): reckoned here, with the public half of the key. ECDSA has to be DER. */
export async function answerVerifySignature(
  plugin: CosignKmsPlugin,
  context: CosignKmsContext,
  { call, settings }: { readonly call: KmsCall; readonly settings: CosignKmsKeySettings },
  stdin: Uint8Array,
): Promise<CosignKmsResponse> {
  const { signature } = call;
  if (!signature) throw new SignError('ERR_MALFORMED', 'there is no signature to be verified');
  const input = kmsInput(call, stdin);
  if ('blind' in input) throw new SignError('ERR_BLIND_SIGNING', 'a signature is verified over its message, not over a digest');
  const spki = await publicKeyOf(plugin, context);
  const algorithm = kmsAlgorithm(keySpecOfSpki(spki), call, settings);
  if (!verifyStoredSignature(publicKeyFromSpki(spki), algorithm, input.message, signature))
    throw new SignError('ERR_SIGNATURE_MISMATCH', `this is not a signature of the key over the message (${algorithm})`);
  return { verifySignature: {} };
}
