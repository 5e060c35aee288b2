import { type KeySpec, SignError } from '@securosys/core';
import { expect, test } from 'vitest';
import { CKA, CKO } from '../../src/cryptoki/attributes.js';
import { ckr, type FakeCall } from '../fake-token.js';
import { world } from './world.js';

const hex = (template: FakeCall['templates'][number] | undefined) =>
  Object.fromEntries(
    (template ?? []).map(({ type, value }) => [type, value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value]),
  );

test('a P-256 pair is asked for by the templates of the reference, all usage flags there and one true', async () => {
  const w = world();
  const { ref } = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const call = w.token.calls.find(({ name }) => name === 'generateKeyPair');
  const id = Buffer.from(ref.id as Uint8Array).toString('hex');
  expect(ref.id?.byteLength).toBe(20);
  // pkcs11.md §6.8, by number.
  expect(hex(call?.templates[1])).toEqual({
    0: 3,
    256: 3,
    1: true,
    2: true,
    3: '61',
    258: id,
    259: true,
    354: false,
    264: true,
    261: false,
    263: false,
    268: false,
    265: false,
    368: false,
    369: false,
  });
  expect(hex(call?.templates[0])).toEqual({
    0: 2,
    256: 3,
    1: true,
    2: false,
    3: '61',
    258: id,
    266: true,
    260: false,
    262: false,
    268: false,
    384: '06082a8648ce3d030107',
  });
});

test.each<[KeySpec, 'sign' | 'decrypt' | 'derive', Record<number, unknown>, string[]]>([
  ['rsa-2048', 'decrypt', { 289: 2048, 290: '010001', 266: false, 260: true }, ['decrypt', 'encrypt']],
  ['ec-p384', 'derive', { 384: '06052b81040022', 266: false, 268: false }, ['derive']],
  ['ec-p521', 'sign', { 384: '06052b81040023', 266: true }, ['sign', 'verify']],
  ['ed25519', 'sign', { 384: '06032b6570', 256: 0x40 }, ['sign', 'verify']],
])('%s to %s has its own parameters and one role', async (spec, purpose, publicHalf, usages) => {
  const w = world();
  const info = await w.keys.create({ label: 'a', spec, purpose });
  expect(info).toMatchObject({ spec, usages });
  expect(hex(w.token.calls.find(({ name }) => name === 'generateKeyPair')?.templates[0])).toMatchObject(publicHalf);
});

test.each<[Parameters<ReturnType<typeof world>['keys']['create']>, string]>([
  [[{ label: '', spec: 'ec-p256' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: ' a', spec: 'ec-p256' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a\0', spec: 'ec-p256' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'rsa-1024' as KeySpec }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ml-dsa-44' }], 'ERR_ALGORITHM_UNSUPPORTED'],
  [[{ label: 'a', spec: 'ec-p256', purpose: 'decrypt' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ed25519', purpose: 'derive' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'rsa-2048', purpose: 'derive' }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ec-p256' }, { exportable: true } as object], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ec-p256' }, { extractable: 'no' as never }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ec-p256' }, { allowedMechanisms: [2 ** 32] }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ec-p256' }, { extraPrivateTemplate: [{ type: CKA.SENSITIVE, value: false }] }], 'ERR_INVALID_ARGUMENT'],
  [
    [{ label: 'a', spec: 'ec-p256' }, { extraPrivateTemplate: [{ type: 0x80000001, value: '1' as never }] }],
    'ERR_INVALID_ARGUMENT',
  ],
  [[{ label: 'a', spec: 'ec-p256' }, { extraPrivateTemplate: [{ type: -1, value: true }] }], 'ERR_INVALID_ARGUMENT'],
  [[{ label: 'a', spec: 'ec-p256' }, { extraPrivateTemplate: [{ type: 0x80000001, value: 1.5 }] }], 'ERR_INVALID_ARGUMENT'],
])('%j is refused and never reaches the token', async (args, code) => {
  const w = world();
  await expect(w.keys.create(...args)).rejects.toMatchObject({ code });
  expect(w.count('generateKeyPair')).toBe(0);
});

test('attributes of a vendor and those that were asked for by name reach the private key', async () => {
  const w = world();
  const vendor = [{ type: 0x80000123, value: Uint8Array.of(1, 2) }];
  await w.keys.create(
    { label: 'a', spec: 'ec-p256' },
    { extraPrivateTemplate: vendor, extractable: true, wrapWithTrusted: true, allowedMechanisms: [0x1041] },
  );
  expect(hex(w.token.calls.find(({ name }) => name === 'generateKeyPair')?.templates[1])).toMatchObject({
    2147483939: '0102',
    354: true,
    528: true,
    1073743360: '4110000000000000',
  });
});

