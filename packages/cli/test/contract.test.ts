import { base64Bytes, base64Text, type KeySpec, loadVerifier, type SignatureAlgorithm, utf8Bytes } from '@securosys/core';
import { notationCose, notationJws, openEnvelope } from '@securosys/notation-envelope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cose, createWorld, jws, payloadOf, payloadType, removeWorlds, target, type World } from './helpers.js';

afterAll(removeWorlds);

/** `notation.md` §3. */
const specs: readonly (readonly [KeySpec, string, string, string, SignatureAlgorithm])[] = [
  ['rsa-2048', 'RSA-2048', 'SHA-256', 'RSASSA-PSS-SHA-256', 'rsa-pss-sha256'],
  ['rsa-3072', 'RSA-3072', 'SHA-384', 'RSASSA-PSS-SHA-384', 'rsa-pss-sha384'],
  ['rsa-4096', 'RSA-4096', 'SHA-512', 'RSASSA-PSS-SHA-512', 'rsa-pss-sha512'],
  ['ec-p256', 'EC-256', 'SHA-256', 'ECDSA-SHA-256', 'ecdsa-sha256'],
  ['ec-p384', 'EC-384', 'SHA-384', 'ECDSA-SHA-384', 'ecdsa-sha384'],
  ['ec-p521', 'EC-521', 'SHA-512', 'ECDSA-SHA-512', 'ecdsa-sha512'],
];
const formats = { [jws]: notationJws, [cose]: notationCose };

describe('get-plugin-metadata', () => {
  it('offers envelopes, and raw signatures only to who asks for them: hosts that see both take raw', async () => {
    const { ask } = createWorld();
    const { answer } = await ask('get-plugin-metadata', '');
    expect(answer).toMatchObject({ name: 'securosys', supportedContractVersions: ['1.0'] });
    expect(answer.capabilities).toContain('SIGNATURE_GENERATOR.ENVELOPE');
    expect(answer.capabilities).not.toContain('SIGNATURE_GENERATOR.RAW');
    const raw = await ask('get-plugin-metadata', { pluginConfig: { mode: 'raw' } });
    expect(raw.answer.capabilities).toContain('SIGNATURE_GENERATOR.RAW');
    expect(raw.answer.capabilities).not.toContain('SIGNATURE_GENERATOR.ENVELOPE');
  });

  it('says nothing to the backend, and needs no configuration', async () => {
    const world = createWorld();
    world.writeConfig({ restApi: 'nonsense' });
    const { exitCode } = await world.ask('get-plugin-metadata', '{}');
    expect(exitCode).toBe(0);
  });
});

describe.each(specs)('a key of type %s', (spec, keySpec, hashAlgorithm, signingAlgorithm, algorithm) => {
  it('is described by the name of the contract', async () => {
    const world = createWorld();
    await world.addKey('release', spec);
    const { answer } = await world.ask('describe-key', { contractVersion: '1.0', keyId: 'release' });
    expect(answer).toEqual({ keyId: 'release', keySpec });
  });

  it.each([jws, cose] as const)('signs %s envelopes that say what was asked', async (signatureEnvelopeType) => {
    const world = createWorld();
    const [leaf] = await world.addKey('release', spec);
    const annotated = { ...target, annotations: { team: 'build' } };
    const { answer } = await world.envelope('release', {
      signatureEnvelopeType,
      payload: base64Text(payloadOf(annotated)),
      expiryDurationInSeconds: 86_400,
      somethingNew: { ignored: true },
    });
    expect(answer.signatureEnvelopeType).toBe(signatureEnvelopeType);
    const open = openEnvelope(base64Bytes(String(answer.signatureEnvelope)), signatureEnvelopeType);
    expect(open.subject).toEqual(annotated);
    expect(open.attributes).toMatchObject({
      algorithm,
      signingTime: Date.UTC(2026, 2, 1),
      expiry: Date.UTC(2026, 2, 2),
      scheme: 'notary.x509',
    });
    expect(open.chain[0].der).toEqual(leaf);
  });

  it('signs the bytes of the host in raw mode, for either envelope, and nothing else', async () => {
    const world = createWorld();
    const chain = await world.addKey('release', spec);
    const { spki } = open(chain);
    for (const format of Object.values(formats)) {
      const key = { spec, spki, chain, assurance: 'emulated' as const };
      const [part] = format.prepare(target, key, { clock: world.clock }).parts;
      const message = part?.input.message as Uint8Array;
      const request = { contractVersion: '1.0', keyId: 'release', keySpec, hashAlgorithm, pluginConfig: { mode: 'raw' } };
      const { answer } = await world.ask('generate-signature', { ...request, payload: base64Text(message) });
      expect(answer).toMatchObject({ keyId: 'release', signingAlgorithm, certificateChain: chain.map((der) => base64Text(der)) });
      const verifier = await loadVerifier(spki);
      expect(await verifier.verify(algorithm, message, base64Bytes(String(answer.signature)))).toBe(true);
    }
  });

  function open(chain: readonly Uint8Array[]) {
    return { spki: certificateSpki(chain[0] as Uint8Array) };
  }
});

