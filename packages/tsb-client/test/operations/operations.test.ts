import { constants, createPublicKey, publicEncrypt, X509Certificate } from 'node:crypto';
import {
  createDecrypter,
  createSigner,
  derBytes,
  derChildren,
  type JsonObject,
  type Operation,
  readDer,
  utf8Bytes,
} from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { csrFormat, prepareCsr } from '@securosys/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EndpointName } from '../../src/api/index.js';
import { approverKeyFromPrivateKey, createRequestLookup, type TsbOperations } from '../../src/index.js';
import { openWorld, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

const plaintext = utf8Bytes('a layer key');

async function encrypted(label: string): Promise<Uint8Array> {
  const { spki } = await world.process().backend.describeKey({ label });
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return Uint8Array.from(
    publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, Buffer.from(plaintext)),
  );
}

/** A secret key, wrapped for the key of this label. */
async function wrapped(wrapKeyName: string): Promise<Uint8Array> {
  const { client } = world.process().backend;
  const keyToBeWrapped = `secret for ${wrapKeyName}`;
  await client.keys.create({
    label: keyToBeWrapped,
    algorithm: 'AES',
    keySize: 256,
    policy: null,
    attributes: { extractable: true },
  });
  return client.wrapping.wrap({ keyToBeWrapped, wrapKeyName, wrapMethod: 'RSA_WRAP_OAEP' });
}

const decryption = async (label: string) => ({
  label,
  algorithm: 'RSA_PADDING_OAEP_WITH_SHA256' as const,
  encryptedPayload: await encrypted(label),
});
const subject = { commonName: 'release' };
const csr = (label: string) => ({ label, algorithm: 'SHA256_WITH_ECDSA' as const, subject });
const certificate = (label: string) => ({ ...csr(label), validity: 30, certificateAuthority: false });

/** A signing request of somebody's key. */
async function somebodysRequest(): Promise<Uint8Array> {
  const somebody = createMemoryBackend();
  await somebody.createKey({ label: 'leaf', spec: 'ec-p256' });
  const signer = createSigner(somebody, { label: 'leaf' }, { allowCertificates: true });
  const prepared = await prepareCsr({ subject: 'CN=release', key: await signer.describe() });
  const signatures: Record<string, Uint8Array> = {};
  for (const { id, algorithm, input, domain } of prepared.parts)
    signatures[id] = await signer.sign({ algorithm, input, ...(domain && { domain }) });
  return prepared.assemble(signatures);
}

interface Kind {
  readonly begin: (operations: TsbOperations) => Promise<Operation<unknown>>;
  readonly check: (result: unknown) => void;
}

interface Labels {
  readonly ec: string;
  readonly rsa: string;
}

const ownKey = async (label: string) =>
  createPublicKey({ key: Buffer.from((await world.process().backend.describeKey({ label })).spki), format: 'der', type: 'spki' });
const read = (der: unknown) => new X509Certificate(der as Uint8Array);
const attributes = (json: object) => ({ attributes: { json } });

/** How each kind is asked for, and what it results in. */
const kinds: Readonly<Record<string, (labels: Labels) => Promise<Kind>>> = {
  async decrypt({ rsa }) {
    const request = await decryption(rsa);
    return { begin: (operations) => operations.decrypt(request), check: (result) => expect(result).toEqual(plaintext) };
  },
  async unwrap({ rsa }) {
    const request = {
      label: 'unwrapped',
      wrappedKey: await wrapped(rsa),
      attributes: { decrypt: true, sign: false, unwrap: false },
      unwrapKeyName: rsa,
      wrapMethod: 'RSA_WRAP_OAEP' as const,
      policy: null,
    };
    return {
      begin: (operations) => operations.unwrap(request),
      check: (result) => expect(result).toMatchObject({ label: 'unwrapped', ...attributes({ label: 'unwrapped' }) }),
    };
  },
  block: async ({ ec }) => ({
    begin: (operations) => operations.block({ label: ec }),
    check: (result) => expect(result).toMatchObject(attributes({ policy: { keyStatus: { blocked: true } } })),
  }),
  modify: async ({ ec }) => ({
    begin: (operations) => operations.modify({ label: ec, policy: { ...world.policy, ruleBlock: null } }),
    check: (result) => expect(result).toMatchObject(attributes({ policy: { ruleBlock: null } })),
  }),
  csr: async ({ ec }) => ({
    begin: (operations) => operations.requestCertificate(csr(ec)),
    check: (result) => expect(csrFormat.explain(infoOf(result as Uint8Array))?.details?.subject).toContain('CN=release'),
  }),
  async 'self-sign'({ ec }) {
    const own = await ownKey(ec);
    return {
      begin: (operations) => operations.selfSign(certificate(ec)),
      check(result) {
        expect(read(result).subject).toContain('CN=release');
        expect(read(result).publicKey.equals(own)).toBe(true);
        expect(read(result).verify(own)).toBe(true);
      },
    };
  },
  async 'certificate-sign'({ ec }) {
    const [own, certificateSigningRequest] = [await ownKey(ec), await somebodysRequest()];
    await world.certify(ec);
    return {
      begin: (operations) => operations.signCertificate({ ...certificate(ec), certificateSigningRequest }),
      check: (result) => expect(read(result).verify(own)).toBe(true),
    };
  },
};

