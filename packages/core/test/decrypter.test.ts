import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import {
  createDecrypter,
  createMemoryStore,
  type DecryptOperation,
  encryptionAlgorithms,
  type KeyBackend,
  type RequestState,
  SignError,
} from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { fastClock } from './helpers.js';

const key = { label: 'layers' };
const plaintext = new TextEncoder().encode('a layer key');
const software = createMemoryBackend();
beforeAll(async () => {
  software.addKey({ label: 'layers', privateKey: rsaKey(), purpose: 'decrypt' });
  await software.createKey({ label: 'signing', spec: 'ec-p256' });
});

async function encrypted(algorithm: DecryptOperation['algorithm'] = 'rsa-oaep-sha256'): Promise<Uint8Array> {
  const begun = await software.begin({ kind: 'encrypt', key, algorithm, plaintext });
  return 'done' in begun ? begun.done : new Uint8Array();
}

/** The key of the software backend, whose uses people decide on; a request that is cancelled is gone with its result. */
function asking() {
  const requests = new Map<string, { operation: DecryptOperation; state: RequestState }>();
  const self = {
    requests,
    /** Thrown instead of the next call. */
    fails: {} as Partial<Record<'begin' | 'cancel', unknown>>,
    async decide(id: string) {
      const request = requests.get(id);
      const begun = request && (await software.begin(request.operation));
      if (request && begun && 'done' in begun) request.state = { status: 'executed', result: begun.done };
    },
  };
  const failing = (call: 'begin' | 'cancel') => {
    const error = self.fails[call];
    delete self.fails[call];
    if (error) throw error;
  };
  const backend: KeyBackend = {
    id: 'people',
    describeKey: async (ref) => ({ ...(await software.describeKey(ref)), needsApproval: true }),
    async begin(operation) {
      const id = `request-${requests.size + 1}`;
      requests.set(id, { operation: operation as DecryptOperation, state: { status: 'pending' } });
      failing('begin');
      return { pending: id };
    },
    async poll(id, options) {
      expect(options?.kind).toBe('decrypt');
      const request = requests.get(id);
      if (!request) throw new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
      return request.state;
    },
    async cancel(id) {
      failing('cancel');
      requests.delete(id);
    },
    async *candidates() {
      yield* requests.keys();
    },
    close: async () => undefined,
  };
  return Object.assign(self, { backend });
}

async function records(store: ReturnType<typeof createMemoryStore>): Promise<number> {
  let count = 0;
  for await (const _ of store.records?.() ?? []) count++;
  return count;
}

describe('a key that decrypts', () => {
  it.each(encryptionAlgorithms.filter((algorithm) => algorithm !== 'rsa-pkcs1'))('opens what %s closed', async (algorithm) => {
    const ciphertext = await encrypted(algorithm);
    expect(await createDecrypter(software, key).decrypt({ algorithm, ciphertext })).toEqual(plaintext);
  });

  it('reads PKCS#1 v1.5 only when told to (S16)', async () => {
    const request = { algorithm: 'rsa-pkcs1', ciphertext: await encrypted('rsa-pkcs1') } as const;
    await expect(createDecrypter(software, key).decrypt(request)).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  });

  it('says the same of every ciphertext that it cannot open (S16)', async () => {
    const good = await encrypted();
    const bad = [good.map((byte, n) => (n === 9 ? byte ^ 1 : byte)), good.subarray(1), await encrypted('rsa-oaep-sha1')];
    const texts = await Promise.all(
      bad.map((ciphertext) =>
        createDecrypter(software, key)
          .decrypt({ algorithm: 'rsa-oaep-sha256', ciphertext })
          .catch((error: unknown) => String(error)),
      ),
    );
    expect(new Set(texts)).toEqual(new Set(['SignError: the ciphertext cannot be decrypted with this key']));
  });

  it('does not sign, nor does a signing key decrypt (S4)', async () => {
    const ciphertext = await encrypted();
    const signing = createDecrypter(software, { label: 'signing' });
    await expect(signing.decrypt({ algorithm: 'rsa-oaep-sha256', ciphertext })).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_USABLE',
    });
    const message = { message: plaintext };
    await expect(software.begin({ kind: 'sign', key, algorithm: 'rsa-pss-sha256', input: message })).rejects.toMatchObject({
      code: 'ERR_KEY_NOT_USABLE',
    });
  });

  it('is another one when its pin says so (S7)', async () => {
    const pinned = createDecrypter(software, { ...key, spkiSha256: 'f'.repeat(64) });
    await expect(pinned.describe()).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });
});

describe('a plaintext that people let out (S14)', () => {
  it('is deleted at the backend before it is given out, and its record with it', async () => {
    const people = asking();
    const store = createMemoryStore();
    const request = { algorithm: 'rsa-oaep-sha256', ciphertext: await encrypted() } as const;
    const decrypter = createDecrypter(people.backend, key, { store, clock: fastClock() });
    const operation = await decrypter.begin(request);
    await people.decide('request-1');
    expect(await operation.result()).toEqual(plaintext);
    expect(people.requests.size).toBe(0);
    expect(await records(store)).toBe(0);
    expect(await operation.result()).toEqual(plaintext);
  });

  it('is not given out while its copy cannot be deleted, and can be asked for again', async () => {
    const people = asking();
    const store = createMemoryStore();
    const request = { algorithm: 'rsa-oaep-sha256', ciphertext: await encrypted() } as const;
    const operation = await createDecrypter(people.backend, key, { store, clock: fastClock() }).begin(request);
    await people.decide('request-1');
    people.fails.cancel = new SignError('ERR_NETWORK', 'hiccup');
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(await records(store)).toBe(1);
    expect(await operation.result()).toEqual(plaintext);
    expect(people.requests.size).toBe(0);
  });

  it('is deleted at the backend when it is not what was looked for, too: a later run asks anew', async () => {
    const people = asking();
    const store = createMemoryStore();
    const request = { algorithm: 'rsa-oaep-sha256', ciphertext: await encrypted(), opens: () => false } as const;
    const decrypter = createDecrypter(people.backend, key, { store, clock: fastClock() });
    const operation = await decrypter.begin(request);
    await people.decide('request-1');
    people.fails.cancel = new SignError('ERR_NETWORK', 'hiccup');
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    for (const _ of [1, 2]) await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    expect(people.requests.size).toBe(0);
    expect(await records(store)).toBe(0);
  });

  it('whose request was lost is found by what it opens, and by nothing else (S31)', async () => {
    const request = { algorithm: 'rsa-oaep-sha256', ciphertext: await encrypted() } as const;
    const same = (text: Uint8Array) => (bytes: Uint8Array) => Buffer.from(bytes).equals(Buffer.from(text));
    for (const [opens, found] of [
      [same(plaintext), 'request-1'],
      [undefined, 'ERR_OUTCOME_UNKNOWN'],
      [same(new Uint8Array(1)), 'request-2'],
    ] as const) {
      const people = asking();
      const decrypter = createDecrypter(people.backend, key, { clock: fastClock() });
      const asked = { ...request, ...(opens && { opens }) };
      people.fails.begin = new SignError('ERR_OUTCOME_UNKNOWN', 'lost');
      await expect(decrypter.begin(asked)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
      await people.decide('request-1');
      expect(
        await decrypter.begin(asked).then(
          ({ id }) => id,
          (error: SignError) => error.code,
        ),
      ).toBe(found);
    }
  });
});
