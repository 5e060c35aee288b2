import { experimentalWrapMethods, wrapMethods } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { cipherOfRsaWrap } from '../inferred.js';
import type { KeyRecord } from '../keys/key-record.js';
import { type KeyFamily, specFacts } from '../keys/key-specs.js';
import { publicHalfOf } from '../keys/public-half.js';
import { paddedForm } from '../keys/wrap-format.js';
import { aesUnwrap, aesWrap } from './key-wrap.js';
import { rsaDecrypt, rsaEncrypt } from './rsa-cipher.js';

/** One value of `wrapMethod` (`tsb-rest-api.md` §3.5). */
export interface WrapMethod {
  /** Family of the wrapping key. */
  readonly by: 'AES' | 'RSA';
  /** Of the wrapped one. */
  readonly family: KeyFamily;
  readonly padded: boolean;
  /** Of §3.4, for RSA. */
  readonly cipher: string;
}

const families: Readonly<Record<string, KeyFamily>> = { RSA: 'rsa', EC: 'ec', ED: 'ed25519' };
const known: readonly string[] = wrapMethods;
const experimental: readonly string[] = experimentalWrapMethods;

/**
 * The method of that name, if the key can do it.
 * @throws SignError with the TSB error 501 for an unknown name, 607 when it does not fit the key, 101 when only a real TSB has it
 */
export function wrapMethod(name: string, key: KeyRecord): WrapMethod {
  if (experimental.includes(name)) throw failure(101, `the emulator does not wrap with ${name}`);
  if (!known.includes(name)) throw failure(501, 'wrapMethod is not a known value');
  const [, by = '', pad, suffix] = /^(AES|RSA)_WRAP(_PAD|_OAEP)?(?:_(DSA|EC|ED|RSA|BLS))?$/.exec(name) ?? [];
  const family = suffix === undefined ? 'secret' : families[suffix];
  if (!family) throw failure(101, `the emulator has no ${suffix} keys to wrap`);
  if (specFacts(key.spec).algorithm !== by) throw failure(607, `${name} is not for keys of type ${key.spec}`);
  return {
    by: by as WrapMethod['by'],
    family,
    padded: pad === '_PAD',
    cipher: cipherOfRsaWrap[pad === '_OAEP' ? 'oaep' : 'pad'],
  };
}

/**
 * Wraps what `wrappedForm` gave. Without padding AES wraps DER with zeros behind it.
 * @throws SignError with the TSB error 701 for lengths that AES_WRAP cannot wrap, 612 for those that RSA cannot
 */
export function wrapWith(key: KeyRecord, method: WrapMethod, form: Uint8Array): Uint8Array<ArrayBuffer> {
  if (method.by === 'RSA') return rsaEncrypt(publicHalfOf(key), method.cipher, form);
  if (method.padded) return aesWrap(key.privateKey, 'wrap-pad', form);
  return aesWrap(key.privateKey, 'wrap', method.family === 'secret' ? form : paddedForm(form));
}

function rsaUnwrap(key: KeyRecord, cipher: string, wrapped: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return rsaDecrypt(key.privateKey, cipher, wrapped);
  } catch {
    throw failure(701, 'Error unwrapping key');
  }
}

/** The bytes of the wrapped key. @throws SignError with the TSB error 701 */
export function unwrapWith(key: KeyRecord, method: WrapMethod, wrapped: Uint8Array): Uint8Array<ArrayBuffer> {
  if (method.by === 'RSA') return rsaUnwrap(key, method.cipher, wrapped);
  return aesUnwrap(key.privateKey, method.padded ? 'wrap-pad' : 'wrap', wrapped);
}