/** CertificationRequestInfo of a signing request. */
function infoOf(der: Uint8Array): Uint8Array {
  const [info] = derChildren(der, readDer(der, 0));
  return info ? derBytes(der, info) : new Uint8Array();
}

/** What each kind is asked for by, where people decide. */
const endpointOf: Readonly<Record<string, EndpointName>> = {
  decrypt: 'decrypt',
  unwrap: 'unwrap',
  block: 'block',
  unblock: 'unblock',
  modify: 'modify',
  csr: 'csr',
  'self-sign': 'selfSign',
  'certificate-sign': 'signCertificate',
};

/** A process that sees what Ada is asked finds the one request, which she then approves. */
async function adoptedByTask(begin: Kind['begin']): Promise<unknown> {
  const { backend } = world.process();
  const key = approverKeyFromPrivateKey(world.ada.privateKey);
  const requestLookup = createRequestLookup({ client: backend.client, key, clock: world.clock });
  const found = await begin(world.process({ requestLookup }).operations);
  expect(found.id).toBe(world.tsb.requests[0]?.id);
  await world.approve(found);
  return found.result();
}

const labels = (waits: boolean) => (waits ? { ec: 'signing', rsa: 'decrypting' } : { ec: 'plain', rsa: 'plain decrypting' });
const names = ['decrypt', 'unwrap', 'csr', 'self-sign', 'certificate-sign'] as const;
const waitingNames = [...names, 'block', 'modify'] as const;
const kindOf = async (name: string, waits: boolean): Promise<Kind> => {
  const kind = kinds[name];
  if (!kind) throw new Error(`no kind ${name}`);
  return kind(labels(waits));
};

describe('an operation of a key that asks nobody', () => {
  it.each(names)('%s is finished at once, without a request', async (name) => {
    const { begin, check } = await kindOf(name, false);
    const operation = await begin(world.process().operations);
    expect(operation.state.status).toBe('executed');
    check(await operation.result());
    expect(world.tsb.requests).toEqual([]);
  });
});

