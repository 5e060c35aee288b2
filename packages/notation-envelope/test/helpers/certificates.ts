import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  concatBytes,
  cryptoParameters,
  derWrap,
  ecdsaToDer,
  hexBytes,
  type KeySpec,
  signatureAlgorithmFor,
  spkiOf,
  utf8Bytes,
} from '@securosys/core';
import { rsaKey } from '../../../../tests/rsa-key.js';

/** A writer of X.509 certificates for tests: it can break every rule that a proper library would keep. */
const seq = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
const set = (...parts: Uint8Array[]) => derWrap(0x31, concatBytes(...parts));

export function oid(text: string): Uint8Array {
  const [a, b, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  const bytes: number[] = [];
  for (const n of [a * 40 + b, ...rest]) {
    const groups = [n & 0x7f];
    for (let left = n >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return derWrap(0x06, Uint8Array.from(bytes));
}

const types: Record<string, string> = {
  CN: '2.5.4.3',
  SERIALNUMBER: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  UID: '0.9.2342.19200300.100.1.1',
};

/** Attributes of one relative name each; an inner list makes a multi-valued one. */
export type Name = readonly (readonly [string, string] | readonly (readonly [string, string])[])[];

const isPair = (entry: Name[number]): entry is readonly [string, string] => typeof entry[0] === 'string';

function nameDer(name: Name): Uint8Array {
  return seq(
    ...name.map((entry) =>
      set(
        ...(isPair(entry) ? [entry] : entry).map(([type, value]) =>
          seq(oid(types[type] as string), derWrap(0x0c, utf8Bytes(value))),
        ),
      ),
    ),
  );
}

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime after it. */
function time(ms: number): Uint8Array {
  const text = `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  return text < '2050' ? derWrap(0x17, utf8Bytes(text.slice(2))) : derWrap(0x18, utf8Bytes(text));
}

const algorithms: Record<string, Uint8Array> = {
  'rsa-pkcs1-sha256': seq(oid('1.2.840.113549.1.1.11'), hexBytes('0500')),
  'rsa-pkcs1-sha384': seq(oid('1.2.840.113549.1.1.12'), hexBytes('0500')),
  'rsa-pkcs1-sha512': seq(oid('1.2.840.113549.1.1.13'), hexBytes('0500')),
  'ecdsa-sha256': seq(oid('1.2.840.10045.4.3.2')),
  'ecdsa-sha384': seq(oid('1.2.840.10045.4.3.3')),
  'ecdsa-sha512': seq(oid('1.2.840.10045.4.3.4')),
};

export const extension = (id: string, critical: boolean, value: Uint8Array) =>
  seq(oid(id), ...(critical ? [hexBytes('0101ff')] : []), derWrap(0x04, value));

export const basicConstraints = (ca: boolean) => extension('2.5.29.19', true, seq(...(ca ? [hexBytes('0101ff')] : [])));
/** `bits` as the hex of the BIT STRING contents: `0780` digitalSignature, `0204` keyCertSign. */
export const keyUsage = (bits: string) => extension('2.5.29.15', true, derWrap(0x03, hexBytes(bits)));
export const codeSigning = () => extension('2.5.29.37', false, seq(oid('1.3.6.1.5.5.7.3.3')));
export const policy = (id: string) => extension('2.5.29.32', false, seq(seq(oid(id))));
export const ocsp = (url: string) =>
  extension('1.3.6.1.5.5.7.1.1', false, seq(seq(oid('1.3.6.1.5.5.7.48.1'), derWrap(0x86, utf8Bytes(url)))));
export const crl = (url: string) =>
  extension('2.5.29.31', false, seq(seq(derWrap(0xa0, derWrap(0xa0, derWrap(0x86, utf8Bytes(url)))))));

export interface Key {
  readonly spec: KeySpec;
  readonly privateKey: KeyObject;
  readonly spki: Uint8Array;
}

const cache = new Map<string, Key>();

/** A key of this kind, made once per process and name. */
export function testKey(spec: KeySpec, name = ''): Key {
  const id = `${spec} ${name}`;
  let key = cache.get(id);
  if (!key) {
    const curve = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' }[spec as string];
    const privateKey = curve
      ? generateKeyPairSync('ec', { namedCurve: curve }).privateKey
      : spec === 'ed25519'
        ? generateKeyPairSync('ed25519').privateKey
        : rsaKey(Number(spec.slice(4)), name || undefined);
    key = { spec, privateKey, spki: spkiOf(createPublicKey(privateKey)) };
    cache.set(id, key);
  }
  return key;
}

export const defaultSubject: Name = [
  ['C', 'CH'],
  ['ST', 'Zurich'],
  ['O', 'Acme'],
  ['CN', 'release'],
];
export const rootSubject: Name = [
  ['C', 'CH'],
  ['O', 'Acme'],
  ['CN', 'Acme Root'],
];

export interface CertificateSettings {
  subject?: Name;
  issuer?: Name;
  key: Key;
  issuerKey: Key;
  notBefore?: number;
  notAfter?: number;
  extensions: readonly Uint8Array[];
}

export const day = 86_400_000;
/** The instant at which the tests live. */
export const now = Date.UTC(2026, 5, 1, 12);

let serial = 1;

export function certificate(settings: CertificateSettings): Uint8Array {
  const { subject = defaultSubject, issuer = rootSubject, key, issuerKey } = settings;
  const algorithm = signatureAlgorithmFor('x509', issuerKey.spec);
  const identifier = algorithms[algorithm] as Uint8Array;
  const tbs = seq(
    hexBytes('a003020102'),
    derWrap(0x02, Uint8Array.of(1, serial++ & 0xff)),
    identifier,
    nameDer(issuer),
    seq(time(settings.notBefore ?? now - 100 * day), time(settings.notAfter ?? now + 265 * day)),
    nameDer(subject),
    key.spki,
    derWrap(0xa3, seq(...settings.extensions)),
  );
  const { hash, parameters } = cryptoParameters(algorithm);
  const raw = sign(hash, tbs, { key: issuerKey.privateKey, ...parameters });
  const signature = algorithm.startsWith('ecdsa') ? ecdsaToDer(raw) : raw;
  return seq(tbs, identifier, derWrap(0x03, concatBytes(Uint8Array.of(0), signature)));
}

export interface ChainSettings {
  leafKey?: Key;
  subject?: Name;
  notBefore?: number;
  notAfter?: number;
  /** Added to the usual ones of the leaf. */
  extensions?: readonly Uint8Array[];
  rootExtensions?: readonly Uint8Array[];
}

/** Leaf and root that keep every rule of §8, unless the settings say otherwise. */
export function testChain(settings: ChainSettings = {}): [Uint8Array, Uint8Array] {
  const rootKey = testKey('ec-p256', 'root');
  const { leafKey = testKey('ec-p256'), extensions = [], rootExtensions = [], ...rest } = settings;
  const leaf = certificate({
    ...rest,
    key: leafKey,
    issuerKey: rootKey,
    extensions: [basicConstraints(false), keyUsage('0780'), codeSigning(), ...extensions],
  });
  return [leaf, rootCertificate(rootExtensions)];
}

const roots = new Map<string, Uint8Array>();

/** The root of {@link testChain}; the same bytes for the same extensions. */
export function rootCertificate(extensions: readonly Uint8Array[] = []): Uint8Array {
  const id = Buffer.concat(extensions).toString('hex');
  let root = roots.get(id);
  if (!root) {
    const key = testKey('ec-p256', 'root');
    root = certificate({
      subject: rootSubject,
      key,
      issuerKey: key,
      notAfter: now + 3650 * day,
      extensions: [basicConstraints(true), keyUsage('0204'), ...extensions],
    });
    roots.set(id, root);
  }
  return root;
}
