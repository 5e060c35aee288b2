import type { KeyObject } from 'node:crypto';
import {
  base64Bytes,
  base64Text,
  concatBytes,
  equalBytes,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keySpecOf,
  ownBytes,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  SignError,
  sha256Hex,
  spkiOf,
  utf8Bytes,
  utf8Text,
} from '@securosys/core';
import { type Certificate, parseCertificate, pemBytes, pemText } from '@securosys/pki';
import { notaryJson } from './canonical-json.js';

/** Key types of the metadata (`dct.md` §2.1). */
export type DctKeyType = 'ecdsa' | 'rsa' | 'ed25519' | 'ecdsa-x509' | 'rsa-x509';

/** Names of signature methods on the wire (`dct.md` §3). */
export type DctMethod = 'ecdsa' | 'rsapss' | 'rsapkcs1v15' | 'eddsa';

/** A public key of the metadata. */
export interface DctKey {
  /** Lower-case hex SHA-256 of the canonical key object: what metadata calls the key. */
  readonly id: string;
  /** Id of the bare key, as `notary key list` shows it; the same as `id` for a key without certificate. */
  readonly canonicalId: string;
  readonly keyType: DctKeyType;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** Of a wrapped key: leaf first. */
  readonly certificates: readonly Certificate[];
  /** As it stands in metadata. */
  readonly json: JsonObject;
}

/** First bytes of the SubjectPublicKeyInfo of an Ed25519 key (RFC 8410); 32 bytes of key follow. */
const ed25519Prefix = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** The same of a P-256 key (RFC 5480, named curve, uncompressed point); 64 bytes of coordinates follow, and nothing else. */
const p256Prefix = Uint8Array.of(
  ...[0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01],
  ...[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04],
);
const p256Bytes = p256Prefix.byteLength + 64;

/** The one encoding of a key: what most keys have already, which takes OpenSSL longer to write than to compare. */
function ownEncoding(object: KeyObject, spki: Uint8Array): Uint8Array {
  const written = spki.byteLength === p256Bytes && p256Prefix.every((byte, at) => spki[at] === byte);
  return written ? ownBytes(spki) : spkiOf(object);
}

/** The keys for `node:crypto`: reading one costs more than verifying with it. */
const objects = new WeakMap<DctKey, KeyObject>();

/** Keys by their ids, which are hashes of all that they are: the same files are read again and again. Oldest first. */
const known = new Map<string, DctKey>();
const mostKnown = 512;

const keyObject = (keyType: string, bytes: Uint8Array): JsonObject => ({
  keytype: keyType,
  keyval: { private: null, public: base64Text(bytes) },
});

/** Id of a key (`dct.md` §2.1): over exactly these members. */
const idOf = (json: JsonObject) => sha256Hex(notaryJson(json));

function typeOf(key: KeyObject): 'ecdsa' | 'rsa' | 'ed25519' {
  const spec = keySpecOf(key);
  if (spec?.startsWith('ec-')) return 'ecdsa';
  if (spec?.startsWith('rsa-')) return 'rsa';
  if (spec === 'ed25519') return 'ed25519';
  throw new SignError(
    'ERR_ALGORITHM_UNSUPPORTED',
    'Docker Content Trust knows P-256, P-384, P-521, RSA of 2048, 3072 or 4096 bits, and Ed25519',
  );
}

/**
 * A bare key for metadata.
 * @param spki SubjectPublicKeyInfo, DER
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_MALFORMED`
 */
export function dctKey(spki: Uint8Array): DctKey {
  const object = publicKeyFromSpki(spki);
  const keyType = typeOf(object);
  // The bytes that are hashed are those of one encoding.
  const own = ownEncoding(object, spki);
  const json = keyObject(keyType, keyType === 'ed25519' ? own.subarray(ed25519Prefix.byteLength) : own);
  const id = idOf(json);
  const key: DctKey = { id, canonicalId: id, keyType, spki: own, certificates: [], json };
  objects.set(key, object);
  return key;
}

/** PEM of certificates as its hash needs it (`dct.md` §2.1): 64 characters a line, a line feed behind each. */
const normalized = (certificates: readonly Certificate[]) => certificates.map(({ der }) => pemText(der, 'CERTIFICATE')).join('');

/**
 * A key wrapped in certificates, for metadata.
 * @param certificates leaf first; the PEM that metadata holds is made of them
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED` for a leaf with an Ed25519 key, `ERR_MALFORMED`
 */
