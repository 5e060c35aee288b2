import { sign } from 'node:crypto';
import {
  concatBytes,
  cryptoParameters,
  derWrap,
  ecdsaToDer,
  hexBytes,
  keyFacts,
  keySpecOf,
  signatureAlgorithmFor,
} from '@securosys/core';
import { type TestKey, testKey } from './issue.js';

/** DER written by hand, so that tests can make certificates that nobody should issue. */
export const seq = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
export const hex = (text: string) => hexBytes(text.replaceAll(' ', ''));
export const ascii = (text: string) => new TextEncoder().encode(text);

export function oid(text: string): Uint8Array {
  const [a = 0, b = 0, ...rest] = text.split('.').map(Number);
  const bytes = [a * 40 + b, ...rest].flatMap((arc) => {
    const out = [arc & 0x7f];
    for (let n = Math.floor(arc / 128); n > 0; n = Math.floor(n / 128)) out.unshift(0x80 | (n & 0x7f));
    return out;
  });
  return derWrap(0x06, Uint8Array.from(bytes));
}

export interface CraftedExtension {
  readonly id: string;
  readonly critical?: boolean;
  readonly value: Uint8Array;
}

const bits = {
  digitalSignature: 0,
  contentCommitment: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
};

export function keyUsage(names: readonly (keyof typeof bits)[], critical = true): CraftedExtension {
  const set = names.map((name) => bits[name]);
  const highest = Math.max(...set);
  const octets = new Uint8Array((highest >> 3) + 1);
  for (const bit of set) octets[bit >> 3] = (octets[bit >> 3] as number) | (0x80 >> (bit & 7));
  return { id: '2.5.29.15', critical, value: derWrap(0x03, concatBytes(Uint8Array.of(7 - (highest & 7)), octets)) };
}

export function basicConstraints(ca: boolean, pathLen?: number, critical = true): CraftedExtension {
  const length = pathLen === undefined ? new Uint8Array() : derWrap(0x02, Uint8Array.of(pathLen));
  return { id: '2.5.29.19', critical, value: seq(ca ? hex('0101ff') : new Uint8Array(), length) };
}

export function extendedKeyUsage(oids: readonly string[], critical = false): CraftedExtension {
  return { id: '2.5.29.37', critical, value: seq(...oids.map(oid)) };
}

/** One RDN of one or more attributes; values are UTF8String unless a tag is given. */
export function rdn(...attributes: readonly (readonly [type: string, value: string | Uint8Array, tag?: number])[]): Uint8Array {
  const pairs = attributes.map(([type, value, tag = 0x0c]) =>
    seq(oid(type), derWrap(tag, typeof value === 'string' ? ascii(value) : value)),
  );
  return derWrap(0x31, concatBytes(...pairs));
}
export const commonName = (text: string) => seq(rdn(['2.5.4.3', text]));

export interface Craft {
  readonly subject?: Uint8Array;
  readonly issuer?: Uint8Array;
  readonly key?: TestKey;
  readonly signer?: TestKey;
  readonly extensions?: readonly CraftedExtension[];
  readonly version?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly validity?: Uint8Array;
  readonly identifier?: Uint8Array;
  readonly outerIdentifier?: Uint8Array;
  readonly signature?: (tbs: Uint8Array) => Uint8Array;
}

const identifiers: Readonly<Record<string, string>> = {
  'rsa-pkcs1-sha256': '300d06092a864886f70d01010b0500',
  'rsa-pkcs1-sha384': '300d06092a864886f70d01010c0500',
  'rsa-pkcs1-sha512': '300d06092a864886f70d01010d0500',
  'ecdsa-sha256': '300a06082a8648ce3d040302',
  'ecdsa-sha384': '300a06082a8648ce3d040303',
  'ecdsa-sha512': '300a06082a8648ce3d040304',
  ed25519: '300506032b6570',
};

function signed({ privateKey }: TestKey, tbs: Uint8Array): Uint8Array {
  const spec = keySpecOf(privateKey);
  if (!spec) throw new Error('a key of our specs is needed');
  const { hash, parameters } = cryptoParameters(signatureAlgorithmFor('x509', spec));
  const raw = sign(hash, tbs, { key: privateKey, ...parameters });
  return keyFacts(spec).type === 'ec' ? ecdsaToDer(raw) : raw;
}

export const goodValidity = seq(derWrap(0x17, ascii('260101000000Z')), derWrap(0x17, ascii('360101000000Z')));

/** A self-signed certificate unless told otherwise. */
export function craft(options: Craft = {}): Uint8Array {
  const { key = testKey('ec-p256'), subject = commonName('subject'), issuer = subject, extensions = [] } = options;
  const { signer = key, version = hex('a003020102'), serial = hex('020101'), validity = goodValidity } = options;
  const spec = keySpecOf(signer.privateKey);
  const identifier = options.identifier ?? hex(identifiers[spec ? signatureAlgorithmFor('x509', spec) : ''] ?? '300506032b6570');
  const written = extensions.map(({ id, critical, value }) =>
    seq(oid(id), critical ? hex('0101ff') : new Uint8Array(), derWrap(0x04, value)),
  );
  const wrapped = written.length > 0 ? derWrap(0xa3, seq(...written)) : new Uint8Array();
  const tbs = seq(version, serial, identifier, issuer, validity, subject, key.spki, wrapped);
  const signature = options.signature?.(tbs) ?? signed(signer, tbs);
  return seq(tbs, options.outerIdentifier ?? identifier, derWrap(0x03, concatBytes(Uint8Array.of(0), signature)));
}
