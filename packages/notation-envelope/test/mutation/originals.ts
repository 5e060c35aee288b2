import { createPublicKey, sign } from 'node:crypto';
import { base64urlText, cryptoParameters, type KeySpec, keyFacts, signatureAlgorithmFor, spkiOf } from '@securosys/core';
import { type NotationPrepareOptions, notationCose, notationJws, trustStoreFromCertificates } from '@securosys/notation-envelope';
import {
  basicConstraints,
  certificate,
  codeSigning,
  day,
  extension,
  type Key,
  keyUsage,
  now,
  rootCertificate,
  rootSubject,
  testChain,
  testKey,
} from '../helpers/certificates.js';
import { policyWith, signed, signWith, trusting } from '../helpers/envelopes.js';
import { coseCodec } from './cose-codec.js';
import { jwsCodec } from './jws-codec.js';
import type { Codec, Original } from './original.js';

const caExtensions = [basicConstraints(true), keyUsage('0204')];
const leafExtensions = [basicConstraints(false), keyUsage('0780'), codeSigning()];

/** A key whose signatures are dear to verify: no primes are needed for that. */
function dearKey(): Key {
  const jwk = { kty: 'RSA', n: base64urlText(new Uint8Array(384).fill(0xc5)), e: base64urlText(new Uint8Array(383).fill(0xc5)) };
  return { ...testKey('rsa-3072'), spki: spkiOf(createPublicKey({ key: jwk, format: 'jwk' })) };
}

/** Chains for the same key that nobody may be persuaded by, nor by any of their leaves under the trusted root. */
function otherChains(key: Key): Uint8Array[][] {
  const rootKey = testKey('ec-p256', 'root');
  const strangerKey = testKey('ec-p256', 'stranger');
  const stranger = certificate({
    subject: rootSubject,
    key: strangerKey,
    issuerKey: strangerKey,
    notAfter: now + 3650 * day,
    extensions: [basicConstraints(true), keyUsage('0204')],
  });
  const root = rootCertificate();
  const usual = { key, issuerKey: rootKey, extensions: leafExtensions };
  return [
    [certificate({ ...usual, issuerKey: strangerKey }), stranger],
    // Issued by a stranger, and the trusted root put behind it.
    [certificate({ ...usual, issuerKey: strangerKey }), root],
    [
      certificate({
        ...usual,
        subject: [
          ['C', 'CH'],
          ['ST', 'Zurich'],
          ['O', 'Other'],
        ],
      }),
      root,
    ],
    [certificate({ ...usual, notAfter: now - day }), root],
    [certificate({ ...usual, notBefore: now + day }), root],
    [certificate({ ...usual, extensions: [basicConstraints(true), keyUsage('0780')] }), root],
    [
      certificate({
        ...usual,
        extensions: [
          ...leafExtensions.slice(0, 2),
          extension('2.5.29.37', false, Uint8Array.from([0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1])),
        ],
      }),
      root,
    ],
    [
      certificate({
        ...usual,
        issuer: [
          ['C', 'CH'],
          ['ST', 'Zurich'],
          ['O', 'Acme'],
          ['CN', 'release'],
        ],
        issuerKey: key,
      }),
    ],
    testChain({ leafKey: testKey(key.spec === 'ec-p256' ? 'ec-p384' : 'ec-p256', 'somebody') }),
    testChain({ leafKey: testKey('ec-p256', 'somebody') }),
    Array.from({ length: 16 }, () => certificate({ ...usual, key: dearKey() })),
    [
      certificate({ ...usual, notAfter: now - day }),
      ...Array.from({ length: 15 }, () => certificate({ ...usual, key: dearKey(), extensions: caExtensions })),
    ],
  ];
}

/** Signatures by the same key over the same bytes with other parameters, by another key, and one more good one. */
function otherSignatures(codec: Codec, envelope: Uint8Array, key: Key): Uint8Array[] {
  const input = codec.signingInput(codec.split(envelope));
  const algorithm = signatureAlgorithmFor('notary', key.spec);
  const good = signWith(key, algorithm, input);
  if (keyFacts(key.spec).type === 'ec') {
    const other = { 'ecdsa-sha256': 'sha512', 'ecdsa-sha384': 'sha256', 'ecdsa-sha512': 'sha384' }[algorithm as string] as string;
    return [
      good,
      Uint8Array.from(sign(other, input, { key: key.privateKey, dsaEncoding: 'ieee-p1363' })),
      signWith(testKey(key.spec, 'stranger'), algorithm, input),
    ];
  }
  const { hash } = cryptoParameters(algorithm);
  const salted = (saltLength: number) => Uint8Array.from(sign(hash, input, { key: key.privateKey, padding: 6, saltLength }));
  return [
    good,
    ...[0, 20, keyFacts(key.spec).signatureBytes - 2 - Number(hash?.slice(3)) / 8].map(salted),
    Uint8Array.from(sign(hash, input, { key: key.privateKey, padding: 1 })),
    Uint8Array.from(sign(hash === 'sha512' ? 'sha256' : 'sha512', input, { key: key.privateKey, padding: 6, saltLength: -1 })),
  ];
}

/** An envelope that is trusted as it stands, of a key that we have. */
export function original(name: string, codec: Codec, bytes: Uint8Array, key: Key, options = trusting()): Original {
  return {
    name,
    codec,
    bytes,
    options,
    verdict: 'trusted',
    key,
    otherChains: otherChains(key),
    otherSignatures: otherSignatures(codec, bytes, key),
  };
}

/** Envelopes of one algorithm in one format, with all that a protected header may hold. */
function originalsOf(spec: KeySpec, name: string, codec: Codec, format: typeof notationJws): Original[] {
  const key = testKey(spec);
  const made = (title: string, prepare: NotationPrepareOptions, options = trusting()): Original =>
    original(`${spec} ${name} ${title}`, codec, signed({ leafKey: key, format, prepare }).envelope, key, options);
  return [
    made('plain', {}),
    made('with annotations', { annotations: { build: '17', ünï: '\u2028' }, expirySeconds: 86_400 }),
    made(
      'with attributes',
      {
        expirySeconds: 86_400,
        attributes: [
          { name: 'x-critical', value: 'understood', critical: true },
          { name: 'x-other', value: { deep: [1, 'two', null] } },
        ],
      },
      trusting({ understoodAttributes: ['x-critical'] }),
    ),
    made(
      'of an authority',
      { signingScheme: 'notary.x509.signingAuthority' },
      trusting({
        trustPolicy: policyWith({ trustStores: ['signingAuthority:acme'] }),
        trustStore: trustStoreFromCertificates({ 'signingAuthority:acme': [rootCertificate()] }),
      }),
    ),
  ];
}

export const jwsOriginals = (spec: KeySpec): Original[] => originalsOf(spec, 'jws', jwsCodec, notationJws);
export const coseOriginals = (spec: KeySpec): Original[] => originalsOf(spec, 'cose', coseCodec, notationCose);
