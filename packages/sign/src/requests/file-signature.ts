import {
  base64Bytes,
  base64Text,
  canonicalJson,
  concatBytes,
  equalBytes,
  isJsonObject,
  type JsonObject,
  nodeCrypto,
  publicKeyFromSpki,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import type { ApplicationKey } from '@securosys/tsb-client';

/** Begins the signed bytes, so that a signature over a request file is one over nothing else (S9). */
const prefix = 'securosys signing request file, version 1\n';
const hashes: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', 'SHA-384': 'sha384', 'SHA-512': 'sha512' };

function signedBytes(contents: JsonObject): Uint8Array {
  return concatBytes(utf8Bytes(prefix), utf8Bytes(canonicalJson(contents)));
}

/** Signs the contents of a request file: RSA PKCS#1 v1.5 or ECDSA in DER, as application keys sign. */
export async function signedContents(contents: JsonObject, key: ApplicationKey): Promise<JsonObject> {
  const value = await key.sign(signedBytes(contents));
  return {
    ...contents,
    signature: { spki: base64Text(key.spki), digestAlgorithm: key.digestAlgorithm, value: base64Text(value) },
  };
}

/**
 * Checks who vouches for a request file.
 * @param requesters SubjectPublicKeyInfo DER of the keys that may
 * @throws SignError `ERR_NOT_TRUSTED` for a file that nobody signed, or somebody else; `ERR_SIGNATURE_MISMATCH`
 */
export function assertRequester(
  contents: JsonObject,
  signature: JsonObject[string] | undefined,
  requesters: readonly Uint8Array[],
): void {
  if (!isJsonObject(signature)) throw new SignError('ERR_NOT_TRUSTED', 'nobody has signed this request file');
  const { spki, digestAlgorithm, value } = signature;
  const hash =
    typeof digestAlgorithm === 'string' && Object.hasOwn(hashes, digestAlgorithm) ? hashes[digestAlgorithm] : undefined;
  if (typeof spki !== 'string' || typeof value !== 'string' || hash === undefined)
    throw new SignError('ERR_MALFORMED', 'the signature of this request file is none');
  const key = requesters.find((one) => equalBytes(one, base64Bytes(spki, 'public key')));
  if (!key) throw new SignError('ERR_NOT_TRUSTED', 'this request file was signed by a key that is none of the requesters');
  const options = { key: publicKeyFromSpki(key) };
  if (!nodeCrypto().verify(hash, signedBytes(contents), options, base64Bytes(value, 'signature')))
    throw new SignError('ERR_SIGNATURE_MISMATCH', 'this request file is not what its requester has signed');
}