test('a label that a key has is refused before anything is made', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  await expect(w.keys.create({ label: 'a', spec: 'ec-p384' })).rejects.toMatchObject({ code: 'ERR_KEY_EXISTS' });
  expect(w.token.objects.size).toBe(2);
});

test('a token without the mechanism, or with smaller keys, is not asked', async () => {
  const w = world();
  w.token.mechanismList.delete(0x1055);
  await expect(w.keys.create({ label: 'a', spec: 'ed25519' })).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  w.token.mechanismList.set(0, { minKeySize: 1024, maxKeySize: 2048, flags: 0x10000 });
  await expect(w.keys.create({ label: 'a', spec: 'rsa-3072' })).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  expect(w.count('generateKeyPair')).toBe(0);
});

test('a module that refuses the optional attributes, or the OID of Ed25519, is asked once more in another way', async () => {
  const w = world();
  const asked: FakeCall['templates'][] = [];
  w.token.before = ({ name, templates }) => {
    if (name !== 'generateKeyPair') return;
    asked.push(templates);
    if (templates[1]?.some(({ type }) => type === CKA.COPYABLE)) throw ckr('CKR_ATTRIBUTE_TYPE_INVALID', 'ERR_INVALID_ARGUMENT');
    if (hex(templates[0])[0x180] === '06032b6570') throw ckr('CKR_ATTRIBUTE_VALUE_INVALID', 'ERR_INVALID_ARGUMENT');
  };
  expect((await w.keys.create({ label: 'a', spec: 'ed25519' })).spec).toBe('ed25519');
  expect(hex(asked[2]?.[0])[0x180]).toBe('130c656477617264733235353139');
  for (const [, privateTemplate] of asked) expect(hex(privateTemplate)).toMatchObject({ 259: true, 354: false, 2: true });

  w.token.before = ({ name }) => {
    if (name === 'generateKeyPair') throw ckr('CKR_TEMPLATE_INCONSISTENT', 'ERR_INVALID_ARGUMENT');
  };
  const before = w.count('generateKeyPair');
  await expect(w.keys.create({ label: 'b', spec: 'ec-p256' })).rejects.toMatchObject({
    details: { upstreamName: 'CKR_TEMPLATE_INCONSISTENT' },
  });
  expect(w.count('generateKeyPair')).toBe(before + 2);
});

test.each([
  [CKA.SENSITIVE, 0, 'CKA_SENSITIVE'],
  [CKA.EXTRACTABLE, 1, 'CKA_EXTRACTABLE'],
  [CKA.DECRYPT, 1, 'usage flags'],
])('a key that comes out with another attribute 0x%i is destroyed, unless that is allowed', async (type, value, name) => {
  const w = world();
  w.token.after = (call) => {
    if (call.name !== 'generateKeyPair') return;
    for (const stored of w.token.objects.values())
      if (stored.get(CKA.CLASS)?.[0] === CKO.PRIVATE_KEY) stored.set(type, Uint8Array.of(value));
  };
  await expect(w.keys.create({ label: 'a', spec: 'ec-p256' })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL',
    details: { deviations: [name] },
  });
  expect(w.token.objects.size).toBe(0);
  await w.keys.create({ label: 'a', spec: 'ec-p256' }, { allowWeakAttributes: true });
  expect(w.token.objects.size).toBe(2);
});

test('a key whose public half belongs to another is destroyed', async () => {
  const w = world();
  await w.keys.create({ label: 'other', spec: 'ec-p256' });
  const point = [...w.token.objects.values()].find((stored) => stored.get(CKA.CLASS)?.[0] === CKO.PUBLIC_KEY)?.get(CKA.EC_POINT);
  w.token.after = (call) => {
    if (call.name === 'generateKeyPair')
      for (const stored of w.token.objects.values()) if (stored.has(CKA.EC_POINT)) stored.set(CKA.EC_POINT, point as Uint8Array);
  };
  await expect(w.keys.create({ label: 'a', spec: 'ec-p256' })).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
  expect(w.token.objects.size).toBe(2);
});

const lost = () => new SignError('ERR_OUTCOME_UNKNOWN', 'the answer was lost');

test('a pair whose answer was lost is found by its id', async () => {
  const w = world();
  w.token.after = ({ name }) => {
    if (name === 'generateKeyPair') throw lost();
  };
  expect((await w.keys.create({ label: 'a', spec: 'ec-p256' })).ref.label).toBe('a');
});

