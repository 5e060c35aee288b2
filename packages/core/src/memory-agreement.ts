import type { KeyObject } from 'node:crypto';
import { agreementPeer, type DeriveOperation, type KeySpec, nodeCrypto, ownBytes, SignError } from '@securosys/core';

/** The x-coordinate of the shared point, as wide as the curve. */
export function deriveSoftly(
  key: KeyObject | undefined,
  spec: KeySpec | undefined,
  { algorithm, publicKey }: DeriveOperation,
): Uint8Array {
  const peer = agreementPeer(algorithm, spec, publicKey);
  if (!key) throw new SignError('ERR_KEY_NOT_USABLE', 'this key does not derive');
  return ownBytes(nodeCrypto().diffieHellman({ privateKey: key, publicKey: peer }));
}