import { parseCertificate } from '@securosys/pki';

function certificateSpki(der: Uint8Array): Uint8Array {
  return parseCertificate(der).spki;
}

describe('requests that do not keep the contract', () => {
  const version = { contractVersion: '1.0', keyId: 'release' };
  const envelope = { ...version, payloadType, signatureEnvelopeType: jws, payload: base64Text(payloadOf(target)) };
  const cases: readonly (readonly [string, string, object | string, string])[] = [
    ['no JSON', 'describe-key', '{', 'VALIDATION_ERROR'],
    ['a member twice', 'describe-key', '{"contractVersion":"1.0","keyId":"a","keyId":"b"}', 'VALIDATION_ERROR'],
    ['something after the object', 'describe-key', '{}{}', 'VALIDATION_ERROR'],
    ['no keyId', 'describe-key', { contractVersion: '1.0' }, 'VALIDATION_ERROR'],
    ['no contract version', 'describe-key', { keyId: 'release' }, 'VALIDATION_ERROR'],
    ['another contract version', 'describe-key', { ...version, contractVersion: '2.0' }, 'UNSUPPORTED_CONTRACT_VERSION'],
    ['an unknown name in pluginConfig', 'describe-key', { ...version, pluginConfig: { tiemout: '1m' } }, 'VALIDATION_ERROR'],
    ['a number in pluginConfig', 'describe-key', { ...version, pluginConfig: { timeout: 1 } }, 'VALIDATION_ERROR'],
    ['a mode that does not exist', 'get-plugin-metadata', { pluginConfig: { mode: 'both' } }, 'VALIDATION_ERROR'],
    ['a timeout that is none', 'generate-envelope', { ...envelope, pluginConfig: { timeout: 'soon' } }, 'VALIDATION_ERROR'],
    ['another payload type', 'generate-envelope', { ...envelope, payloadType: 'text/plain' }, 'VALIDATION_ERROR'],
    ['another envelope type', 'generate-envelope', { ...envelope, signatureEnvelopeType: 'x/y' }, 'VALIDATION_ERROR'],
    ['a payload that is no base64', 'generate-envelope', { ...envelope, payload: 'a-b' }, 'VALIDATION_ERROR'],
    [
      'a payload without a target',
      'generate-envelope',
      { ...envelope, payload: base64Text(utf8Bytes('{}')) },
      'VALIDATION_ERROR',
    ],
    ['half a second of validity', 'generate-envelope', { ...envelope, expiryDurationInSeconds: 0.5 }, 'VALIDATION_ERROR'],
    ['a negative validity', 'generate-envelope', { ...envelope, expiryDurationInSeconds: -1 }, 'VALIDATION_ERROR'],
    ['a key that is not there', 'generate-envelope', { ...envelope, keyId: 'other' }, 'VALIDATION_ERROR'],
    [
      'a key of another type than it is',
      'generate-signature',
      { ...version, keySpec: 'RSA-2048', hashAlgorithm: 'SHA-256', payload: 'AA==' },
      'VALIDATION_ERROR',
    ],
  ];

  // One world for all: none of these gets as far as changing it.
  let world: World;
  beforeAll(async () => {
    world = createWorld();
    await world.addKey('release');
  });

  it.each(cases)('%s is refused by its code', async (_, command, request, code) => {
    const { error, exitCode } = await world.ask(command, request);
    expect(error.errorCode).toBe(code);
    expect(exitCode).toBe(1);
  });

  it('a command that does not exist, or another number of words, is refused', async () => {
    const { error } = await createWorld().ask('sign-everything', '{}');
    expect(error).toMatchObject({ errorCode: 'VALIDATION_ERROR' });
  });

  it('a request of over 8 MiB is refused', async () => {
    const { error } = await createWorld().ask('describe-key', { contractVersion: '1.0', keyId: 'x'.repeat(9 * 1024 * 1024) });
    expect(error).toMatchObject({ errorCode: 'VALIDATION_ERROR' });
  });
});