export function dctCertificateKey(certificates: readonly Certificate[]): DctKey {
  const [leaf] = certificates;
  if (!leaf) throw new SignError('ERR_INVALID_ARGUMENT', 'there is no certificate');
  const bare = dctKey(leaf.spki);
  if (bare.keyType === 'ed25519')
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'Docker Content Trust takes no certificates with Ed25519 keys');
  const keyType = `${bare.keyType as 'ecdsa' | 'rsa'}-x509` as const;
  const json = keyObject(keyType, utf8Bytes(normalized(certificates)));
  const key: DctKey = { id: idOf(json), canonicalId: bare.id, keyType, spki: bare.spki, certificates, json };
  objects.set(key, publicKeyOf(bare));
  return key;
}

function readPublic(keyType: string, bytes: Uint8Array): DctKey | undefined {
  if (keyType === 'ed25519') return bytes.byteLength === 32 ? dctKey(concatBytes(ed25519Prefix, bytes)) : undefined;
  if (keyType === 'ecdsa' || keyType === 'rsa') {
    const key = dctKey(bytes);
    return key.keyType === keyType ? key : undefined;
  }
  if (keyType !== 'ecdsa-x509' && keyType !== 'rsa-x509') return undefined;
  const key = dctCertificateKey(pemBytes(utf8Text(bytes), 'CERTIFICATE').map(parseCertificate));
  return key.keyType === keyType ? key : undefined;
}

/**
 * Reads a key object. A key of an unknown type, or one that nobody here can verify with, is `undefined`: it can be listed, and counts for nothing.
 * @throws SignError `ERR_MALFORMED` when it is no key object
 */
export function readKey(json: JsonValue | undefined): { readonly id: string; readonly key: DctKey | undefined } {
  const keyval = isJsonObject(json) ? json.keyval : undefined;
  if (!isJsonObject(json) || !isJsonObject(keyval) || typeof json.keytype !== 'string' || typeof keyval.public !== 'string')
    throw new SignError('ERR_MALFORMED', 'a key is not { keytype, keyval: { public } }');
  const bytes = base64Bytes(keyval.public, 'public key');
  if ((keyval.private ?? null) !== null) throw new SignError('ERR_MALFORMED', 'a key holds a private part');
  const id = idOf(keyObject(json.keytype, bytes));
  const before = known.get(id);
  if (before) return { id, key: before };
  try {
    const key = readPublic(json.keytype, bytes);
    // What is verified with is what the id was made of: another encoding of the same key is another key.
    if (key?.id !== id) return { id, key: undefined };
    remember(key);
    return { id, key };
  } catch (error) {
    if (SignError.is(error)) return { id, key: undefined };
    throw error;
  }
}

function remember(key: DctKey): void {
  known.set(key.id, key);
  for (const oldest of known.keys()) if (known.size > mostKnown) known.delete(oldest);
}

/** Whether two keys are the same key, in whichever certificates. */
export function sameKey(a: Pick<DctKey, 'spki'>, b: Pick<DctKey, 'spki'>): boolean {
  return equalBytes(a.spki, b.spki);
}

const methods: Readonly<Record<'ecdsa' | 'rsa' | 'ed25519', Readonly<Record<string, SignatureAlgorithm>>>> = {
  ecdsa: { ecdsa: 'ecdsa-sha256' },
  rsa: { rsapss: 'rsa-pss-sha256', rsapkcs1v15: 'rsa-pkcs1-sha256' },
  ed25519: { eddsa: 'ed25519' },
};

const bareType = (key: Pick<DctKey, 'keyType'>) => key.keyType.replace(/-x509$/, '') as 'ecdsa' | 'rsa' | 'ed25519';

/** Algorithm of a method for a key: SHA-256 whatever the curve (`dct.md` §3); `undefined` where the key has no such method. */
export function algorithmOf(key: Pick<DctKey, 'keyType'>, method: string): SignatureAlgorithm | undefined {
  const known = methods[bareType(key)];
  return Object.hasOwn(known, method) ? known[method] : undefined;
}

/** The method to sign with, and its algorithm. @param pkcs1 for an RSA key that cannot do PSS */
export function signingMethod(
  key: Pick<DctKey, 'keyType'>,
  pkcs1 = false,
): { readonly method: DctMethod; readonly algorithm: SignatureAlgorithm } {
  const type = bareType(key);
  const method: DctMethod = type === 'ecdsa' ? 'ecdsa' : type === 'ed25519' ? 'eddsa' : pkcs1 ? 'rsapkcs1v15' : 'rsapss';
  return { method, algorithm: algorithmOf(key, method) as SignatureAlgorithm };
}

/** The key for `node:crypto`. */
export function publicKeyOf(key: DctKey): KeyObject {
  return objects.get(key) ?? publicKeyFromSpki(key.spki);
}
