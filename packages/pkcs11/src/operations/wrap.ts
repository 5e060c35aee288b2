import { type CallOptions, invalidArgument, type KeyUsage, ownBytes, SignError } from '@securosys/core';
import { standsFor } from '../cryptoki/stands-for.js';
import type { Template } from '../token/template.js';
import type { ObjectHandle, TokenCalls } from '../token/token-calls.js';
import { needUsage } from './usable-key.js';
import type { WrapFormat, WrapMechanisms } from './wrap-mechanism.js';

/** An AES key that wraps. */
export interface WrappingKey {
  readonly handle: ObjectHandle;
  readonly label: string | undefined;
  readonly usages: readonly KeyUsage[];
}

/** Longest wrapped key, in bytes: a private RSA key of 4096 bits has some 2,400. */
const longestWrapped = 16_384;
const formats: readonly WrapFormat[] = ['rfc5649', 'rfc3394'];

function checkFormat(format: WrapFormat): void {
  if (!formats.includes(format)) invalidArgument(`format is one of ${formats.join(', ')}`);
}

/**
 * Wraps a key of the token with another: its value, or PKCS#8 of a private key.
 * @throws SignError `ERR_KEY_NOT_USABLE` for a wrapping key that may not, and for a key that does not leave the token;
 * `ERR_ALGORITHM_UNSUPPORTED`; `ERR_PROTOCOL` for a result that no such format has
 */
export async function wrapWith(
  token: TokenCalls,
  mechanisms: WrapMechanisms,
  wrapping: WrappingKey,
  key: { readonly handle: ObjectHandle; readonly extractable?: boolean },
  format: WrapFormat,
  options?: CallOptions,
): Promise<Uint8Array> {
  checkFormat(format);
  needUsage(wrapping, 'wrap');
  if (key.extractable === false)
    throw new SignError(
      'ERR_KEY_NOT_USABLE',
      'the key does not leave its token: only one that was made with extractable can be wrapped',
      {
        details: { operation: 'wrap', tokenLabel: token.token.label, ...standsFor('CKR_KEY_UNEXTRACTABLE') },
      },
    );
  const mechanism = await mechanisms(format, 'WRAP', options);
  const wrapped = await token.wrapKey(wrapping.handle, mechanism, key.handle, longestWrapped, options);
  if (wrapped.byteLength % 8 !== 0 || wrapped.byteLength < (format === 'rfc3394' ? 24 : 16))
    throw new SignError('ERR_PROTOCOL', `the token gave ${wrapped.byteLength} bytes, which no key wrapped by ${format} has`, {
      details: { operation: 'wrap', tokenLabel: token.token.label },
    });
  return ownBytes(wrapped);
}

/**
 * Makes a key of the token out of a wrapped one. What it is has to be checked after: the token reads it, and nobody here can.
 * @throws SignError `ERR_INVALID_ARGUMENT` for bytes that no wrapped key has, `ERR_LIMIT`, `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`,
 * and those of the token
 */
export async function unwrapWith(
  token: TokenCalls,
  mechanisms: WrapMechanisms,
  unwrapping: WrappingKey,
  wrapped: Uint8Array,
  template: Template,
  format: WrapFormat,
  options?: CallOptions,
): Promise<ObjectHandle> {
  checkFormat(format);
  if (!(wrapped instanceof Uint8Array)) invalidArgument('the wrapped key is not a Uint8Array');
  if (wrapped.byteLength > longestWrapped) throw new SignError('ERR_LIMIT', `a wrapped key has at most ${longestWrapped} bytes`);
  if (wrapped.byteLength % 8 !== 0 || wrapped.byteLength < (format === 'rfc3394' ? 24 : 16))
    invalidArgument(`no key wrapped by ${format} has ${wrapped.byteLength} bytes`);
  needUsage(unwrapping, 'unwrap');
  const mechanism = await mechanisms(format, 'UNWRAP', options);
  return token.unwrapKey(unwrapping.handle, mechanism, wrapped, template, options);
}