describe('an operation that people decide on', () => {
  it.each(waitingNames)('%s is continued by another process that asks for the same, with one request', async (name) => {
    const { begin, check } = await kindOf(name, true);
    const first = await begin(world.process().operations);
    expect(first.state).toMatchObject({ status: 'pending', approvals: { approvedBy: [], rejectedBy: [] } });
    await world.approve(first);
    const second = await begin(world.process().operations);
    expect(second.id).toBe(first.id);
    check(await second.result());
    await second.release();
    expect(world.tsb.requests).toHaveLength(1);
  });

  it.each(waitingNames)('%s is resumed in another process from its JSON alone', async (name) => {
    const { begin, check } = await kindOf(name, true);
    const first = await begin(world.process().operations);
    const json: JsonObject = JSON.parse(JSON.stringify(first));
    expect(json).toMatchObject({ kind: name, requestId: first.id });
    const later = world.process();
    const resumed = await later.operations.resume(json);
    expect(resumed.state.status).toBe('pending');
    await world.approve(first);
    check(await resumed.result());
    await resumed.release();
    for await (const record of later.store.records?.() ?? []) expect(record).toBeUndefined();
  });

  it.each(waitingNames)('%s whose answer was lost is never asked for twice', async (name) => {
    const { begin, check } = await kindOf(name, true);
    world.tsb.faults.add({ kind: 'drop', endpoint: endpointOf[name] });
    await expect(begin(world.process().operations)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    await expect(begin(world.process().operations)).rejects.toMatchObject({
      code: 'ERR_OUTCOME_UNKNOWN',
      details: { candidates: [world.tsb.requests[0]?.id], intentKey: expect.any(String) },
    });
    expect(world.open()).toHaveLength(1);
    const lookup = { originalOf: async () => undefined };
    await expect(begin(world.process({ requestLookup: lookup }).operations)).rejects.toMatchObject({
      code: 'ERR_OUTCOME_UNKNOWN',
    });
    check(await adoptedByTask(begin));
    expect(world.tsb.requests).toHaveLength(1);
  });

  it.each(waitingNames)('%s that is rejected says so, and may then be asked for again', async (name) => {
    const { begin } = await kindOf(name, true);
    const { operations } = world.process();
    const first = await begin(operations);
    await world.tsb.reject(first.id ?? '', world.ada);
    await expect(first.result()).rejects.toMatchObject({ code: 'ERR_APPROVAL_REJECTED', details: { requestId: first.id } });
    expect((await begin(operations)).id).not.toBe(first.id);
  });
});

describe('unblocking', () => {
  it('lets a key be used again that was blocked before', async () => {
    const { operations, backend } = world.process();
    const blocking = await operations.block({ label: 'signing' });
    await world.approve(blocking);
    await blocking.result();
    expect((await backend.describeKey({ label: 'signing' })).blocked).toBe(true);
    const unblocking = await operations.unblock({ label: 'signing' });
    await world.approve(unblocking);
    expect(await unblocking.result()).toMatchObject({ attributes: { json: { policy: { keyStatus: { blocked: false } } } } });
  });
});

describe('a lost answer (S31)', () => {
  const signer = (style = {}) => {
    const { backend, store } = world.process(style);
    return createSigner(backend, { label: 'signing' }, { store, clock: world.clock, allowOpaque: true });
  };
  const request = (text: string) => ({ algorithm: 'ecdsa-sha256' as const, input: { message: utf8Bytes(text) } });
  const lookup = () =>
    createRequestLookup({
      client: world.process().backend.client,
      key: approverKeyFromPrivateKey(world.ada.privateKey),
      clock: world.clock,
    });

  it('of two signatures at once: each finds its own, while people still decide', async () => {
    const texts = ['one', 'two'];
    for (const text of texts) {
      world.tsb.faults.add({ kind: 'drop', endpoint: 'sign' });
      await expect(signer().begin(request(text))).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    }
    const found = [];
    for (const text of texts) found.push((await signer({ requestLookup: lookup() }).begin(request(text))).id);
    expect(found).toEqual(world.tsb.requests.map(({ id }) => id));
    expect(world.open()).toHaveLength(2);
  });

  it('of two signatures at once: each finds its own by its result', async () => {
    for (const text of ['one', 'two']) {
      world.tsb.faults.add({ kind: 'drop', endpoint: 'sign' });
      await expect(signer().begin(request(text))).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    }
    for (const { id } of world.tsb.requests) await world.approve({ id });
    for (const [n, text] of ['one', 'two'].entries()) {
      const found = await signer().begin(request(text));
      expect(found.id).toBe(world.tsb.requests[n]?.id);
      await found.result();
    }
    expect(world.tsb.requests).toHaveLength(2);
  });

  it('is not answered by a request that somebody planted with our label', async () => {
    world.tsb.faults.add({ kind: 'reset', endpoint: 'sign' });
    await expect(signer().begin(request('ours'))).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    const planted = createSigner(world.process().backend, { label: 'signing' }, { clock: world.clock, allowOpaque: true });
    await planted.begin(request('theirs'));
    // Nobody can tell whose it is, so nothing is adopted and nothing is made.
    await expect(signer().begin(request('ours'))).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    expect(world.open()).toHaveLength(1);
    const own = await signer({ requestLookup: lookup() }).begin(request('ours'));
    expect(own.id).toBe(world.tsb.requests[1]?.id);
  });

  it('of a decryption is found by the packet that the plaintext opens', async () => {
    const decrypt = await decryption('decrypting');
    const other = world.process().backend.operations();
    world.tsb.faults.add({ kind: 'drop', endpoint: 'decrypt' });
    const opens = (bytes: Uint8Array) => Buffer.from(bytes).equals(Buffer.from(plaintext));
    const begin = () => world.process().operations.decrypt({ ...decrypt, opens });
    await expect(begin()).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    const planted = await other.decrypt({ ...decrypt, encryptedPayload: await encrypted('decrypting') });
    for (const { id } of world.tsb.requests) await world.approve({ id });
    const found = await begin();
    expect(found.id).toBe(world.tsb.requests[0]?.id);
    expect(found.id).not.toBe(planted.id);
    expect(await found.result()).toEqual(plaintext);
  });
});

describe('a decrypted secret (S14)', () => {
  it('is deleted at the TSB before it is given out, and is in no record', async () => {
    const { operations, store, backend } = world.process();
    const operation = await operations.decrypt(await decryption('decrypting'));
    await world.approve(operation);
    const deleted: string[] = [];
    const remove = backend.client.requests.cancel;
    Object.assign(backend.client.requests, {
      cancel: async (id: string, options: object) => {
        deleted.push(id);
        return remove(id, options);
      },
    });
    expect(await operation.result()).toEqual(plaintext);
    expect(deleted).toEqual([operation.id]);
    expect((await world.process().backend.client.requests.get(operation.id ?? '')).result).toBeNull();
    for await (const record of store.records?.() ?? []) expect(record).toBeUndefined();
  });

  it('is deleted by the next process when this one dies between fetching and deleting', async () => {
    const first = world.process();
    const request = await decryption('decrypting');
    const operation = await first.operations.decrypt(request);
    await world.approve(operation);
    world.tsb.faults.add({ kind: 'reset', endpoint: 'cancelRequest' });
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    const later = world.process();
    const resumed = await later.operations.decrypt(request);
    expect(resumed.id).toBe(operation.id);
    expect(await resumed.result()).toEqual(plaintext);
    for await (const record of later.store.records?.() ?? []) expect(record).toBeUndefined();
  });

  it('comes out of a decrypter of core as well', async () => {
    const { backend, store } = world.process();
    const decrypter = createDecrypter(backend, { label: 'decrypting' }, { store, clock: world.clock });
    const operation = await decrypter.begin({ algorithm: 'rsa-oaep-sha256', ciphertext: await encrypted('decrypting') });
    await world.approve(operation);
    expect(await operation.result()).toEqual(plaintext);
    for await (const record of store.records?.() ?? []) expect(record).toBeUndefined();
  });
});

describe('what a stored operation says is not believed', () => {
  it('when a member is missing, unknown, or of another type', async () => {
    const { operations } = world.process();
    const json = (await operations.block({ label: 'signing' })).toJSON();
    const hostile: JsonObject[] = [
      { ...json, version: 2 },
      { ...json, kind: 'sign' },
      { ...json, kind: 'toString' },
      { ...json, requestId: '../keys' },
      { ...json, requestId: 7 },
      { ...json, inputSha256: 'x' },
      { ...json, keyLabel: '' },
      { ...json, createdAt: -1 },
      { ...json, url: 'https://elsewhere.example' },
      { ...json, kind: 'unwrap' },
    ];
    for (const one of hostile) await expect(operations.resume(one)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    const foreign = { ...json, backend: 'tsb:https://elsewhere.example' };
    await expect(operations.resume(foreign)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('when it names the request of another certificate', async () => {
    const { operations } = world.process();
    const ours = await operations.selfSign(certificate('signing'));
    const theirs = await operations.selfSign({ ...certificate('signing'), subject: { commonName: 'evil' } });
    const authority = await operations.selfSign({ ...certificate('signing'), certificateAuthority: true });
    for (const other of [theirs, authority]) {
      await world.approve(other);
      const swapped = await operations.resume({ ...ours.toJSON(), requestId: other.id ?? '' });
      await expect(swapped.result()).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    }
  });
});

it('tells how much time is left, as an estimate', async () => {
  const { operations } = world.process();
  const operation = await operations.block({ label: 'signing' });
  world.clock.advance(3_600_000);
  expect(operation.state.estimate).toMatchObject({ source: 'local', timeLeftMs: 86_400_000 - 3_600_000 });
  const resumed = await operations.resume(operation.toJSON());
  expect(resumed.state.estimate).toBeUndefined();
});

it('a key password is kept from approvers unless that is allowed (S12)', async () => {
  await world.tsb.addKey({ label: 'guarded', spec: 'ec-p256', policy: world.policy, password: 'secret' });
  const keyPassword = (label: string) => (label === 'guarded' ? 'secret' : undefined);
  await expect(world.process({ keyPassword }).operations.block({ label: 'guarded' })).rejects.toMatchObject({
    code: 'ERR_INVALID_ARGUMENT',
  });
  expect(world.tsb.requests).toEqual([]);
  await world.process({ keyPassword, allowPasswordInRequest: true }).operations.block({ label: 'guarded' });
  expect(world.tsb.requests).toHaveLength(1);
});

it('what is no request is refused before anything is sent', async () => {
  const { operations } = world.process();
  const begins = [
    'decrypt',
    'unwrap',
    'block',
    'unblock',
    'modify',
    'requestCertificate',
    'selfSign',
    'signCertificate',
  ] as const;
  const wrong: unknown[] = [undefined, null, 7, {}, { label: '' }, { label: 7 }, { label: 'signing', passwort: 'x' }];
  for (const name of begins)
    for (const request of wrong) {
      const begin = operations[name] as (request: unknown) => Promise<unknown>;
      await expect(begin(request), `${name} of ${JSON.stringify(request)}`).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_(INVALID_ARGUMENT|POLICY_UNSAFE|KEY_NOT_FOUND)$/),
      });
    }
  expect(world.tsb.requests).toEqual([]);
});
