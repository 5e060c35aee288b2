import {
  base64Bytes,
  base64Text,
  concatBytes,
  derWrap,
  ecdsaToDer,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  keyFacts,
  keySpecOf,
  ownBytes,
  type Prepared,
  type SignatureAlgorithm,
  SignError,
  type SigningFacts,
  signatureAlgorithmFor,
  verifySignature,
} from '@securosys/core';
import { publicKeyOfSpki } from './public-key.js';
import { tags } from './reader.js';
import { identifierOfAlgorithm } from './signature-algorithms.js';

/** A structure of the form `SIGNED{ToBeSigned}` (X.509 §6.2.1): certificates and certification requests. */
export interface PkixKind {
  readonly domain: 'x509-certificate' | 'x509-request';
  /** Id of the only part. */
  readonly part: string;
  /** Facts of the to-be-signed bytes. @throws SignError `ERR_MALFORMED` when they are none of this kind */
  read(tbs: Uint8Array): SigningFacts;
  /** Refuses to-be-signed bytes that do not fit the key that signs them. @throws SignError `ERR_MALFORMED` */
  checkSigner(tbs: Uint8Array, signerSpki: Uint8Array, algorithm: SignatureAlgorithm): void;
}

/** `AlgorithmIdentifier` DER of certificate signatures by this algorithm. @throws SignError `ERR_ALGORITHM_UNSUPPORTED` */
export function identifierFor(algorithm: SignatureAlgorithm): Uint8Array {
  const identifier = identifierOfAlgorithm(algorithm);
  if (!identifier) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `certificates cannot be signed with ${algorithm}`);
  return identifier;
}

/** `SEQUENCE { toBeSigned, AlgorithmIdentifier, BIT STRING }`. */
export function signedStructure(tbs: Uint8Array, identifier: Uint8Array, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const bits = derWrap(tags.bitString, concatBytes(Uint8Array.of(0), signature));
  return derWrap(tags.sequence, concatBytes(tbs, identifier, bits));
}

/**
 * A `Prepared` over to-be-signed bytes, which are kept exactly as they are.
 * @param signerSpki SubjectPublicKeyInfo DER of the key that signs, to verify what comes back
 */
export function preparedPkix(kind: PkixKind, tbsBytes: Uint8Array, signerSpki: Uint8Array): Prepared<Uint8Array> {
  const tbs = ownBytes(tbsBytes);
  const spki = ownBytes(signerSpki);
  const publicKey = publicKeyOfSpki(spki);
  const spec = keySpecOf(publicKey);
  const algorithm = signatureAlgorithmFor('x509', spec);
  kind.checkSigner(tbs, spki, algorithm);
  return {
    format: kind.domain,
    version: 1,
    parts: [{ id: kind.part, algorithm, input: { message: tbs }, domain: kind.domain, facts: kind.read(tbs) }],
    assemble(signatures) {
      const { [kind.part]: signature, ...others } = signatures;
      if (!signature || Object.keys(others).length > 0) invalidArgument(`exactly the signature '${kind.part}' is needed`);
      if (!verifySignature(publicKey, algorithm, tbs, signature))
        throw new SignError('ERR_SIGNATURE_MISMATCH', `the signature does not fit the ${kind.part} or its key`);
      const ecdsa = spec !== undefined && keyFacts(spec).type === 'ec';
      return signedStructure(tbs, identifierFor(algorithm), ecdsa ? ecdsaToDer(signature) : signature);
    },
    toJSON: () => ({ format: kind.domain, version: 1, tbs: base64Text(tbs), signerSpki: base64Text(spki) }),
  };
}

function bytesMember(value: JsonValue | undefined, name: string): Uint8Array {
  if (typeof value !== 'string') throw new SignError('ERR_MALFORMED', `a prepared structure lacks '${name}'`);
  return base64Bytes(value, name);
}

/** Takes back what `toJSON` of {@link preparedPkix} gave, deriving everything but key and bytes anew. @throws SignError `ERR_MALFORMED` */
export function restorePkix(kind: PkixKind, json: JsonObject): Prepared<Uint8Array> {
  if (!isJsonObject(json) || json.format !== kind.domain || json.version !== 1)
    throw new SignError('ERR_MALFORMED', `this is no prepared ${kind.part} of version 1`);
  const { format: _format, version: _version, tbs, signerSpki, ...others } = json;
  if (Object.keys(others).length > 0) throw new SignError('ERR_MALFORMED', `prepared ${kind.part} has unknown members`);
  return preparedPkix(kind, bytesMember(tbs, 'tbs'), bytesMember(signerSpki, 'signerSpki'));
}

/** Facts of foreign bytes, or `undefined` when they are of another kind. */
export function explainPkix(kind: PkixKind, bytes: Uint8Array): SigningFacts | undefined {
  try {
    return kind.read(bytes);
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}
