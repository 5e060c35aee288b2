import {
  base64urlBytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { isJweAlgorithm, type JweAlgorithm, jweAlgorithmFacts, jweEncryptions } from './algorithms.js';
import type { JweContent } from './content.js';
import { ephemeralKey } from './ephemeral-key.js';

/** Who a JWE is for: one wrapped content key. */
export interface JweRecipient {
  readonly algorithm: JweAlgorithm;
  readonly encryptedKey: Uint8Array;
  /** SubjectPublicKeyInfo DER; there for ECDH-ES. */
  readonly ephemeral?: Uint8Array;
}

/** A JWE in JSON serialisation (RFC 7516 §7.2), as far as ocicrypt uses it. */
export interface Jwe {
  readonly content: JweContent;
  readonly recipients: readonly JweRecipient[];
}

const limits = { what: 'JWE', maxBytes: 64 * 1024, maxDepth: 8, maxValues: 1_000 };
const maxRecipients = 32;

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `JWE is malformed: ${why}`);
};

function bytesOf(object: JsonObject, name: string): Uint8Array {
  const value = object[name];
  return typeof value === 'string' && value !== ''
    ? base64urlBytes(value, `${name} of the JWE`)
    : malformed(`${name} is missing`);
}

function headerOf(value: JsonValue | undefined, name: string): JsonObject {
  if (value === undefined) return {};
  return isJsonObject(value) ? value : malformed(`${name} is not an object`);
}

/** The headers together: a member in two of them would be two answers to one question (RFC 7516 §7.2.1). */
function joined(...headers: readonly JsonObject[]): JsonObject {
  const all: JsonObject = {};
  for (const header of headers)
    for (const [name, value] of Object.entries(header)) {
      if (Object.hasOwn(all, name)) malformed('a header parameter occurs twice');
      all[name] = value;
    }
  for (const name of ['crit', 'zip', 'apu', 'apv'])
    if (Object.hasOwn(all, name)) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `a JWE with ${name} is none of ocicrypt's`);
  return all;
}

function recipientOf(header: JsonObject, part: JsonObject): JweRecipient {
  const { alg } = header;
  if (!isJweAlgorithm(alg))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the JWE wraps its key with an algorithm that ocicrypt does not read');
  const encryptedKey = bytesOf(part, 'encrypted_key');
  if (jweAlgorithmFacts(alg).kind === 'rsa') return { algorithm: alg, encryptedKey };
  return { algorithm: alg, encryptedKey, ephemeral: ephemeralKey(header.epk) };
}

/** Recipients of the general form, or the one of the flattened form. */
function partsOf(jwe: JsonObject): JsonObject[] {
  if (jwe.recipients === undefined) return [jwe];
  if (!Array.isArray(jwe.recipients) || jwe.recipients.length === 0) return malformed('recipients is not a list');
  if (jwe.recipients.length > maxRecipients) throw new SignError('ERR_LIMIT', `the JWE has over ${maxRecipients} recipients`);
  const parts = jwe.recipients.map((part) => (isJsonObject(part) ? part : malformed('a recipient is not an object')));
  // go-jose writes the first recipient's key once more beside the list (`ocicrypt.md` §9.1); any other there is an attempt to confuse.
  if (jwe.header !== undefined || (jwe.encrypted_key !== undefined && jwe.encrypted_key !== parts[0]?.encrypted_key))
    malformed('it is flattened and general at once');
  return parts;
}

function contentOf(jwe: JsonObject, encoded: string, enc: JsonValue | undefined): JweContent {
  const encryption = typeof enc === 'string' ? jweEncryptions.get(enc) : undefined;
  if (!encryption) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the JWE is encrypted in a way that ocicrypt does not read');
  const content = {
    encryption,
    iv: bytesOf(jwe, 'iv'),
    ciphertext: bytesOf(jwe, 'ciphertext'),
    tag: bytesOf(jwe, 'tag'),
    aad: utf8Bytes(encoded),
  };
  const gcm = encryption.mode === 'gcm';
  if (content.iv.byteLength !== (gcm ? 12 : 16)) malformed('iv has a wrong length');
  if (content.tag.byteLength !== (gcm ? 16 : encryption.keyBytes / 2)) malformed('tag has a wrong length');
  return content;
}

/**
 * Reads a JWE strictly. Nothing in it has been authenticated.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_ALGORITHM_UNSUPPORTED` for algorithms that ocicrypt does not read
 */
export function readJwe(packet: Uint8Array): Jwe {
  const jwe = parseJsonObject(packet, limits);
  const { protected: encoded, unprotected, aad } = jwe;
  if (typeof encoded !== 'string' || encoded === '') return malformed('protected is missing');
  if (aad !== undefined) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', "a JWE with aad is none of ocicrypt's");
  const protectedHeader = parseJsonObject(base64urlBytes(encoded, 'protected of the JWE'), {
    ...limits,
    what: 'protected header',
  });
  const shared = headerOf(unprotected, 'unprotected');
  const { enc } = protectedHeader;
  const recipients = partsOf(jwe).map((part) =>
    recipientOf(joined(protectedHeader, shared, headerOf(part.header, 'header')), part),
  );
  return { content: contentOf(jwe, encoded, enc), recipients };
}
