import { sign } from 'node:crypto';
import {
  concatBytes,
  cryptoParameters,
  derWrap,
  ecdsaToDer,
  hashBytes,
  hexBytes,
  type SignatureAlgorithm,
} from '@securosys/core';
import { type Certificate, extendedKeyUsages, parseCertificate } from '../../src/index.js';
import { identifierOfAlgorithm } from '../../src/signature-algorithms.js';
import { basicConstraints, commonName, craft, extendedKeyUsage, hex, keyUsage, oid, seq } from '../craft.js';
import { type TestKey, testKey } from '../issue.js';

/** DER of timestamp tokens written by hand, so that tests can make tokens that no authority should issue. */
const set = (...parts: Uint8Array[]) => derWrap(0x31, concatBytes(...parts));
export const ascii = (text: string) => new TextEncoder().encode(text);
export const integer = (text: string) => derWrap(0x02, hex(text));
export const octets = (bytes: Uint8Array) => derWrap(0x04, bytes);
export const none = new Uint8Array();

export const sha256 = '2.16.840.1.101.3.4.2.1';
export const sha384 = '2.16.840.1.101.3.4.2.2';
export const sha512 = '2.16.840.1.101.3.4.2.3';
export const sha1 = '1.3.14.3.2.26';
export const tstInfoType = '1.2.840.113549.1.9.16.1.4';
export const dataType = '1.2.840.113549.1.7.1';
export const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

export const hashId = (type: string, parameters: Uint8Array = hex('0500')) => seq(oid(type), parameters);
export const attribute = (type: string, ...values: Uint8Array[]) => seq(oid(type), set(...values));

/** Times of everything: certificates of {@link craft} are valid from 2026 to 2036. */
export const genTime = Date.UTC(2027, 5, 1, 12, 0, 0);
export const message = ascii('a signature as it stands in its envelope');

/** One authority: root, intermediate, and what signs timestamps. */
export interface Authority {
  readonly key: TestKey;
  readonly leaf: Certificate;
  readonly intermediate: Certificate;
  readonly root: Certificate;
}

export const caExtensions = [basicConstraints(true), keyUsage(['keyCertSign', 'cRLSign'])];
export const leafExtensions = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsages.timeStamping], true)];
type Craft = NonNullable<Parameters<typeof craft>[0]>;

export function authority(
  options: { leaf?: Craft; intermediate?: Craft; root?: Craft; key?: TestKey; name?: string } = {},
): Authority {
  const { key = testKey('ec-p256', 'tsa'), name = 'TSA' } = options;
  const rootKey = testKey('ec-p256', 'tsa root');
  const caKey = testKey('ec-p384', 'tsa ca');
  const subject = commonName(`${name} root`);
  const caName = commonName(`${name} CA`);
  const root = craft({ key: rootKey, subject, extensions: caExtensions, ...options.root });
  const ca = { key: caKey, signer: rootKey, subject: caName, issuer: subject, serial: hex('020102'), extensions: caExtensions };
  const own = {
    key,
    signer: caKey,
    subject: commonName(name),
    issuer: caName,
    serial: hex('020103'),
    extensions: leafExtensions,
  };
  return {
    key,
    leaf: parseCertificate(craft({ ...own, ...options.leaf })),
    intermediate: parseCertificate(craft({ ...ca, ...options.intermediate })),
    root: parseCertificate(root),
  };
}

export interface TstInfoCraft {
  readonly version?: Uint8Array;
  readonly policy?: string;
  readonly imprintHash?: string;
  readonly imprint?: Uint8Array;
  readonly serial?: Uint8Array;
  readonly genTime?: Uint8Array;
  readonly accuracy?: Uint8Array;
  /** Whatever comes behind the accuracy. */
  readonly rest?: Uint8Array;
}

export function tstInfo(options: TstInfoCraft = {}): Uint8Array {
  const { version = hex('020101'), policy = '1.2.3.4', imprintHash = sha256, serial = hex('020207d0') } = options;
  const { imprint = hashBytes('sha256', message), genTime = derWrap(0x18, ascii('20270601120000Z')) } = options;
  return seq(
    version,
    oid(policy),
    seq(hashId(imprintHash), octets(imprint)),
    serial,
    genTime,
    options.accuracy ?? none,
    options.rest ?? none,
  );
}

