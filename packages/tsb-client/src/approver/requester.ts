import type { KeyObject } from 'node:crypto';
import {
  base64Bytes,
  base64Text,
  invalidArgument,
  isJsonObject,
  nodeCrypto,
  publicKeyFromSpki,
  SignError,
} from '@securosys/core';
import { approverIdentity } from '../policy/identity.js';
import type { InnerRequest } from './inner-request.js';

/** An application whose requests an approver knows. Its key comes from the application's owner, never from a request. */
export interface Requester {
  /** What views call it. */
  readonly name: string;
  /** SubjectPublicKeyInfo DER of the key that signs its requests: RSA of at least 2048 bits, or EC. */
  readonly spki: Uint8Array;
}

/** {@link Requester}, read. */
export interface PinnedRequester {
  readonly name: string;
  readonly key: KeyObject;
  readonly identity: string;
}

/** What the signatures of a request prove. */
export interface RequestOrigin {
  /** The pinned application that signed this request. */
  readonly requester?: PinnedRequester;
  /** The key that the request names as its signer's: {@link keyIdentity}. */
  readonly claimed?: string;
  readonly mismatches: readonly string[];
}

/** One text for one key, in whatever form its point comes: DER, or base64 of it. */
export function keyIdentity(spki: Uint8Array | string): string {
  return approverIdentity({ type: 'public_key', value: typeof spki === 'string' ? spki : base64Text(spki) });
}

function readRequester({ name, spki }: Requester): PinnedRequester {
  if (typeof name !== 'string' || name === '' || !(spki instanceof Uint8Array))
    invalidArgument('a requester is a name and its public key as bytes');
  const key = publicKeyFromSpki(spki);
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const sound =
    key.asymmetricKeyType === 'rsa' ? modulusLength >= 2048 && publicExponent >= 65537n : key.asymmetricKeyType === 'ec';
  if (!sound) invalidArgument('the key of a requester is RSA of at least 2048 bits, or EC');
  return { name, key, identity: keyIdentity(spki) };
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` */
export function pinnedRequesters(requesters: readonly Requester[] | undefined): readonly PinnedRequester[] {
  if (requesters !== undefined && !Array.isArray(requesters)) invalidArgument('requesters must be a list');
  return (requesters ?? []).map(readRequester);
}

/** Digests of request signatures (§1.4) and what `node:crypto` calls them. */
const hashes: ReadonlyMap<string, string> = new Map(
  ['224', '256', '384', '512'].flatMap((bits) => [
    [`SHA-${bits}`, `sha${bits}`] as const,
    [`SHA3-${bits}`, `sha3-${bits}`] as const,
  ]),
);

interface SignatureParts {
  readonly signature: Uint8Array;
  readonly hash: string;
  readonly publicKey: Uint8Array;
}

/** RSA PKCS#1 v1.5, ECDSA in DER; what OpenSSL cannot parse does not verify. */
function verifies(key: KeyObject, hash: string, signed: Uint8Array, signature: Uint8Array): boolean {
  if (key.asymmetricKeyType !== 'rsa' && key.asymmetricKeyType !== 'ec') return false;
  try {
    return nodeCrypto().verify(hash, signed, key, signature);
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

function readSignature(value: InnerRequest['requestSignature']): SignatureParts {
  const { signature, digestAlgorithm, publicKey } = isJsonObject(value) ? value : {};
  const hash = hashes.get(String(digestAlgorithm));
  if (typeof signature !== 'string' || typeof publicKey !== 'string' || hash === undefined)
    throw new SignError('ERR_MALFORMED', 'the request signature is not a signature, a digest and a public key');
  return { signature: base64Bytes(signature, 'request signature'), hash, publicKey: base64Bytes(publicKey, 'request key') };
}

/**
 * Who asks (S3): the signature over the inner request, checked with the pinned keys. A signature by any other key says nothing
 * about who asks, but one that does not even verify with the key beside it is a contradiction.
 * @throws SignError `ERR_MALFORMED` for signatures that cannot be read
 */
export function originOf(inner: InnerRequest, pinned: readonly PinnedRequester[]): RequestOrigin {
  if (inner.requestSignature === null || inner.requestSignature === undefined) return { mismatches: [] };
  const { signature, hash, publicKey } = readSignature(inner.requestSignature);
  const requester = pinned.find(({ key }) => verifies(key, hash, inner.signed, signature));
  const key = requester?.key ?? publicKeyFromSpki(publicKey);
  const claimed = keyIdentity(publicKey);
  const mismatches: string[] = [];
  if (requester && requester.identity !== claimed) mismatches.push('the request names another key than the one that signed it');
  if (!requester && !verifies(key, hash, inner.signed, signature)) mismatches.push('the request signature does not verify');
  const { metaData, metaDataSignature } = inner.body;
  if (typeof metaData === 'string' && typeof metaDataSignature === 'string') {
    const [metadata, its] = [base64Bytes(metaData, 'metadata'), base64Bytes(metaDataSignature, 'metadata signature')];
    if (![hash, 'sha256'].some((name) => verifies(key, name, metadata, its)))
      mismatches.push('the metadata signature is not by the key that signed the request');
  }
  return { ...(requester && mismatches.length === 0 && { requester }), claimed, mismatches };
}
