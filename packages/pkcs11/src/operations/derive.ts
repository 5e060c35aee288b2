import {
  agreementBytes,
  agreementPeer,
  base64urlBytes,
  type CallOptions,
  concatBytes,
  type DeriveOperation,
  ownBytes,
  SignError,
} from '@securosys/core';
import { CKA, CKK, CKO } from '../cryptoki/attributes.js';
import { CKD, CKM } from '../cryptoki/mechanisms.js';
import type { Template } from '../token/template.js';
import { keyBits } from './key-bits.js';
import { needUsage, type UsableKey } from './usable-key.js';
import { type UseContext, usedOnce } from './use-context.js';

/** The point of a public key, uncompressed (SEC 1 §2.3.3), however the key was written. */
function pointOf(key: ReturnType<typeof agreementPeer>): Uint8Array {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return concatBytes(Uint8Array.of(4), base64urlBytes(x), base64urlBytes(y));
}

/** A session object that may be read: it lives as long as one command of the worker. */
const secretTemplate = (bytes: number): Template => [
  { type: CKA.CLASS, value: CKO.SECRET_KEY },
  { type: CKA.KEY_TYPE, value: CKK.GENERIC_SECRET },
  { type: CKA.TOKEN, value: false },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: false },
  { type: CKA.EXTRACTABLE, value: true },
  { type: CKA.VALUE_LEN, value: bytes },
];

/**
 * ECDH without a key derivation function: the x-coordinate, as wide as the curve.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`; `ERR_MALFORMED` and `ERR_INVALID_ARGUMENT` for a public key that is
 * none, or of another curve; `ERR_PROTOCOL` for a secret of another width; and those of the token
 */
export async function deriveWith(
  context: UseContext,
  key: UsableKey,
  { algorithm, publicKey }: Pick<DeriveOperation, 'algorithm' | 'publicKey'>,
  options: CallOptions = {},
): Promise<Uint8Array> {
  const { token, capabilities } = context;
  const { spec } = key;
  const peer = agreementPeer(algorithm, spec, publicKey);
  const bytes = spec && agreementBytes(spec);
  if (!spec || !bytes) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with this key`);
  needUsage(key, 'derive');
  await capabilities.need(CKM.ECDH1_DERIVE, 'DERIVE', keyBits(spec), options);
  const mechanism = {
    type: CKM.ECDH1_DERIVE,
    parameter: { kind: 'ecdh', kdf: CKD.NULL, publicData: pointOf(peer) },
  } as const;
  const secret = await usedOnce(context, key, options, (use) =>
    token.deriveSecret(key.handle, mechanism, secretTemplate(bytes), use),
  );
  if (secret.byteLength !== bytes)
    throw new SignError('ERR_PROTOCOL', `the token gave a secret of ${secret.byteLength} bytes, where the curve has ${bytes}`, {
      details: { operation: 'derive', tokenLabel: token.token.label },
    });
  return ownBytes(secret);
}
