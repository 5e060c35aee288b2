import { type CallOptions, type KeyRef, knownOptions } from '@securosys/core';
import type { Pkcs11KeyInfo } from '../keys/key-facts.js';
import type { KeyStore, ReceiveKeyRequest } from '../keys/key-store.js';
import type { NewKeyOptions } from '../keys/new-key.js';
import type { TokenCalls } from '../token/token-calls.js';
import { unwrapWith, wrapWith } from './wrap.js';
import type { WrapFormat, WrapMechanisms } from './wrap-mechanism.js';

/** A private key that is to leave its token, under an AES key of the same token. */
export interface WrapKeyRequest {
  /** Must be extractable. */
  readonly key: KeyRef;
  /** By label or id. */
  readonly wrappingKey: KeyRef;
  /** Default `rfc5649`; `rfc3394` only for keys whose PKCS#8 form happens to be a multiple of 8 bytes. */
  readonly format?: WrapFormat;
}

/** A wrapped private key that is to become one of the token. */
export interface UnwrapKeyRequest extends ReceiveKeyRequest {
  /** As `wrapKey` gave it, on this token or another with the same AES key. */
  readonly wrapped: Uint8Array;
  /** The AES key, by label or id. */
  readonly wrappingKey: KeyRef;
  /** Default `rfc5649`. */
  readonly format?: WrapFormat;
}

/** What both ways need. */
export interface MoveParts {
  readonly token: TokenCalls;
  readonly keys: KeyStore;
  readonly mechanisms: WrapMechanisms;
}

/** @throws SignError those of {@link wrapWith} and of finding the keys */
export async function wrapKeyOf(
  { token, keys, mechanisms }: MoveParts,
  request: WrapKeyRequest,
  options: CallOptions,
): Promise<Uint8Array> {
  knownOptions('wrapKey', request, ['key', 'wrappingKey', 'format']);
  const { key, wrappingKey, format = 'rfc5649' } = request;
  const wrapping = await keys.findAesKey(wrappingKey, options);
  const wrap = ({ handle, info: { pkcs11 } }: Awaited<ReturnType<KeyStore['find']>>) => {
    const { extractable } = pkcs11;
    return wrapWith(token, mechanisms, wrapping, { handle, ...(extractable !== undefined && { extractable }) }, format, options);
  };
  return keys.use(key, wrap, options);
}

/** @throws SignError those of {@link unwrapWith}, and of a key that is not the one whose public half was given */
export async function unwrapKeyOf(
  { token, keys, mechanisms }: MoveParts,
  request: UnwrapKeyRequest,
  options: NewKeyOptions & CallOptions,
): Promise<Pkcs11KeyInfo> {
  const { wrapped, wrappingKey, format = 'rfc5649', ...received } = request;
  const { signal, timeoutMs, logger } = options;
  const call = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
  const unwrapping = await keys.findAesKey(wrappingKey, call);
  return keys.receive(
    received,
    (template, rest) => unwrapWith(token, mechanisms, unwrapping, wrapped, template, format, rest),
    options,
  );
}
