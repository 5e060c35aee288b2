import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { sha256Hex, spkiOf } from '@securosys/core';
import { expect, test } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { CKA, CKO } from '../../src/cryptoki/attributes.js';
import { ckr } from '../fake-token.js';
import { world } from './world.js';

const ec = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey;

test.each([
  ['rsa-2048', () => rsaKey(2048)],
  ['ec-p256', () => ec('P-256')],
  ['ec-p384', () => ec('P-384')],
  ['ec-p521', () => ec('P-521')],
  ['ed25519', () => generateKeyPairSync('ed25519').privateKey],
] as const)('a private key (%s) is stored with its public half and works', async (spec, make) => {
  const w = world();
  const privateKey = make();
  const info = await w.keys.import({
    label: 'a',
    privateKey: Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' })),
  });
  expect(info).toMatchObject({
    spec,
    usages: ['sign', 'verify'],
    ref: { label: 'a', spkiSha256: sha256Hex(spkiOf(privateKey)) },
  });
  expect(w.count('sign')).toBe(1);
  expect(w.token.objects.size).toBe(2);
});

test('what is secret is wiped after the token has it, and after it has refused it', async () => {
  for (const refuses of [false, true]) {
    const w = world();
    w.token.before = (call) => {
      if (refuses && call.name === 'createObject') throw ckr('CKR_ACTION_PROHIBITED', 'ERR_FORBIDDEN');
    };
    const work = w.keys.import({ label: 'a', privateKey: rsaKey(2048) });
    if (refuses) await expect(work).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
    else await work;
    const secret: number[] = [CKA.PRIVATE_EXPONENT, CKA.PRIME_1, CKA.PRIME_2, CKA.EXPONENT_1, CKA.EXPONENT_2, CKA.COEFFICIENT];
    const seen = w.token.calls.flatMap(({ templates }) => templates.flat()).filter(({ type }) => secret.includes(type));
    expect(seen).toHaveLength(6);
    for (const { value } of seen) expect(value instanceof Uint8Array && value.every((byte) => byte === 0)).toBe(true);
  }
});

test('when the public half is refused, the private half does not stay', async () => {
  const w = world();
  w.token.before = ({ name, templates }) => {
    if (name === 'createObject' && templates[0]?.[0]?.value === CKO.PUBLIC_KEY) throw ckr('CKR_DEVICE_MEMORY', 'ERR_UNAVAILABLE');
  };
  await expect(w.keys.import({ label: 'a', privateKey: ec('P-256') })).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
  expect(w.token.objects.size).toBe(0);
});

test.each([
  ['a public key', () => generateKeyPairSync('ed25519').publicKey, 'ERR_INVALID_ARGUMENT'],
  ['a curve of no format', () => ec('secp256k1'), 'ERR_ALGORITHM_UNSUPPORTED'],
  ['what is no PKCS#8', () => Uint8Array.of(0x30, 0x00), 'ERR_MALFORMED'],
])('%s is not imported', async (_, make, code) => {
  const w = world();
  await expect(w.keys.import({ label: 'a', privateKey: make() })).rejects.toMatchObject({ code });
  expect(w.count('createObject')).toBe(0);
});

test('a key that is put there by other means gets the same template, public half and test', async () => {
  const w = world();
  const privateKey = ec('P-256');
  const { d = '' } = privateKey.export({ format: 'jwk' });
  const place: Parameters<typeof w.keys.receive>[1] = (template, options) =>
    w.token.createObject(
      [
        ...template,
        { type: CKA.EC_PARAMS, value: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7) },
        { type: CKA.VALUE, value: Uint8Array.from(Buffer.from(d, 'base64url')) },
      ],
      options,
    );
  const info = await w.keys.receive({ label: 'a', spki: spkiOf(privateKey) }, place);
  expect(info.spec).toBe('ec-p256');
  // Another public key than that of what was put there does not survive the test.
  await expect(w.keys.receive({ label: 'b', spki: spkiOf(ec('P-256')) }, place)).rejects.toMatchObject({
    code: 'ERR_SIGNATURE_MISMATCH',
  });
  expect(w.token.objects.size).toBe(2);
});

test('a wrapping key wraps and does nothing else, and comes out as asked or not at all', async () => {
  const w = world();
  const made = await w.keys.createAesKey('kek', 'wrap');
  expect(made).toMatchObject({ label: 'kek', usages: ['wrap', 'unwrap'], sensitive: true, extractable: false });
  expect(await w.keys.findAesKey({ id: made.id })).toEqual(made);
  await expect(w.keys.createAesKey('kek', 'wrap')).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
  await expect(w.keys.findAesKey({ label: 'none' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  await expect(w.keys.find({ label: 'kek' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  w.token.after = ({ name }) => {
    if (name === 'generateKey') for (const stored of w.token.objects.values()) stored.set(CKA.EXTRACTABLE, Uint8Array.of(1));
  };
  await expect(w.keys.createAesKey('weak', 'wrap')).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  expect(w.token.objects.size).toBe(1);
});
