import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { hexText, type KeyRef, SignError, sha256Hex, spkiOf } from '@securosys/core';
import { expect, test } from 'vitest';
import { CKA, CKK, CKO } from '../../src/cryptoki/attributes.js';
import { keyRefOfUri } from '../../src/keys/key-query.js';
import { parsePkcs11Uri } from '../../src/uri/parse.js';
import { ckr, octetPoint } from '../fake-token.js';
import { keyWith, world } from './world.js';

const text = (value: string) => new TextEncoder().encode(value);

test('a key is found by its label, by its id, by its public key, and by all of them', async () => {
  const w = world();
  await w.keys.create({ label: 'other', spec: 'ec-p256' });
  const made = await w.keys.create({ label: 'mine', spec: 'ec-p384' });
  const { id, spkiSha256 } = made.ref;
  const refs: KeyRef[] = [{ label: 'mine' }, { id: id as Uint8Array }, { spkiSha256: spkiSha256 as string }, made.ref];
  for (const ref of refs) expect(await w.keys.describe(ref)).toEqual(made);
  const uri = parsePkcs11Uri(`pkcs11:object=mine;id=%${hexText(id as Uint8Array).replace(/..(?!$)/g, '$&%')}`);
  expect(await w.keys.describe(keyRefOfUri(uri))).toEqual(made);
});

test('several keys that match are an error that lists them, and each is found by its id', async () => {
  const w = world();
  const first = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const second = await keyWith(w, 'b', [{ type: CKA.LABEL, value: text('a') }]);
  const ids = [first, second].map(({ ref }) => hexText(ref.id as Uint8Array));
  await expect(w.keys.describe({ label: 'a' })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
    message: expect.stringContaining(ids[1] as string),
    details: { matches: ids.map((id) => ({ label: 'a', id })) },
  });
  expect((await w.keys.describe({ label: 'a', id: second.ref.id as Uint8Array })).ref.spkiSha256).toBe(second.ref.spkiSha256);
  // The pinned public key says which of them is meant.
  expect(await w.keys.describe({ label: 'a', spkiSha256: second.ref.spkiSha256 as string })).toMatchObject({
    ref: { id: second.ref.id },
  });
});

