import type { KeyObject } from 'node:crypto';
import { base64Text, invalidArgument, knownOptions, nodeCrypto, ownBytes, spkiOf } from '@securosys/core';
import { type RequestDigest, requestDigests } from '../api/algorithms.js';

/**
 * The key by which an application signs its requests, so that approvers and the TSB can tell who asked
 * (`tsb-rest-api.md` §1.4). It may live anywhere that can sign bytes: in memory, in an HSM, behind another service.
 */
export interface ApplicationKey {
  /** SubjectPublicKeyInfo DER of the key. */
  readonly spki: Uint8Array;
  /** Digest of the signatures, by its name on the wire. */
  readonly digestAlgorithm: RequestDigest;
  /** Signs the bytes with that digest: RSA PKCS#1 v1.5, or ECDSA in DER. */
  sign(bytes: Uint8Array): Promise<Uint8Array> | Uint8Array;
}

/** Digest that fits the strength of a curve. */
const digestOfCurve: Readonly<Record<string, RequestDigest>> = { secp384r1: 'SHA-384', secp521r1: 'SHA-512' };

function digestOf(key: KeyObject): RequestDigest {
  if (key.asymmetricKeyType === 'rsa') return 'SHA-256';
  if (key.asymmetricKeyType === 'ec') return digestOfCurve[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'SHA-256';
  // The wire names a digest with every signature, and pure Ed25519 has none.
  return invalidArgument('application keys are RSA or EC');
}

/**
 * An application key from a private key in memory: RSA PKCS#1 v1.5 with SHA-256, or ECDSA in DER with the digest of the curve's
 * strength (SHA-256, SHA-384 for P-384, SHA-512 for P-521).
 * @throws SignError `ERR_INVALID_ARGUMENT` for anything but a private RSA or EC key
 *
 * @example
 * ```ts
 * import { createPrivateKey } from 'node:crypto';
 * import { readFile } from 'node:fs/promises';
 * import { applicationKeyFromPrivateKey, createTsbClient } from '@securosys/tsb-client';
 * const applicationKey = applicationKeyFromPrivateKey(createPrivateKey(await readFile('application.pem')));
 * const client = createTsbClient({ url: 'https://tsb.example', auth: { type: 'none' }, applicationKey });
 * ```
 */
export function applicationKeyFromPrivateKey(key: KeyObject): ApplicationKey {
  if (key?.type !== 'private') invalidArgument('an application key is made from a private key');
  const digestAlgorithm = digestOf(key);
  const hash = digestAlgorithm.replace('-', '').toLowerCase();
  const padding = key.asymmetricKeyType === 'rsa' ? { padding: nodeCrypto().constants.RSA_PKCS1_PADDING } : {};
  return {
    spki: spkiOf(key),
    digestAlgorithm,
    sign: async (bytes) => ownBytes(nodeCrypto().sign(hash, bytes, { key, ...padding })),
  };
}

/** Refuses what cannot be an application key. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkApplicationKey(key: ApplicationKey): void {
  knownOptions('applicationKey', key, ['spki', 'digestAlgorithm', 'sign']);
  if (!(key.spki instanceof Uint8Array) || key.spki.byteLength === 0) invalidArgument('applicationKey.spki must be bytes');
  if (!requestDigests.includes(key.digestAlgorithm))
    invalidArgument(`applicationKey.digestAlgorithm must be one of ${requestDigests.join(', ')}`);
  if (typeof key.sign !== 'function') invalidArgument('applicationKey lacks sign()');
}

/**
 * Signature by the application's key, base64: over the bytes of a request, or over metadata.
 * @throws SignError `ERR_INVALID_ARGUMENT` when the key gives something else than bytes
 */
export async function applicationSignature(key: ApplicationKey, bytes: Uint8Array): Promise<string> {
  const signature = await key.sign(ownBytes(bytes));
  if (!(signature instanceof Uint8Array) || signature.byteLength === 0)
    invalidArgument('applicationKey.sign() must give the bytes of a signature');
  return base64Text(signature);
}

/**
 * `metaDataSignature` of a request: the application's signature over the decoded metadata bytes, base64 (§6).
 * @throws SignError `ERR_INVALID_ARGUMENT`; what `sign` of the key rejects with, unchanged
 */
export async function signMetadata(key: ApplicationKey, metadata: Uint8Array): Promise<string> {
  checkApplicationKey(key);
  return applicationSignature(key, metadata);
}