describe('what raw mode refuses to sign', () => {
  const others: Readonly<Record<string, Uint8Array>> = {
    'a JWS of another application': utf8Bytes(
      `${Buffer.from('{"alg":"ES256"}').toString('base64url')}.${Buffer.from('{"admin":true}').toString('base64url')}`,
    ),
    'an attestation (DSSE)': utf8Bytes('DSSEv1 28 application/vnd.in-toto+json 2 {}'),
    'a cosign payload': utf8Bytes('{"critical":{"type":"cosign container image signature"},"optional":null}'),
    'bytes of no known kind': utf8Bytes('hello'),
    'the time that an approver logs in with': utf8Bytes('2026-03-01T00:00:00Z'),
  };

  let world: World;
  beforeAll(async () => {
    world = createWorld();
    await world.addKey('release');
  });

  it.each(Object.keys(others))('%s: this door is for Notation alone (S9)', async (name) => {
    const payload = base64Text(others[name] as Uint8Array);
    const request = { contractVersion: '1.0', keyId: 'release', keySpec: 'EC-256', hashAlgorithm: 'SHA-256', payload };
    const { error } = await world.ask('generate-signature', request);
    expect(error).toMatchObject({ errorCode: 'VALIDATION_ERROR', errorMetadata: { code: 'ERR_CROSS_PROTOCOL' } });
    expect(world.tsb.requests).toEqual([]);
  });
});

describe('keys', () => {
  it('describe-key never makes one, unless that was asked for by name (S8)', async () => {
    const world = createWorld();
    const request = (more: object = {}) => ({
      contractVersion: '1.0',
      keyId: 'typo',
      pluginConfig: { keyType: 'EC-256', ...more },
    });
    const { error } = await world.ask('describe-key', request({ keyWithPolicy: 'No' }));
    expect(error).toMatchObject({ errorCode: 'VALIDATION_ERROR', errorMetadata: { code: 'ERR_KEY_NOT_FOUND' } });
    const undecided = await world.ask('describe-key', request({ createMissingKey: 'true' }));
    expect(undecided.error.errorMetadata).toEqual({ code: 'ERR_INVALID_ARGUMENT' });
    const { answer } = await world.ask('describe-key', request({ createMissingKey: 'true', keyWithPolicy: 'No' }));
    expect(answer).toEqual({ keyId: 'typo', keySpec: 'EC-256' });
  });

  it('with a password sign when it is right, and say so when it is wrong', async () => {
    const world = createWorld();
    await world.addKey('release', 'ec-p256', { password: 'correct horse' });
    const { exitCode } = await world.envelope('release', { pluginConfig: { passwordEnv: 'KEY_PASSWORD' } });
    expect(exitCode).toBe(0);
    const { error } = await world.envelope('release', { pluginConfig: { password: 'wrong' } });
    expect(error).toMatchObject({ errorCode: 'ACCESS_DENIED', errorMetadata: { code: 'ERR_AUTHENTICATION' } });
  });

  it('without certificates are refused with advice', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'bare', spec: 'ec-p256' });
    const { error } = await world.envelope('bare');
    expect(error).toMatchObject({ errorCode: 'VALIDATION_ERROR', errorMetadata: { code: 'ERR_CHAIN_INVALID' } });
    expect(error.errorMessage).toMatch(/import-certificate/);
  });

  it('of an emulator sign only where the configuration says that this is development', async () => {
    const world = createWorld();
    await world.addKey('release');
    world.writeConfig({ allowEmulated: false });
    const { error } = await world.envelope('release');
    expect(error.errorMetadata).toEqual({ code: 'ERR_EMULATOR_REFUSED' });
  });

  it('behind a wrong token are nobody’s', async () => {
    const world = createWorld();
    await world.addKey('release');
    world.writeConfig({ token: 'not-the-token' });
    const { error } = await world.envelope('release');
    expect(error).toMatchObject({ errorCode: 'ACCESS_DENIED', errorMetadata: { code: 'ERR_AUTHENTICATION' } });
  });
});
