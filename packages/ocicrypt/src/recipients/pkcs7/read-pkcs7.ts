import { type DerElement, derChildren, hexText, ownBytes, readDer, SignError } from '@securosys/core';
import { maxPacketBytes } from '../annotations.js';
import { nonceBytes, oidHex, tagBytes } from './constants.js';

/** One `KeyTransRecipientInfo`. */
export interface Pkcs7Recipient {
  /** Issuer of the recipient's certificate: Name, DER. */
  readonly issuerDer: Uint8Array;
  /** Serial number of the certificate, lower-case hex without sign octet. */
  readonly serial: string;
  /** PKCS#1 v1.5, as long as the modulus. */
  readonly encryptedKey: Uint8Array;
}

/** A pkcs7 packet, unauthenticated. */
export interface Pkcs7 {
  readonly recipients: readonly Pkcs7Recipient[];
  readonly nonce: Uint8Array;
  /** With the tag behind it. */
  readonly ciphertext: Uint8Array;
}

const what = 'pkcs7 packet';
const maxRecipients = 32;

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `${what} is malformed: ${why}`);
};

/** Walks one packet. Every structure in it has a fixed number of elements. */
class Structure {
  constructor(readonly bytes: Uint8Array) {}

  contents({ contents, end }: DerElement): Uint8Array {
    return this.bytes.subarray(contents, end);
  }

  /** The elements inside, which must be these. A tag may have a second form that ocicrypt writes. */
  parts<const T extends readonly (number | readonly number[])[]>(parent: DerElement, tags: T): { [K in keyof T]: DerElement } {
    const children = derChildren(this.bytes, parent, what);
    const fits = (tag: number | readonly number[], at: number) => [tag].flat().includes(children[at]?.tag ?? -1);
    if (children.length !== tags.length || !tags.every(fits)) malformed('an element is missing, unknown or out of place');
    return children as { [K in keyof T]: DerElement };
  }

  oid(element: DerElement, expected: string, instead: string): void {
    if (hexText(this.contents(element)) !== expected) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${what}: ${instead}`);
  }
}

function recipientOf(structure: Structure, element: DerElement): Pkcs7Recipient {
  const [version, name, algorithm, key] = structure.parts(element, [0x02, 0x30, 0x30, 0x04]);
  if (hexText(structure.contents(version)) !== '00') malformed('a recipient is not named by its certificate');
  const [issuer, serial] = structure.parts(name, [0x30, 0x02]);
  const [oid, parameters, more] = derChildren(structure.bytes, algorithm, what);
  if (oid?.tag !== 0x06 || more || (parameters && parameters.tag !== 0x05)) malformed('a key encryption is none');
  structure.oid(oid as DerElement, oidHex.rsaEncryption, 'keys are wrapped with something else than PKCS#1 v1.5');
  return {
    issuerDer: structure.bytes.subarray(issuer.start, issuer.end),
    serial: hexText(structure.contents(serial)).replace(/^00(?=..)/, ''),
    encryptedKey: structure.contents(key),
  };
}

/** ocicrypt writes the parameters as a SEQUENCE without the constructed bit, and nested once too deep. */
function nonceOf(structure: Structure, algorithm: DerElement): Uint8Array {
  const [oid, parameters] = structure.parts(algorithm, [0x06, [0x10, 0x30]]);
  structure.oid(oid, oidHex.aes128Gcm, 'the content is encrypted with something else than AES-128-GCM');
  const [inner] = structure.parts(parameters, [0x30]);
  const [nonce, length] = structure.parts(inner, [0x84, 0x02]);
  if (nonce.end - nonce.contents !== nonceBytes || hexText(structure.contents(length)) !== '10')
    malformed('the parameters of AES-128-GCM are not those of ocicrypt');
  return structure.contents(nonce);
}

/** `[0]` primitive, or constructed around OCTET STRINGs as the library of ocicrypt before 1.2.1 writes it. */
function ciphertextOf(structure: Structure, element: DerElement): Uint8Array {
  if (element.tag === 0x80) return structure.contents(element);
  const [octets] = structure.parts(element, [0x04]);
  return structure.contents(octets);
}

/**
 * Reads EnvelopedData as ocicrypt writes it, which is not quite DER (`ocicrypt.md` §9.2).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`; `ERR_ALGORITHM_UNSUPPORTED` for algorithms that ocicrypt does not write
 */
export function readPkcs7(packet: Uint8Array): Pkcs7 {
  if (packet.byteLength > maxPacketBytes) throw new SignError('ERR_LIMIT', `${what} is over ${maxPacketBytes} bytes`);
  const structure = new Structure(ownBytes(packet));
  const outer = readDer(structure.bytes, 0, structure.bytes.byteLength, what);
  if (outer.tag !== 0x30 || outer.end !== structure.bytes.byteLength) malformed('it is not one SEQUENCE');
  const [type, content] = structure.parts(outer, [0x06, 0xa0]);
  structure.oid(type, oidHex.envelopedData, 'it is no EnvelopedData');
  const [enveloped] = structure.parts(content, [0x30]);
  const [version, recipients, encrypted] = structure.parts(enveloped, [0x02, 0x31, 0x30]);
  if (hexText(structure.contents(version)) !== '00') malformed('its version is not 0');
  const elements = derChildren(structure.bytes, recipients, what);
  if (elements.length > maxRecipients) throw new SignError('ERR_LIMIT', `${what} has over ${maxRecipients} recipients`);
  const [contentType, algorithm, octets] = structure.parts(encrypted, [0x06, 0x30, [0x80, 0xa0]]);
  structure.oid(contentType, oidHex.data, 'it does not hold data');
  const ciphertext = ciphertextOf(structure, octets);
  if (ciphertext.byteLength <= tagBytes) malformed('its content is too short');
  return {
    recipients: elements.map((element) =>
      element.tag === 0x30 ? recipientOf(structure, element) : malformed('a recipient is of another kind'),
    ),
    nonce: nonceOf(structure, algorithm),
    ciphertext,
  };
}