test('another key under the pinned name is ERR_KEY_CHANGED (S7)', async () => {
  const w = world();
  const before = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  await w.keys.delete({ label: 'a' });
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  await expect(w.keys.find({ label: 'a', spkiSha256: before.ref.spkiSha256 as string })).rejects.toMatchObject({
    code: 'ERR_KEY_CHANGED',
  });
  await expect(w.keys.find({ spkiSha256: before.ref.spkiSha256 as string })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
});

test.each<[KeyRef, string]>([
  [{}, 'nothing'],
  [{ label: '' }, 'an empty label'],
  [{ id: new Uint8Array(0) }, 'an empty id'],
  [{ spkiSha256: 'AB' }, 'what is no hash'],
  [{ label: 'a\0b' }, 'a NUL'],
])('%j is no reference: %s', async (ref) => {
  const w = world();
  await expect(w.keys.find(ref)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  expect(w.count('find')).toBe(0);
});

test.each(['pkcs11:token=a', 'pkcs11:object=a;type=cert', 'pkcs11:object=a;type=public'])('%s names no private key', (uri) => {
  expect(() => keyRefOfUri(parsePkcs11Uri(uri))).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
});

test('CKA_PUBLIC_KEY_INFO is the public half where nothing else is, and an empty one is none', async () => {
  const w = world();
  const made = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  removePublic(w);
  await expect(w.keys.describe({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
  for (const stored of w.token.objects.values()) stored.set(CKA.PUBLIC_KEY_INFO, made.spki);
  expect((await w.keys.describe({ label: 'a' })).ref.spkiSha256).toBe(made.ref.spkiSha256);
});

function removePublic({ token }: ReturnType<typeof world>): void {
  for (const [number, stored] of token.objects) if (stored.get(CKA.CLASS)?.[0] === CKO.PUBLIC_KEY) token.objects.delete(number);
}

test('an RSA key shows its public half itself, and a modulus alone is believed after a signature', async () => {
  const w = world();
  const made = await w.keys.create({ label: 'r', spec: 'rsa-2048' });
  removePublic(w);
  expect((await w.keys.describe({ label: 'r' })).ref.spkiSha256).toBe(made.ref.spkiSha256);
  for (const stored of w.token.objects.values()) stored.delete(CKA.PUBLIC_EXPONENT);
  const signatures = w.count('sign');
  expect((await w.keys.describe({ label: 'r' })).ref.spkiSha256).toBe(made.ref.spkiSha256);
  expect(w.count('sign')).toBe(signatures + 1);
  for (const stored of w.token.objects.values()) stored.set(CKA.SIGN, Uint8Array.of(0));
  await expect(w.keys.describe({ label: 'r' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
});

test('two different public keys under one id are none, unless the label says which', async () => {
  const w = world();
  const made = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const alien = (label: string) =>
    w.token.put([
      { type: CKA.CLASS, value: CKO.PUBLIC_KEY },
      { type: CKA.KEY_TYPE, value: CKK.EC },
      { type: CKA.ID, value: made.ref.id as Uint8Array },
      { type: CKA.LABEL, value: text(label) },
      { type: CKA.EC_PARAMS, value: Uint8Array.of(6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7) },
      { type: CKA.EC_POINT, value: octetPoint(publicKey) },
    ]);
  const other = alien('b');
  expect((await w.keys.describe({ label: 'a' })).ref.spkiSha256).toBe(made.ref.spkiSha256);
  w.token.objects.delete(other);
  alien('a');
  await expect(w.keys.describe({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
});

test('a public key with another modulus or curve is not the half of a key', async () => {
  const w = world();
  const made = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  removePublic(w);
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  for (const stored of w.token.objects.values())
    stored.set(CKA.PUBLIC_KEY_INFO, spkiOf(createPublicKey(publicKey.export({ format: 'pem', type: 'spki' }))));
  await expect(w.keys.describe({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
  expect(made.spec).toBe('ec-p256');
});

test('what a key is described with is the word of its token, and marked as that', async () => {
  const w = world();
  const info = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  expect(info).toMatchObject({
    spec: 'ec-p256',
    usages: ['sign', 'verify'],
    needsApproval: false,
    assurance: 'self-reported',
    pkcs11: {
      keyType: CKK.EC,
      sensitive: true,
      alwaysSensitive: true,
      extractable: false,
      neverExtractable: true,
      local: true,
      keyGenMechanism: 0x1040,
      alwaysAuthenticate: false,
      token: { label: 'fake', serial: '0001', model: 'in memory', firmwareVersion: '1.0' },
    },
  });
  expect(info.ref.spkiSha256).toBe(sha256Hex(info.spki));
});

test('a list has every key that can be described, and the logger hears of the others', async () => {
  const w = world();
  const made = [];
  for (let i = 0; i < 20; i++) made.push(await w.keys.create({ label: `k${i}`, spec: 'ec-p256' }));
  const dumb = await keyWith(w, 'dumb', [{ type: CKA.EC_POINT, value: Uint8Array.of(4, 0) }]);
  const warnings: unknown[] = [];
  const logger = { debug() {}, info() {}, error() {}, warn: (_: string, fields?: object) => warnings.push(fields) };
  const listed = [];
  for await (const info of w.keys.list({ logger })) listed.push(info);
  expect(listed).toEqual(made);
  expect(warnings).toEqual([{ label: 'dumb', id: hexText(dumb.ref.id as Uint8Array) }]);
});

test('a handle that is gone is looked up once more, and what was asked is done once', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  await w.keys.find({ label: 'a' });
  w.token.renumber();
  // The epoch tells: no failed use is needed.
  const uses: number[] = [];
  await w.keys.use({ label: 'a' }, async ({ handle }) => uses.push(handle.epoch));
  expect(uses).toEqual([2]);
  // A module that renumbers behind our back: the use fails, and is repeated with the new handle.
  let failures = 1;
  await w.keys.use({ label: 'a' }, async ({ handle }) => {
    if (failures-- > 0) throw new SignError('ERR_KEY_NOT_FOUND', 'x', { details: { upstreamName: 'CKR_KEY_HANDLE_INVALID' } });
    uses.push(handle.epoch);
  });
  expect(uses).toEqual([2, 2]);
});

test('a handle that is gone is forgotten under the whole reference too', async () => {
  const w = world();
  const { ref } = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const first = await w.keys.find(ref);
  let again: unknown;
  await w.keys.use(ref, async (key) => {
    if (key === first) throw new SignError('ERR_KEY_NOT_FOUND', 'x', { details: { upstreamName: 'CKR_KEY_HANDLE_INVALID' } });
    again = key;
  });
  expect(again).toMatchObject({ label: 'a' });
});

test('a key that another process deleted is not found, and one that took its name is not used', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const gone = async () => {
    throw new SignError('ERR_KEY_NOT_FOUND', 'x', { details: { upstreamName: 'CKR_OBJECT_HANDLE_INVALID' } });
  };
  await w.keys.find({ label: 'a' });
  await expect(w.keys.use({ label: 'a' }, gone)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });

  const other = world();
  await other.keys.create({ label: 'a', spec: 'ec-p256' });
  await w.keys.find({ label: 'a' });
  w.token.objects.clear();
  for (const [number, stored] of other.token.objects) w.token.objects.set(number + 100, stored);
  await expect(w.keys.use({ label: 'a' }, gone)).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
});

test('a key is searched for once per epoch, however many ask at once, and an absence is believed for a second', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'rsa-2048' });
  const before = w.count('find');
  const all = await Promise.all(Array.from({ length: 50 }, () => w.keys.find({ label: 'a' })));
  expect(new Set(all).size).toBe(1);
  expect(w.count('find')).toBe(before + 1);
  expect(w.keys.known({ label: 'a' })).toBe(all[0]);

  await expect(w.keys.find({ label: 'b' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  w.pass(999);
  await expect(w.keys.find({ label: 'b' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  expect(w.count('find')).toBe(before + 2);
  w.pass(1);
  await expect(w.keys.find({ label: 'b' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  expect(w.count('find')).toBe(before + 3);
  // Our own creation is seen at once.
  await w.keys.create({ label: 'b', spec: 'rsa-2048' });
  expect((await w.keys.find({ label: 'b' })).label).toBe('b');
});

test('a search that failed is no absence: the next one looks again', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  w.token.before = () => {
    throw ckr('CKR_OBJECT_HANDLE_INVALID', 'ERR_KEY_NOT_FOUND');
  };
  await expect(w.keys.find({ label: 'a' })).rejects.toMatchObject({ details: { upstreamCode: 0x82 } });
  w.token.before = undefined;
  expect((await w.keys.find({ label: 'a' })).label).toBe('a');
});

test('a deadline ends the waiting for a search, which goes on for others', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'rsa-2048' });
  let release = () => {};
  w.token.before = () => new Promise((resolve) => (release = resolve));
  const other = w.keys.find({ label: 'a' });
  await expect(w.keys.find({ label: 'a' }, { timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  release();
  expect((await other).label).toBe('a');
});

test('an abort ends the waiting of one and not the search of the others', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  let release = () => {};
  w.token.before = () => new Promise((resolve) => (release = resolve));
  const abort = new AbortController();
  const [one, other] = [w.keys.find({ label: 'a' }, { signal: abort.signal }), w.keys.find({ label: 'a' })];
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(one).rejects.toBe(reason);
  w.token.before = undefined;
  release();
  expect((await other).label).toBe('a');
});
