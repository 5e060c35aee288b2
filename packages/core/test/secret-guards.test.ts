import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import {
  createDecrypter,
  createDeriver,
  createMemoryStore,
  type Guard,
  type KeyBackend,
  type KeyIntent,
  type OutcomeOf,
  type RequestState,
  SignError,
  sha256Hex,
} from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { fastClock } from './helpers.js';

const key = { label: 'layers' };
const algorithm = 'rsa-oaep-sha256';
const plaintext = new TextEncoder().encode('a layer key');
const software = createMemoryBackend();
let ciphertext: Uint8Array;
let publicKey: Uint8Array;
beforeAll(async () => {
  software.addKey({ label: 'layers', privateKey: rsaKey(), purpose: 'decrypt' });
  await software.createKey({ label: 'agreeing', spec: 'ec-p256', purpose: 'derive' });
  publicKey = (await software.createKey({ label: 'other', spec: 'ec-p256', purpose: 'derive' })).spki;
  const begun = await software.begin({ kind: 'encrypt', key, algorithm, plaintext });
  ciphertext = 'done' in begun ? begun.done : new Uint8Array();
});

/** A guard that notes what it is asked and told, with all that it could keep. */
function notebook() {
  const notes: string[] = [];
  const intents: KeyIntent[] = [];
  const outcomes: OutcomeOf<KeyIntent>[] = [];
  const guard: Guard<KeyIntent> = {
    judge(intent) {
      notes.push('judge');
      intents.push(intent);
    },
    before: () => void notes.push('before'),
    after(outcome) {
      notes.push(`after ${outcome.result}`);
      outcomes.push(outcome);
    },
  };
  return { guard, notes, intents, outcomes };
}

/** The key of the software backend, and how often it was used. */
function counted(begin: KeyBackend['begin'] = (operation) => software.begin(operation)) {
  const self = { used: 0 };
  const backend: KeyBackend = {
    id: 'counted',
    describeKey: (ref) => software.describeKey(ref),
    async begin(operation, options) {
      self.used++;
      return begin(operation, options);
    },
    close: async () => undefined,
  };
  return Object.assign(self, { backend });
}

const veto: Guard<KeyIntent> = {
  judge: () => {
    throw new SignError('ERR_VETOED', 'not on a Sunday', { details: { rule: 'sunday' } });
  },
};

