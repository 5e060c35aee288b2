import { concatBytes, type DerElement, derWrap, hexText } from '@securosys/core';
import { type DerReader, malformed, tags, unsignedInteger } from '../reader.js';
import { hashIdentifier } from './hashes.js';

const maxAttributes = 32;

/** Issuer and serial number of a certificate, as CMS refers to it. */
export interface IssuerSerial {
  /** Name, DER. */
  readonly issuerDer: Uint8Array;
  /** Lower-case hex without sign octet, as `Certificate.serial`. */
  readonly serial: string;
}

/** One `SignerInfo` (RFC 5652 §5.3), unverified. */
export interface TimestampSigner {
  readonly version: number;
  /** `undefined` when the signer is named by a key identifier, which versions over 1 do. */
  readonly sid: IssuerSerial | undefined;
  /** Dotted object identifier. */
  readonly digestOid: string;
  /** AlgorithmIdentifier, DER. */
  readonly signatureAlgorithm: Uint8Array;
  readonly signature: Uint8Array;
  /** DER of the SET OF Attribute that was signed; `undefined` when there is none. */
  readonly signedAttributes: Uint8Array | undefined;
  /** Values of each signed attribute by its object identifier: the contents of its SET. */
  readonly attributes: ReadonlyMap<string, Uint8Array>;
}

/** Reads `IssuerAndSerialNumber`, or what is behind the names of an `IssuerSerial`. */
export function issuerAndSerial(reader: DerReader): IssuerSerial {
  const issuerDer = reader.whole(reader.take(tags.sequence));
  const serial = serialText(reader);
  reader.end();
  return { issuerDer, serial };
}

/** The next element, a serial number, as certificates have it. */
export function serialText(reader: DerReader): string {
  return hexText(unsignedInteger(reader.contents(reader.take(tags.integer)), 'serial number'));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

/** Signed attributes: each once, because two of a kind would be two answers to one question. */
function attributesOf(reader: DerReader, element: DerElement): { set: Uint8Array; attributes: Map<string, Uint8Array> } {
  const list = reader.inside(element, 'signed attributes');
  const attributes = new Map<string, Uint8Array>();
  const parts: Uint8Array[] = [];
  while (list.more) {
    const whole = list.take(tags.sequence);
    const attribute = list.inside(whole);
    const oid = attribute.oid();
    const values = attribute.take(tags.set);
    attribute.end();
    if (attributes.has(oid)) malformed('a signed attribute occurs twice');
    if (attributes.set(oid, attribute.contents(values)).size > maxAttributes) malformed('too many signed attributes');
    parts.push(list.whole(whole));
  }
  // RFC 5652 §5.4: what was signed is the DER of a SET OF, tag and order included, whatever stands in the message.
  const sorted = parts.every((part, i) => i === 0 || compareBytes(parts[i - 1] as Uint8Array, part) <= 0);
  const contents = sorted ? reader.contents(element) : concatBytes(...parts.sort(compareBytes));
  return { set: derWrap(tags.set, contents), attributes };
}

/** Reads one `SignerInfo`. Its version is told, not judged. */
export function readSignerInfo(reader: DerReader): TimestampSigner {
  const signer = reader.enter(tags.sequence, 'SignerInfo');
  const [version = 0, more] = signer.contents(signer.take(tags.integer));
  const named = signer.optional(tags.sequence);
  // SubjectKeyIdentifier is [0] IMPLICIT OCTET STRING.
  if (!named) signer.take(0x80);
  const digestOid = hashIdentifier(signer.enter(tags.sequence, 'digest algorithm'));
  const signed = signer.optional(tags.context0);
  const signatureAlgorithm = signer.whole(signer.take(tags.sequence));
  const signature = signer.contents(signer.take(tags.octetString));
  signer.optional(0xa1);
  signer.end();
  const { set, attributes } = signed ? attributesOf(signer, signed) : { set: undefined, attributes: new Map() };
  return {
    version: more === undefined ? version : Number.NaN,
    sid: named && issuerAndSerial(signer.inside(named, 'signer identifier')),
    digestOid,
    signatureAlgorithm,
    signature,
    signedAttributes: set,
    attributes,
  };
}
