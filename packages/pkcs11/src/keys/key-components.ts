import type { KeyObject } from 'node:crypto';
import { base64urlBytes, type KeySpec, nodeCrypto, SignError, wipe } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import { curveBySpec } from './curves.js';
import { bytes } from './entries.js';
import { publicComponents } from './public-components.js';

/** A private key taken apart for `C_CreateObject`. */
export interface KeyComponents {
  readonly spec: KeySpec;
  /** What the private template needs besides roles and names. Secret: {@link wipeComponents} when done. */
  readonly privateHalf: Template;
  readonly publicHalf: Template;
}

const rsaPrivate = {
  d: CKA.PRIVATE_EXPONENT,
  p: CKA.PRIME_1,
  q: CKA.PRIME_2,
  dp: CKA.EXPONENT_1,
  dq: CKA.EXPONENT_2,
  qi: CKA.COEFFICIENT,
} as const;

/** A private key from whoever hands it in, as an object of this runtime. */
function privateKeyOf(key: KeyObject | Uint8Array): KeyObject {
  if (!(key instanceof Uint8Array)) {
    if (key?.type !== 'private') throw new SignError('ERR_INVALID_ARGUMENT', 'the key to import is no private key');
    return key;
  }
  // A view, not a copy: there is one copy less to wipe.
  const der = Buffer.from(key.buffer, key.byteOffset, key.byteLength);
  try {
    return nodeCrypto().createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } catch {
    // The runtime's error might quote what it could not read.
    throw new SignError('ERR_MALFORMED', 'the key to import is no PKCS#8 in DER that this runtime can read');
  }
}

/**
 * The numbers of a private key. They pass through texts of the runtime (JWK), which nobody can overwrite; the arrays made here can be.
 * @param key a private `KeyObject`, or PKCS#8 (RFC 5958) in DER without a password
 * @throws SignError `ERR_MALFORMED`, `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED` for a key of another spec
 */
export function keyComponents(key: KeyObject | Uint8Array): KeyComponents {
  const privateKey = privateKeyOf(key);
  const { spec, template: publicHalf } = publicComponents(nodeCrypto().createPublicKey(privateKey));
  const jwk = privateKey.export({ format: 'jwk' });
  const secret = (name: keyof typeof rsaPrivate) => base64urlBytes(jwk[name] ?? '', 'key component');
  const curve = curveBySpec(spec);
  if (curve)
    return { spec, privateHalf: [bytes(CKA.EC_PARAMS, curve.params), { type: CKA.VALUE, value: secret('d') }], publicHalf };
  const names = Object.keys(rsaPrivate) as (keyof typeof rsaPrivate)[];
  return {
    spec,
    privateHalf: [...publicHalf, ...names.map((name) => ({ type: rsaPrivate[name], value: secret(name) }))],
    publicHalf,
  };
}

/** Overwrites what is secret of the private half; the public entries are shared with the public half and stay. */
export function wipeComponents({ privateHalf, publicHalf }: KeyComponents): void {
  for (const entry of privateHalf) if (entry.value instanceof Uint8Array && !publicHalf.includes(entry)) wipe(entry.value);
}