describe('guards of a key that decrypts', () => {
  it('are asked before the key is used and told before the plaintext is given out: what is opened, and where it goes', async () => {
    const { guard, notes, intents, outcomes } = notebook();
    const { backend } = counted(async (operation) => {
      notes.push('used');
      return software.begin(operation);
    });
    const source = { repository: 'registry.example/app', digest: `sha256:${'ab'.repeat(32)}`, layers: 3, trusted: true };
    const target = { repository: 'oci:./app' };
    const batch = { id: 'cd'.repeat(32), payloads: [sha256Hex(ciphertext)] };
    const request = { algorithm, ciphertext, source, target, batch, claims: { reason: 'deploy' } } as const;
    await expect(createDecrypter(backend, key, { guards: [guard] }).decrypt(request)).resolves.toEqual(plaintext);
    expect(notes).toEqual(['judge', 'before', 'used', 'after decrypted']);
    expect(intents[0]).toMatchObject({
      purpose: 'decrypt',
      backend: 'counted',
      key: { ref: { label: 'layers', spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      operation: { kind: 'decrypt', algorithm, claims: { reason: 'deploy' } },
      inputSha256: sha256Hex(ciphertext),
      source,
      target,
      batch,
    });
    // Neither the plaintext nor a hash of it.
    expect(Object.keys(outcomes[0] ?? {}).sort()).toEqual(['intent', 'result']);
  });

  it('the backend learns nothing of where an image is and where it goes', async () => {
    const seen: object[] = [];
    const { backend } = counted(async (operation) => {
      seen.push(operation);
      return software.begin(operation);
    });
    await createDecrypter(backend, key).decrypt({ algorithm, ciphertext, source: { layers: 1 }, target: { tag: 'x' } });
    expect(Object.keys(seen[0] ?? {}).sort()).toEqual(['algorithm', 'ciphertext', 'key', 'kind']);
  });

  it.each(['judge', 'before'] as const)('veto by %s: the key is not used, and every guard is told', async (when) => {
    const { backend, ...uses } = counted();
    const { guard, outcomes } = notebook();
    const guards = [guard, { [when]: veto.judge }];
    await expect(createDecrypter(backend, key, { guards }).decrypt({ algorithm, ciphertext })).rejects.toMatchObject({
      code: 'ERR_VETOED',
      details: { rule: 'sunday' },
    });
    expect(outcomes).toMatchObject([{ result: 'refused', error: { details: { rule: 'sunday' } } }]);
    expect(uses.used).toBe(0);
  });

  it('hear of a failure', async () => {
    const { guard, outcomes } = notebook();
    const { backend } = counted(async () => {
      throw new SignError('ERR_UNAVAILABLE', 'later');
    });
    await expect(createDecrypter(backend, key, { guards: [guard] }).decrypt({ algorithm, ciphertext })).rejects.toMatchObject({
      code: 'ERR_UNAVAILABLE',
    });
    expect(outcomes).toMatchObject([{ result: 'failed', error: { code: 'ERR_UNAVAILABLE' } }]);
  });

  it('that cannot note what came of it keep the plaintext back', async () => {
    const { backend } = counted();
    const full: Guard<KeyIntent> = { after: () => Promise.reject(new SignError('ERR_STORE', 'the disk is full')) };
    const decrypting = createDecrypter(backend, key, { guards: [full] }).decrypt({ algorithm, ciphertext });
    await expect(decrypting).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('can be asked alone: nothing is used, and only a refusal is told', async () => {
    const { backend, ...uses } = counted();
    const { guard, notes, outcomes } = notebook();
    await createDecrypter(backend, key, { guards: [guard] }).check({ algorithm, ciphertext });
    expect(notes).toEqual(['judge']);
    const strict = createDecrypter(backend, key, { guards: [guard, veto] });
    await expect(strict.check({ algorithm, ciphertext })).rejects.toMatchObject({ code: 'ERR_VETOED' });
    expect(outcomes).toMatchObject([{ result: 'refused' }]);
    await expect(strict.check({ algorithm: 'rsa-pkcs1', ciphertext })).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
    });
    expect(uses.used).toBe(0);
  });

  it('hear of a request that waits, and of its end', async () => {
    const { guard, outcomes } = notebook();
    let state: RequestState = { status: 'pending' };
    const asking: KeyBackend = {
      ...counted().backend,
      describeKey: async (ref) => ({ ...(await software.describeKey(ref)), needsApproval: true }),
      begin: async () => ({ pending: 'request-1' }),
      poll: async () => state,
      cancel: async () => undefined,
    };
    const store = createMemoryStore();
    const decrypter = createDecrypter(asking, key, { guards: [guard], store, clock: fastClock() });
    const operation = await decrypter.begin({ algorithm, ciphertext });
    expect(outcomes).toMatchObject([{ result: 'pending', requestId: 'request-1' }]);
    state = { status: 'executed', result: plaintext };
    await expect(operation.result()).resolves.toEqual(plaintext);
    expect(outcomes.slice(1)).toMatchObject([{ result: 'decrypted', requestId: 'request-1' }]);
    expect(Object.keys(outcomes[1] ?? {}).sort()).toEqual(['intent', 'requestId', 'result']);
  });
});

describe('guards of a key that derives', () => {
  it('are asked and told alike', async () => {
    const { guard, intents, outcomes } = notebook();
    const deriver = createDeriver(software, { label: 'agreeing' }, { guards: [guard] });
    await deriver.check({ algorithm: 'ecdh', publicKey });
    await deriver.derive({ algorithm: 'ecdh', publicKey });
    expect(intents).toMatchObject(Array(2).fill({ purpose: 'derive', inputSha256: sha256Hex(publicKey) }));
    expect(outcomes.map(({ result }) => result)).toEqual(['derived']);
    expect(Object.keys(outcomes[0] ?? {}).sort()).toEqual(['intent', 'result']);
  });

  it('veto alike', async () => {
    const deriver = createDeriver(software, { label: 'agreeing' }, { guards: [veto] });
    await expect(deriver.derive({ algorithm: 'ecdh', publicKey })).rejects.toMatchObject({ code: 'ERR_VETOED' });
  });
});