/** `IssuerSerial` of a certificate. */
export const issuerSerial = ({ issuerDer, serial }: Pick<Certificate, 'issuerDer' | 'serial'>) =>
  seq(seq(derWrap(0xa4, issuerDer)), derWrap(0x02, hexBytes(serial)));

export function signingCertificateV2(
  certificate: Certificate,
  options: { hash?: Uint8Array; digest?: Uint8Array; issuer?: Uint8Array } = {},
) {
  const { hash = none, digest = hashBytes('sha256', certificate.der), issuer = issuerSerial(certificate) } = options;
  return attribute(attributeTypes.signingCertificateV2, seq(seq(seq(hash, octets(digest), issuer))));
}

export interface SignerCraft {
  readonly certificate?: Certificate;
  readonly key?: TestKey;
  readonly version?: Uint8Array;
  readonly sid?: Uint8Array;
  readonly digest?: string;
  readonly algorithm?: SignatureAlgorithm;
  readonly identifier?: Uint8Array;
  /** Attributes by what they are for; `none` leaves one out. */
  readonly contentType?: Uint8Array;
  readonly messageDigest?: Uint8Array;
  readonly signingCertificate?: Uint8Array;
  /** More of them, behind the others. */
  readonly more?: readonly Uint8Array[];
  /** All of them, or none at all. */
  readonly attributes?: readonly Uint8Array[] | undefined;
  /** Order in which they stand in the message; what is signed is in DER's. */
  readonly unsorted?: boolean;
  readonly signature?: (signed: Uint8Array) => Uint8Array;
}

const derOrder = (parts: readonly Uint8Array[]) => [...parts].sort((a, b) => Buffer.compare(a, b));

export function signerInfo(from: Authority, content: Uint8Array, options: SignerCraft = {}): Uint8Array {
  const { certificate = from.leaf, key = from.key, algorithm = 'ecdsa-sha256', digest = sha256 } = options;
  const standard = [
    options.contentType ?? attribute(attributeTypes.contentType, oid(tstInfoType)),
    options.messageDigest ?? attribute(attributeTypes.messageDigest, octets(hashBytes('sha256', content))),
    options.signingCertificate ?? signingCertificateV2(certificate),
    ...(options.more ?? []),
  ].filter((part) => part.byteLength > 0);
  const attributes = 'attributes' in options ? options.attributes : standard;
  const signed = attributes ? set(...derOrder(attributes)) : content;
  const { hash, parameters } = cryptoParameters(algorithm);
  const raw = options.signature?.(signed) ?? sign(hash, signed, { key: key.privateKey, ...parameters });
  const signature = algorithm.startsWith('ecdsa') && !options.signature ? ecdsaToDer(raw) : raw;
  const written = attributes && (options.unsorted ? derOrder(attributes).reverse() : derOrder(attributes));
  return seq(
    options.version ?? hex('020101'),
    options.sid ?? seq(certificate.issuerDer, derWrap(0x02, hexBytes(certificate.serial))),
    hashId(digest),
    written ? derWrap(0xa0, concatBytes(...written)) : none,
    options.identifier ?? (identifierOfAlgorithm(algorithm) as Uint8Array),
    octets(signature),
  );
}

export interface TokenCraft extends SignerCraft {
  readonly info?: Uint8Array;
  readonly bag?: readonly Uint8Array[];
  readonly signers?: readonly Uint8Array[];
  readonly dataVersion?: Uint8Array;
  readonly outerType?: string;
  readonly eContentType?: string;
}

/** A good token over {@link message} unless told otherwise. */
export function token(from: Authority, options: TokenCraft = {}): Uint8Array<ArrayBuffer> {
  const { info = tstInfo(), bag = [from.leaf.der, from.intermediate.der], eContentType = tstInfoType } = options;
  const { signers = [signerInfo(from, info, options)], outerType = '1.2.840.113549.1.7.2' } = options;
  const data = seq(
    options.dataVersion ?? hex('020103'),
    set(hashId(sha256)),
    seq(oid(eContentType), derWrap(0xa0, octets(info))),
    bag.length > 0 ? derWrap(0xa0, concatBytes(...bag)) : none,
    set(...signers),
  );
  return seq(oid(outerType), derWrap(0xa0, data));
}
