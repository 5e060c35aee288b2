import { type Claims, canonicalJson, isJsonObject, type JsonObject, SignError, sha256Hex, utf8Bytes } from '@securosys/core';
import { parseReference } from '@securosys/oci';
import { hasOnly, isText, isTexts, optional } from '../formats/members.js';

/** What a decryption is about. Its hash is the item's id. */
export interface DecryptIdentity {
  /** `repository@digest` of the encrypted image. */
  readonly reference: string;
  /** As it was named. */
  readonly tag?: string;
  /** Where the decrypted image goes, as it was named. */
  readonly to: string;
  readonly platforms?: readonly string[];
}

/** What is kept of it. No keys, no trust, no results: those come from who completes it. */
export interface DecryptRecord {
  readonly identity: DecryptIdentity;
  readonly claims: Claims;
  readonly nonce: string;
  /** The use of the key was asked for. */
  readonly asked?: true;
  /** A run has decrypted it. */
  readonly done?: true;
}

export function decryptId(identity: DecryptIdentity): string {
  return sha256Hex(utf8Bytes(canonicalJson({ kind: 'decrypt', ...identity })));
}

export function writeDecryptRecord({ identity, claims, nonce, asked, done }: DecryptRecord): JsonObject {
  const { platforms, ...named } = identity;
  return {
    version: 1,
    kind: 'decrypt-request',
    identity: { ...named, ...(platforms && { platforms: [...platforms] }) },
    claims: { ...claims },
    nonce,
    ...(asked && { asked }),
    ...(done && { done }),
  };
}

/** Whether a record is one of a decryption. */
export function isDecryptRecord({ kind }: JsonObject): boolean {
  return kind === 'decrypt-request';
}

/** What was asked for is one image: a tag could name another one by the time that people have decided. */
function isPinned(reference: string): boolean {
  try {
    const { tag, digest } = parseReference(reference);
    return digest !== undefined && tag === undefined;
  } catch (error) {
    if (SignError.is(error)) return false;
    throw error;
  }
}

const isTrue = (value: unknown): value is true | undefined => value === undefined || value === true;

/** Reads a record that anybody may have altered: what it is about must hash to `id`. @throws SignError `ERR_MALFORMED` */
export function readDecryptRecord(json: JsonObject, id: string): DecryptRecord {
  const { version, identity, claims, nonce, asked, done } = json;
  const typed =
    version === 1 &&
    hasOnly(json, ['version', 'kind', 'identity', 'claims', 'nonce', 'asked', 'done']) &&
    isText(nonce) &&
    isTexts(claims) &&
    isTrue(asked) &&
    isTrue(done) &&
    isJsonObject(identity) &&
    hasOnly(identity, ['reference', 'tag', 'to', 'platforms']) &&
    isText(identity.reference) &&
    isText(identity.to) &&
    optional(isText)(identity.tag) &&
    optional((value) => Array.isArray(value) && value.every(isText))(identity.platforms);
  const read = typed ? (identity as unknown as DecryptIdentity) : undefined;
  if (!read || !isPinned(read.reference) || decryptId(read) !== id)
    throw new SignError('ERR_MALFORMED', `the stored decryption ${id} is about something else: it was altered`);
  return {
    identity: read,
    claims: claims as Claims,
    nonce: nonce as string,
    ...(asked === true && { asked }),
    ...(done === true && { done }),
  };
}