test('half a pair after a lost answer is removed, and nothing after one is the error itself', async () => {
  const w = world();
  w.token.after = ({ name }) => {
    if (name !== 'generateKeyPair') return;
    w.token.objects.delete(1);
    throw lost();
  };
  await expect(w.keys.create({ label: 'a', spec: 'ec-p256' })).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  expect(w.token.objects.size).toBe(0);
});

test('a failure that the module has answered, and that left nothing, is that answer', async () => {
  const w = world();
  const answer = ckr('CKR_DEVICE_ERROR', 'ERR_UNAVAILABLE');
  w.token.before = ({ name }) => {
    const details = answer.details;
    if (name === 'generateKeyPair') throw new SignError('ERR_OUTCOME_UNKNOWN', 'x', { cause: answer, details });
  };
  await expect(w.keys.create({ label: 'a', spec: 'ec-p256' })).rejects.toBe(answer);
});

test('what a refused first attempt has left is removed before the second', async () => {
  const w = world();
  w.token.after = ({ name, templates }) => {
    if (name === 'generateKeyPair' && templates[1]?.some(({ type }) => type === CKA.COPYABLE)) throw ckr('CKR_GENERAL_ERROR');
  };
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  expect(w.token.objects.size).toBe(2);
});

test('when the token cannot be asked either, the error carries the id to look for', async () => {
  const w = world();
  let generated = false;
  w.token.before = ({ name }) => {
    if (generated && name === 'find') throw new SignError('ERR_UNAVAILABLE', 'gone');
  };
  w.token.after = ({ name }) => {
    if (name !== 'generateKeyPair') return;
    generated = true;
    throw lost();
  };
  await expect(w.keys.create({ label: 'a', spec: 'ec-p256' })).rejects.toMatchObject({
    code: 'ERR_OUTCOME_UNKNOWN',
    details: { ckaId: expect.stringMatching(/^[0-9a-f]{40}$/) },
  });
});

test('an aborted creation ends at once, and the pair that arrives later is destroyed', async () => {
  const w = world();
  let release = () => {};
  const destroyed = new Promise<void>((resolve) => {
    w.token.after = (call) => {
      if (call.name === 'generateKeyPair') return new Promise((open) => (release = open));
      if (call.name === 'destroyObject' && w.token.objects.size === 0) resolve();
      return undefined;
    };
  });
  const abort = new AbortController();
  const creation = w.keys.create({ label: 'a', spec: 'ec-p256' }, { signal: abort.signal });
  while (w.token.objects.size === 0) await new Promise((resolve) => setImmediate(resolve));
  const reason = new Error('enough');
  abort.abort(reason);
  await expect(creation).rejects.toBe(reason);
  release();
  await destroyed;
});

test('delete takes the private key, then its public key, and nothing of others', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  const other = await w.keys.create({ label: 'b', spec: 'ec-p256' });
  await w.keys.delete({ label: 'a' });
  await expect(w.keys.find({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  expect(await w.keys.describe({ label: 'b' })).toEqual(other);
  expect(w.token.objects.size).toBe(2);
  await expect(w.keys.delete({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
});

test('a deletion whose answer was lost is settled by looking', async () => {
  const w = world();
  await w.keys.create({ label: 'a', spec: 'ec-p256' });
  w.token.before = ({ name }) => {
    if (name === 'destroyObject') throw lost();
  };
  await expect(w.keys.delete({ label: 'a' })).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  expect(w.token.objects.size).toBe(2);
  w.token.before = undefined;
  let answers = 0;
  w.token.after = ({ name }) => {
    if (name === 'destroyObject' && answers++ === 0) throw lost();
  };
  await w.keys.delete({ label: 'a' });
  expect(w.token.objects.size).toBe(0);
});

test('a private key without any public half can still be deleted by its name, and never by chance', async () => {
  const w = world();
  const { ref } = await w.keys.create({ label: 'a', spec: 'ec-p256' });
  for (const [number, stored] of w.token.objects)
    if (stored.get(CKA.CLASS)?.[0] === CKO.PUBLIC_KEY) w.token.objects.delete(number);
  await expect(w.keys.delete(ref)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
  await w.keys.delete({ label: 'a' });
  expect(w.token.objects.size).toBe(0);
});

test('options that are true or false are nothing else: a text would let a weak key through', async () => {
  const w = world();
  for (const option of ['allowWeakAttributes', 'extractable', 'wrapWithTrusted'])
    await expect(w.keys.create({ label: 'a', spec: 'ec-p256' }, { [option]: 'false' })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  expect(w.token.calls).toHaveLength(0);
});
