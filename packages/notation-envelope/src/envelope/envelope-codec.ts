import type { SigningDomain } from '@securosys/core';
import { coseMediaType, type EnvelopeMediaType, jwsMediaType } from '../constants.js';
import { coseCodec } from './cose-codec.js';
import type { EnvelopeCompatibility } from './envelope-options.js';
import { jwsCodec } from './jws-codec.js';
import type { SignedAttributes } from './signed-attributes.js';

/** One certificate as it stands in an envelope. */
export interface EncodedCertificate {
  /** Latin-1; equal for equal encodings, and for no others, in envelopes of one format. */
  readonly key: string;
  /** DER. @throws SignError `ERR_MALFORMED` */
  der(): Uint8Array;
}

/** Header and payload, which the signature covers. */
export interface SignedParts {
  /** Encoded protected header: JSON or CBOR. */
  readonly protected: Uint8Array;
  /** JSON. */
  readonly payload: Uint8Array;
}

/** An envelope taken apart by its codec and nothing more. */
export interface EncodedEnvelope extends SignedParts {
  /** What the protected header says. */
  readonly attributes: SignedAttributes;
  /** The exact bytes that are signed. */
  readonly signingInput: Uint8Array;
  /** ECDSA as r‖s, RSA as long as the modulus. */
  readonly signature: Uint8Array;
  /** Leaf first, as found; at least one. */
  readonly certificates: readonly EncodedCertificate[];
  /** DER of an RFC 3161 TimeStampToken. */
  readonly timestamp?: Uint8Array;
  /** Free text that must never change a verdict. */
  readonly signingAgent?: string;
}

/** What an envelope is written from. */
export interface SealedParts {
  readonly signingInput: Uint8Array;
  readonly signature: Uint8Array;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  readonly timestamp?: Uint8Array;
  readonly signingAgent?: string;
}

/** All that one kind of envelope does in its own way. Bytes in, bytes out; whether any of it is true is found out by others. */
export interface EnvelopeCodec {
  readonly format: 'notation-jws' | 'notation-cose';
  readonly mediaType: EnvelopeMediaType;
  readonly domain: SigningDomain;
  /** Order of the members of the payload's descriptor as Go writes it: by name, or that of the descriptor (`notation.md` §2). */
  readonly payloadOrder: 'sorted' | 'descriptor';
  /** Header names that no extended attribute can have. */
  readonly registeredNames: readonly string[];
  encodeHeader(attributes: Omit<SignedAttributes, 'contentType'>): Uint8Array<ArrayBuffer>;
  /** @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
  parseHeader(bytes: Uint8Array, compatibility?: EnvelopeCompatibility): SignedAttributes;
  encodeSigningInput(parts: SignedParts): Uint8Array<ArrayBuffer>;
  /** @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
  splitSigningInput(signingInput: Uint8Array): SignedParts;
  /** The bytes to be signed as a text for JSON, and back. @throws SignError `ERR_MALFORMED` */
  inputText(signingInput: Uint8Array): string;
  inputBytes(text: string): Uint8Array<ArrayBuffer>;
  encode(parts: SealedParts): Uint8Array<ArrayBuffer>;
  /** @throws SignError `ERR_MALFORMED`, `ERR_LIMIT` */
  parse(bytes: Uint8Array, compatibility?: EnvelopeCompatibility): EncodedEnvelope;
}

let loaded: EnvelopeCodec | undefined;

/**
 * The same for those who can wait: CBOR is read by a library that is loaded for the first COSE envelope, and for no other one. Nobody waits
 * for what is there.
 */
export function loadCodec(mediaType: string): EnvelopeCodec | undefined | Promise<EnvelopeCodec> {
  if (mediaType === jwsMediaType) return jwsCodec;
  if (mediaType !== coseMediaType) return undefined;
  return loaded ?? loadCose();
}

async function loadCose(): Promise<EnvelopeCodec> {
  ({ coseCodec: loaded } = await import('./cose-codec.js'));
  return loaded;
}

/** The codec of a media type, or `undefined`. */
export function codecOf(mediaType: string): EnvelopeCodec | undefined {
  return [jwsCodec, coseCodec].find((codec) => codec.mediaType === mediaType);
}
