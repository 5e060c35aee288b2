import { type CallOptions, equalBytes, hexBytes, SignError } from '@securosys/core';
import { CKA, CKK, CKO } from '../cryptoki/attributes.js';
import { CKM } from '../cryptoki/mechanisms.js';
import type { Mechanism } from '../token/mechanism.js';
import type { Template } from '../token/template.js';
import type { ObjectHandle, TokenCalls } from '../token/token-calls.js';
import type { Capabilities } from './capabilities.js';

/**
 * How a key is wrapped with AES: `rfc5649` takes keys of any length and is what others expect of a wrapped private key; `rfc3394` takes
 * multiples of 8 bytes only.
 */
export type WrapFormat = 'rfc5649' | 'rfc3394';

/**
 * The key-encryption key of RFC 5649 §6, and the first 16 bytes of its key data as OpenSSL wraps them. Not all 20: SoftHSM 2.6 fills what
 * it wraps with zeros up to a multiple of 8, and the rest is as it should be.
 */
const vector = {
  kek: '5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8',
  key: 'c37b7e6492584340bed1220780894115',
  wrapped: 'd618f65d2e5c1d02b614e2fa03f0af4e94739d86a8ac4ded',
} as const;

/** Session objects with these values, which are in a standard and no secret. */
const known = (keyType: number, value: string, wraps: boolean): Template => [
  { type: CKA.CLASS, value: CKO.SECRET_KEY },
  { type: CKA.KEY_TYPE, value: keyType },
  { type: CKA.TOKEN, value: false },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: false },
  { type: CKA.EXTRACTABLE, value: true },
  ...(wraps ? [{ type: CKA.WRAP, value: true }] : []),
  { type: CKA.VALUE, value: hexBytes(value) },
];

async function destroyed(token: TokenCalls, objects: readonly ObjectHandle[], options?: CallOptions): Promise<void> {
  for (const object of objects) await token.destroyObject(object, options);
}

/** What the token cannot do at all is no padding of ours; failures of the line to it are failures. */
const cannot = (error: unknown): boolean => SignError.is(error) && !error.retryable;

/**
 * Whether CKM_AES_KEY_WRAP_PAD of this token is RFC 5649: it is in SoftHSM, and in NSS it is another padding under the same number, so that
 * what one wraps nobody else opens (`pkcs11.md` §3).
 */
async function padIsRfc5649(token: TokenCalls, options?: CallOptions): Promise<boolean> {
  const made: ObjectHandle[] = [];
  try {
    const kek = await token.createObject(known(CKK.AES, vector.kek, true), options);
    made.push(kek);
    const key = await token.createObject(known(CKK.GENERIC_SECRET, vector.key, false), options);
    made.push(key);
    const wrapped = await token.wrapKey(kek, { type: CKM.AES_KEY_WRAP_PAD }, key, 64, options);
    return equalBytes(wrapped, hexBytes(vector.wrapped));
  } catch (error) {
    if (cannot(error)) return false;
    throw error;
  } finally {
    await destroyed(token, made, options);
  }
}

/** The mechanism of a format on this token. */
export type WrapMechanisms = (format: WrapFormat, use: 'WRAP' | 'UNWRAP', options?: CallOptions) => Promise<Mechanism>;

/** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` where the token has none that is the format */
export function wrapMechanisms(token: TokenCalls, capabilities: Capabilities): WrapMechanisms {
  let tested: boolean | undefined;
  return async (format, use, options) => {
    if (format === 'rfc3394') {
      await capabilities.need(CKM.AES_KEY_WRAP, use, undefined, options);
      return { type: CKM.AES_KEY_WRAP };
    }
    if (await capabilities.has(CKM.AES_KEY_WRAP_KWP, use, options)) return { type: CKM.AES_KEY_WRAP_KWP };
    if (await capabilities.has(CKM.AES_KEY_WRAP_PAD, use, options)) {
      tested ??= await padIsRfc5649(token, options);
      if (tested) return { type: CKM.AES_KEY_WRAP_PAD };
    }
    throw new SignError(
      'ERR_ALGORITHM_UNSUPPORTED',
      `the token has no AES key wrap of RFC 5649${tested === false ? ': its CKM_AES_KEY_WRAP_PAD is another padding' : ''}`,
      { details: { tokenLabel: token.token.label } },
    );
  };
}
