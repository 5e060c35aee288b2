import { base64Text, type Prepared, type SignatureAlgorithm, utf8Bytes } from '@securosys/core';
import {
  type CosignPrepareOptions,
  type CosignSignature,
  cosignAlgorithm,
  cosignImage,
  cosignTrust,
  type DsseSignature,
  keyHint,
  preAuthEncoding,
  storedSignature,
  writeBundle,
} from '@securosys/cosign';
import { type TestKey, testKey } from './keys.js';

export const digest = `sha256:${'ab'.repeat(32)}`;
export const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 528 };
export const dockerReference = 'registry.example:5000/team/app';
export const inToto = 'application/vnd.in-toto+json';
export const p256 = testKey('ec-p256');

/** The signatures of all parts, as a signer would give them. */
export function signAll({ parts }: Prepared<unknown>, key: TestKey = p256): Record<string, Uint8Array> {
  return Object.fromEntries(parts.map(({ id, algorithm, input }) => [id, key.sign(algorithm, input.message)]));
}

export function signedImage(options: CosignPrepareOptions = {}, key: TestKey = p256): CosignSignature {
  const prepared = cosignImage.prepare(subject, key, { dockerReference, ...options });
  return prepared.assemble(signAll(prepared, key));
}

export const algorithmOf = ({ spec }: TestKey): SignatureAlgorithm => cosignAlgorithm(spec);

/** A good signature over whatever bytes, as it is stored. */
export function signOver(message: Uint8Array, key: TestKey = p256): Uint8Array {
  return storedSignature(algorithmOf(key), key.sign(algorithmOf(key), message));
}

/** A good signature over the pre-authentication encoding of whatever bytes. */
export function signStatement(statement: Uint8Array | string | object, key: TestKey = p256, payloadType = inToto): DsseSignature {
  const payload =
    statement instanceof Uint8Array
      ? statement
      : utf8Bytes(typeof statement === 'string' ? statement : JSON.stringify(statement));
  return { payload, signature: signOver(preAuthEncoding(payloadType, payload), key), keyHint: keyHint(key.spki) };
}

/** JSON of a bundle over a statement, for changes that no writer would make. */
export function bundleJson(signature: DsseSignature): {
  verificationMaterial: Record<string, unknown>;
  dsseEnvelope: Record<string, unknown>;
  [member: string]: unknown;
} {
  return JSON.parse(new TextDecoder().decode(writeBundle(signature))) as ReturnType<typeof bundleJson>;
}

/** JSON of an envelope over a statement. */
export function envelopeJson({ payload, signature }: DsseSignature, payloadType = inToto): Record<string, unknown> {
  return { payload: base64Text(payload), payloadType, signatures: [{ sig: base64Text(signature) }] };
}

export const jsonBytes = (value: unknown): Uint8Array => utf8Bytes(JSON.stringify(value));

export const trustIn = (...keys: TestKey[]) =>
  cosignTrust({ keys: keys.map(({ spki }) => ({ publicKey: spki })), predicateTypes: ['https://example.com/reviewed/v1'] });
