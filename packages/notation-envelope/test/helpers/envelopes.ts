import { sign } from 'node:crypto';
import {
  base64Text,
  base64urlText,
  type Clock,
  concatBytes,
  cryptoParameters,
  type Descriptor,
  type KeySpec,
  type SignatureAlgorithm,
  signatureAlgorithmFor,
  utf8Bytes,
} from '@securosys/core';
import {
  type EvaluateOptions,
  type NotationPrepareOptions,
  type NotationSignature,
  notationJws,
  parseTrustPolicy,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import { type ChainSettings, type Key, now, rootCertificate, testChain, testKey } from './certificates.js';

export const notarySpecs: readonly KeySpec[] = ['rsa-2048', 'rsa-3072', 'rsa-4096', 'ec-p256', 'ec-p384', 'ec-p521'];

export const subject: Descriptor = {
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: `sha256:${'5a'.repeat(32)}`,
  size: 942,
};

export const clockAt = (ms: number): Clock => ({ now: () => ms, sleep: async () => undefined });

export function signWith(key: Key, algorithm: SignatureAlgorithm, message: Uint8Array): Uint8Array {
  const { hash, parameters } = cryptoParameters(algorithm);
  return Uint8Array.from(sign(hash, message, { key: key.privateKey, ...parameters }));
}

export interface SignedSettings extends ChainSettings {
  format?: typeof notationJws;
  prepare?: NotationPrepareOptions;
  of?: Descriptor;
}

/** A signature as our own format makes it. */
export function signed(settings: SignedSettings = {}): NotationSignature {
  const key = settings.leafKey ?? testKey('ec-p256');
  const { format = notationJws, prepare, of = subject, ...chain } = settings;
  const prepared = format.prepare(
    of,
    { spec: key.spec, spki: key.spki, chain: testChain(chain) },
    { signingTime: now - 1000, ...prepare },
  );
  const [part] = prepared.parts;
  return prepared.assemble({ [part!.id]: signWith(key, part!.algorithm, part!.input.message) });
}

/** Protected header of a plain valid signature; a test changes it and signs whatever comes out. */
export const validHeader = (alg: string): Record<string, unknown> => ({
  alg,
  crit: ['io.cncf.notary.signingScheme'],
  cty: 'application/vnd.cncf.notary.payload.v1+json',
  'io.cncf.notary.signingScheme': 'notary.x509',
  'io.cncf.notary.signingTime': '2026-06-01T11:59:59Z',
});

export const jwsNames: Partial<Record<KeySpec, string>> = {
  'rsa-2048': 'PS256',
  'rsa-3072': 'PS384',
  'rsa-4096': 'PS512',
  'ec-p256': 'ES256',
  'ec-p384': 'ES384',
  'ec-p521': 'ES512',
};

export interface RawSettings {
  key?: Key;
  chain?: readonly Uint8Array[];
  /** Header text, or members that replace those of {@link validHeader}; `undefined` removes one. */
  header?: string | Record<string, unknown>;
  payload?: string;
  /** Makes the signature; default: properly, with the key's own algorithm. */
  signer?: (message: Uint8Array) => Uint8Array;
  /** Changes the finished envelope object before it is written. */
  change?: (envelope: Record<string, unknown>) => void;
}

/** A properly signed envelope over whatever header and payload a test wants, in JSON that our own writer did not make. */
export function rawEnvelope(settings: RawSettings = {}): Uint8Array {
  const key = settings.key ?? testKey('ec-p256');
  const header =
    typeof settings.header === 'string'
      ? settings.header
      : JSON.stringify({ ...validHeader(jwsNames[key.spec] ?? 'ES256'), ...settings.header });
  const payload = settings.payload ?? JSON.stringify({ targetArtifact: subject });
  const input = `${base64urlText(utf8Bytes(header))}.${base64urlText(utf8Bytes(payload))}`;
  const signer = settings.signer ?? ((message) => signWith(key, signatureAlgorithmFor('notary', key.spec), message));
  const envelope: Record<string, unknown> = {
    payload: input.split('.')[1],
    protected: input.split('.')[0],
    header: { x5c: (settings.chain ?? testChain({ leafKey: key })).map((der) => base64Text(der)) },
    signature: base64urlText(signer(utf8Bytes(input))),
  };
  settings.change?.(envelope);
  return utf8Bytes(JSON.stringify(envelope));
}

export const jws = 'application/jose+json';
export const cose = 'application/cose';
export const identity = 'x509.subject: C=CH, ST=Zurich, O=Acme';

/** A policy document with one statement for everything; a test changes members of the statement. */
export const policyWith = (statement: Record<string, unknown> = {}, signatureVerification: Record<string, unknown> = {}) =>
  parseTrustPolicy({
    version: '1.0',
    trustPolicies: [
      {
        name: 'test',
        registryScopes: ['*'],
        signatureVerification: { level: 'strict', ...signatureVerification },
        trustStores: ['ca:acme'],
        trustedIdentities: [identity],
        ...statement,
      },
    ],
  });

/** Options under which {@link signed} is trusted. */
export const trusting = (changes: Partial<EvaluateOptions> = {}): EvaluateOptions => ({
  subject,
  repository: 'registry.example/app',
  trustPolicy: policyWith(),
  trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate()] }),
  clock: clockAt(now),
  ...changes,
});

