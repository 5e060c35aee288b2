import type { KeyObject } from 'node:crypto';
import { base64urlBytes, concatBytes, type KeySpec, keySpecOf, SignError } from '@securosys/core';
import { CKA } from '../cryptoki/attributes.js';
import type { Template } from '../token/template.js';
import { curveBySpec } from './curves.js';
import { encodeEcPoint } from './ec-point.js';
import { bytes } from './entries.js';

/** A public key taken apart for `C_CreateObject`. */
export interface PublicComponents {
  readonly spec: KeySpec;
  readonly template: Template;
}

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a key that is none of the specs of RSA, EC and Ed25519 */
export function publicComponents(publicKey: KeyObject): PublicComponents {
  const spec = keySpecOf(publicKey);
  const curve = spec && curveBySpec(spec);
  if (!spec || (!curve && !spec.startsWith('rsa-')))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'keys of this type or size are not taken');
  const jwk = publicKey.export({ format: 'jwk' });
  const part = (value: string | undefined) => base64urlBytes(value ?? '', 'key component');
  if (!curve) return { spec, template: [bytes(CKA.MODULUS, part(jwk.n)), bytes(CKA.PUBLIC_EXPONENT, part(jwk.e))] };
  const point = jwk.y === undefined ? part(jwk.x) : concatBytes(Uint8Array.of(0x04), part(jwk.x), part(jwk.y));
  return { spec, template: [bytes(CKA.EC_PARAMS, curve.params), bytes(CKA.EC_POINT, encodeEcPoint(point))] };
}
