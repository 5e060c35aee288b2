import { utf8Bytes } from '@securosys/core';
import { notationCose, notationJws, openEnvelope } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { now, testChain, testKey } from './helpers/certificates.js';
import { clockAt, cose, coseEnvelope, jws, rawEnvelope, signed, subject } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

/** What our errors say where notation-core-go has an error type of its own (`notation.md` §7, package `signature`). */
const answers = (run: () => unknown): string => {
  const { code, details } = thrown(run);
  return [code, details.reason ?? details.rule].filter(Boolean).join(' ');
};
const wrong = () => new Uint8Array(64);
const key = { spec: 'ec-p256' as const, spki: testKey('ec-p256').spki, chain: testChain() };
const edKey = () => {
  const leafKey = testKey('ed25519');
  return { spec: leafKey.spec, spki: leafKey.spki, chain: testChain({ leafKey }) };
};
const attributes = [
  { name: 'a', value: 1 },
  { name: 'a', value: 2 },
];

describe.each([
  ['JWS', notationJws, jws, rawEnvelope, { header: { alg: 'ES384' } }, { header: { alg: 'none' } }],
  [
    'COSE',
    notationCose,
    cose,
    coseEnvelope,
    { header: (labels: Map<unknown, unknown>) => void labels.set(1, -35) },
    { header: (labels: Map<unknown, unknown>) => void labels.set(1, 0) },
  ],
] as const)('the errors of notation-core-go in %s:', (_, format, mediaType, write, otherAlgorithm, noAlgorithm) => {
  // Each writer takes its own settings; the shared ones have the same names.
  const envelope = write as (settings?: object) => Uint8Array;
  const opening = (settings?: object) => answers(() => openEnvelope(envelope(settings), mediaType));
  const preparing = (options: object, by: object = key) =>
    answers(() => format.prepare(subject, by as typeof key, { signingTime: now, ...options }));

  it('SignatureIntegrityError: a signature that is not of these bytes', () => {
    expect(opening({ signer: wrong })).toBe('ERR_SIGNATURE_MISMATCH signature');
  });

  it('SignatureIntegrityError, InvalidSignatureError: an algorithm of another key, whichever of both Go calls it', () => {
    expect(opening(otherAlgorithm)).toBe('ERR_MALFORMED algorithm');
  });

  it('InvalidSignatureError: an envelope without certificates', () => {
    const without = mediaType === jws ? { change: (e: object) => void Object.assign(e, { header: {} }) } : { chain: [] };
    expect(opening(without)).toBe('ERR_MALFORMED malformed');
  });

  it('InvalidSignatureError: bytes that are no envelope', () => {
    expect(answers(() => openEnvelope(utf8Bytes('hello'), mediaType))).toMatch(/^ERR_MALFORMED/);
  });

  it('UnsupportedSignatureFormatError: a media type that is no envelope’s', () => {
    expect(answers(() => openEnvelope(envelope(), 'application/json'))).toBe('ERR_MALFORMED media-type');
    expect(answers(() => openEnvelope(envelope(), `${mediaType}; v=1`))).toBe('ERR_MALFORMED media-type');
  });

  it('SignatureNotFoundError: an envelope whose signature is empty', () => {
    const without =
      mediaType === jws
        ? { change: (e: object) => void Object.assign(e, { signature: '' }) }
        : { signer: () => new Uint8Array(0) };
    expect(opening(without)).toBe('ERR_MALFORMED malformed');
  });

  it('SignatureEnvelopeNotFoundError: no bytes at all', () => {
    expect(answers(() => openEnvelope(new Uint8Array(0), mediaType))).toMatch(/^ERR_MALFORMED/);
  });

  it('UnsupportedSigningKeyError: a leaf with a key that Notary has no algorithm for', () => {
    expect(opening({ chain: edKey().chain })).toMatch(/^ERR_ALGORITHM_UNSUPPORTED/);
    expect(preparing({}, edKey())).toMatch(/^ERR_ALGORITHM_UNSUPPORTED/);
  });

  it('UnsupportedSignatureAlgoError: an algorithm that is none of the six', () => {
    expect(opening(noAlgorithm)).toBe('ERR_MALFORMED algorithm');
  });

  it('InvalidArgumentError: options that say nothing sensible', () => {
    expect(preparing({ signingAgent: '' })).toBe('ERR_INVALID_ARGUMENT');
    expect(answers(() => openEnvelope(envelope(), mediaType, { trust: 1 } as object))).toBe('ERR_INVALID_ARGUMENT');
  });

  it('InvalidSignRequestError: an expiry before the signing time, a scheme that does not exist', () => {
    expect(preparing({ expiresAt: now - 1000 })).toBe('ERR_INVALID_ARGUMENT');
    expect(preparing({ signingScheme: 'notary.x509.tsa' })).toBe('ERR_INVALID_ARGUMENT');
  });

  it('InvalidSignRequestError: a chain that breaks a rule, named as the rule', () => {
    expect(preparing({}, { ...key, chain: [] })).toBe('ERR_CHAIN_INVALID chain-empty');
    expect(preparing({}, { ...key, chain: key.chain.slice(0, 1) })).toBe('ERR_CHAIN_INVALID self-signed-invalid');
  });

  it('DuplicateKeyError: an attribute twice', () => {
    expect(preparing({ attributes })).toBe('ERR_INVALID_ARGUMENT');
  });

  it('TimestampError: a timestamper that gives no token', async () => {
    const timestamper = { timestamp: async () => new Uint8Array(0) };
    await expect(format.finish!(signed({ format }), { clock: clockAt(now), timestamper })).rejects.toMatchObject({
      code: 'ERR_PROTOCOL',
    });
  });
});
