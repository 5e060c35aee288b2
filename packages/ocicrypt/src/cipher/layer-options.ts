import {
  base64Bytes,
  base64Text,
  concatBytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  sanitizeText,
  utf8Bytes,
} from '@securosys/core';

/** The one cipher that ocicrypt knows (`ocicrypt.md` §5). */
export const layerCipher = 'AES_256_CTR_HMAC_SHA256';
/** Key of the cipher and of the MAC, in bytes. */
export const keyBytes = 32;
/** The first counter block, in bytes. */
export const nonceBytes = 16;
/** HMAC-SHA256 of the ciphertext, in bytes. */
export const macBytes = 32;
/** Both documents have about 200 bytes. */
const limits = { maxBytes: 4096, maxDepth: 4, maxValues: 64 };

/** What decrypts one layer: the secret that recipients' packets carry (`optsdata`). */
export interface PrivateLayerOptions {
  /** 32 bytes, for AES-256-CTR and HMAC-SHA256 alike. Secret: whoever decoded it wipes it. */
  readonly key: Uint8Array;
  /** 16 bytes: the first counter block. */
  readonly nonce: Uint8Array;
  /**
   * Digest of the layer before it was encrypted, and with tools that compress on the way, before that. May be empty. Only for reports: nothing
   * is decided by it.
   */
  readonly digest: string;
}

/** What everybody may see of an encrypted layer: the value of the annotation `org.opencontainers.image.enc.pubopts`. */
export interface PublicLayerOptions {
  /** HMAC-SHA256 of the ciphertext, 32 bytes. */
  readonly hmac: Uint8Array;
}

function malformed(what: string, why: string): never {
  throw new SignError('ERR_MALFORMED', `${what}: ${why}`);
}

function bytesOf(value: JsonValue | undefined, length: number, what: string): Uint8Array {
  if (typeof value !== 'string') return malformed(what, 'missing');
  const bytes = base64Bytes(value, what);
  if (bytes.byteLength === length) return bytes;
  bytes.fill(0);
  return malformed(what, `${length} bytes expected`);
}

/** Readers in Go take `HMAC`, or `\u017fymkey`, for our names and the last of both; such a document would have two readings. */
function refuseOtherCase(object: JsonObject, names: readonly string[], what: string): void {
  for (const name of Object.keys(object))
    if (!names.includes(name) && names.includes(name.toUpperCase().toLowerCase()))
      malformed(what, `member '${sanitizeText(name, 40)}' in the wrong case`);
}

function cipherOptions(value: JsonValue | undefined, what: string): JsonObject {
  // Go writes an empty map as {} and one that was never made as null.
  if (value === undefined || value === null) return {};
  return isJsonObject(value) ? value : malformed(what, 'cipheroptions are not an object');
}

/**
 * The JSON text of the private options, in the member order and spelling of ocicrypt: 193 bytes with a SHA-256 digest.
 * @throws SignError `ERR_MALFORMED` for a key or nonce of another length, or a digest that is no digest
 */
export function encodePrivateOptions({ key, nonce, digest }: PrivateLayerOptions): Uint8Array<ArrayBuffer> {
  if (key.byteLength !== keyBytes || nonce.byteLength !== nonceBytes)
    malformed('private layer options', `the key has ${keyBytes} bytes and the nonce ${nonceBytes}`);
  if (!/^[a-z0-9]+:[0-9a-f]+$/.test(digest)) malformed('private layer options', 'digest expected');
  const text = (value: string) => utf8Bytes(value);
  const secret = text(base64Text(key));
  const json = concatBytes(
    text('{"symkey":"'),
    secret,
    text(`","digest":"${digest}","cipheroptions":{"nonce":"${base64Text(nonce)}"}}`),
  );
  secret.fill(0);
  return json;
}

/**
 * Reads the private options (`ocicrypt.md` §5).
 * @throws SignError `ERR_MALFORMED` where key or nonce are missing or have another length: other readers would draw a nonce by lot and
 * give out noise; `ERR_LIMIT`
 */
export function decodePrivateOptions(json: Uint8Array): PrivateLayerOptions {
  const what = 'private layer options';
  const object = parseJsonObject(json, { what, ...limits });
  refuseOtherCase(object, ['symkey', 'digest', 'cipheroptions'], what);
  const { digest = '' } = object;
  if (typeof digest !== 'string' || digest.length > 256) return malformed(what, 'digest is not a string');
  const nonce = bytesOf(cipherOptions(object.cipheroptions, what).nonce, nonceBytes, `nonce of the ${what}`);
  return { key: bytesOf(object.symkey, keyBytes, `key of the ${what}`), nonce, digest };
}

/** The JSON text of the public options, in the member order and spelling of ocicrypt. @throws SignError `ERR_MALFORMED` */
export function encodePublicOptions({ hmac }: PublicLayerOptions): Uint8Array<ArrayBuffer> {
  if (hmac.byteLength !== macBytes) malformed('public layer options', `the HMAC has ${macBytes} bytes`);
  return utf8Bytes(`{"cipher":"${layerCipher}","hmac":"${base64Text(hmac)}","cipheroptions":{}}`);
}

/**
 * Reads the public options (`ocicrypt.md` §5). Options of the cipher are refused here: ocicrypt prefers a nonce in this unprotected document to
 * the one that was wrapped, so whoever can edit a manifest could choose what a layer decrypts to.
 * @throws SignError `ERR_MALFORMED`, `ERR_ALGORITHM_UNSUPPORTED` for another cipher, `ERR_LIMIT`
 */
export function decodePublicOptions(json: Uint8Array): PublicLayerOptions {
  const what = 'public layer options';
  const object = parseJsonObject(json, { what, ...limits });
  refuseOtherCase(object, ['cipher', 'hmac', 'cipheroptions'], what);
  const { cipher } = object;
  if (typeof cipher !== 'string' || cipher === '') return malformed(what, 'no cipher is named');
  if (cipher !== layerCipher)
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `the layer cipher '${sanitizeText(cipher, 60)}' is not known`);
  const [option] = Object.keys(cipherOptions(object.cipheroptions, what));
  if (option !== undefined) malformed(what, `'${sanitizeText(option, 40)}' does not belong where everybody can change it`);
  return { hmac: bytesOf(object.hmac, macBytes, `HMAC of the ${what}`) };
}