/** COSE's numbers of the six algorithms. */
export const coseNumbers: Partial<Record<KeySpec, number>> = {
  'rsa-2048': -37,
  'rsa-3072': -38,
  'rsa-4096': -39,
  'ec-p256': -7,
  'ec-p384': -35,
  'ec-p521': -36,
};

type Labels = Map<string | number, unknown>;

export interface CoseSettings {
  key?: Key;
  chain?: unknown;
  /** Labels that are added to the protected header. */
  extra?: readonly (readonly [string | number, unknown])[];
  /** Labels that are added to `crit`. */
  critical?: readonly (string | number)[];
  /** Changes the protected header before it is written. */
  header?: (header: Labels) => void;
  /** Changes the unprotected header before it is written. */
  unprotected?: (header: Labels) => void;
  /** The protected header, encoded; replaces all of the above. */
  protected?: Uint8Array;
  payload?: Uint8Array | string | null;
  /** Makes the signature; default: properly, with the key's own algorithm. */
  signer?: (message: Uint8Array) => Uint8Array;
  /** Changes the four members before they are written. */
  members?: (members: unknown[]) => unknown[];
}

export const cborTime = (seconds: unknown, tag = 1): Tagged => new Tagged(tag, seconds);

/** A properly signed envelope over whatever headers and payload a test wants, in CBOR that our own codec did not make. */
export function coseEnvelope(settings: CoseSettings = {}): Uint8Array {
  const key = settings.key ?? testKey('ec-p256');
  const header: Labels = new Map<string | number, unknown>([
    [1, coseNumbers[key.spec] ?? -7],
    [2, ['io.cncf.notary.signingScheme', ...(settings.critical ?? [])]],
    [3, 'application/vnd.cncf.notary.payload.v1+json'],
    ['io.cncf.notary.signingTime', cborTime((now - 1000) / 1000)],
    ['io.cncf.notary.signingScheme', 'notary.x509'],
    ...(settings.extra ?? []),
  ]);
  settings.header?.(header);
  const protectedBytes = settings.protected ?? encode(header, rfc8949EncodeOptions);
  const text = settings.payload ?? JSON.stringify({ targetArtifact: subject });
  const payload = typeof text === 'string' ? utf8Bytes(text) : text;
  const signer = settings.signer ?? ((message) => signWith(key, signatureAlgorithmFor('notary', key.spec), message));
  const signature = signer(encode(['Signature1', protectedBytes, new Uint8Array(0), payload], rfc8949EncodeOptions));
  const unprotected: Labels = new Map<string | number, unknown>([[33, settings.chain ?? testChain({ leafKey: key })]]);
  settings.unprotected?.(unprotected);
  const members = [protectedBytes, unprotected, payload, signature];
  return concatBytes(Uint8Array.of(0xd2), encode(settings.members?.(members) ?? members, rfc8949EncodeOptions));
}
