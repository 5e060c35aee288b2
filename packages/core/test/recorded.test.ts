import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderStore } from '../src/folder-store.js';
import {
  type Clock,
  createMemoryStore,
  createSigner,
  type JsonObject,
  type PendingStore,
  pendingKey,
  publicKeyFromSpki,
  SignError,
  type SignOperation,
  sha256Hex,
  verifySignature,
} from '../src/index.js';
import { type ApprovalBackend, approvalBackend, fastClock, jwsMessage } from './helpers.js';

const request = { algorithm: 'ecdsa-sha256', domain: 'jws', input: { message: jwsMessage() } } as const;
const ref = { label: 'release' };

class Death extends Error {}

/** A store that lets the process die before or after any of its writes. */
function mortalStore(inner: PendingStore, dieAt: number): PendingStore {
  let instant = 0;
  const maybeDie = () => {
    if (instant++ === dieAt) throw new Death();
  };
  return {
    get: (key) => inner.get(key),
    put: async (key, record, options) => {
      maybeDie();
      const done = await inner.put(key, record, options);
      maybeDie();
      return done;
    },
    delete: async (key, condition) => {
      maybeDie();
      return inner.delete(key, condition);
    },
  };
}

/** A run that died after storing its intent and before creating a request. */
async function leaveIntent(backend: ApprovalBackend, store: PendingStore, clock: Clock): Promise<void> {
  backend.crash = (at) => {
    if (at === 'before-create') throw new Death();
  };
  await expect(createSigner(backend, ref, { store, clock }).begin(request)).rejects.toBeInstanceOf(Death);
  delete backend.crash;
}

describe('nothing is lost and nothing is doubled', () => {
  it('waits through days of people deciding and returns the signature', async () => {
    const backend = await approvalBackend();
    const clock = fastClock();
    const start = clock.now();
    let looks = 0;
    const poll = backend.poll;
    backend.poll = async (id, o) => {
      if (++looks === 9000) await backend.decide(id, 'executed');
      return (poll as NonNullable<typeof poll>)(id, o);
    };
    const signature = await createSigner(backend, ref, { clock }).sign(request);
    const { spki } = await backend.describeKey(ref);
    expect(verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', request.input.message, signature)).toBe(true);
    expect(clock.now() - start).toBeGreaterThan(3 * 24 * 3600_000);
  });

  it('reports ERR_APPROVAL_PENDING with the id when its own time runs out, and a second call joins the same request', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    await expect(createSigner(backend, ref, { store, clock }).sign(request, { timeoutMs: 5000 })).rejects.toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
      retryable: true,
      details: { requestId: 'request-1', brokerRequestId: 'request-1' },
    });
    await backend.decide('request-1', 'executed');
    expect((await createSigner(backend, ref, { store, clock }).sign(request)).byteLength).toBe(64);
    expect(backend.requests.size).toBe(1);
  });

  it.each([
    ['rejected', 'ERR_APPROVAL_REJECTED'],
    ['expired', 'ERR_APPROVAL_EXPIRED'],
    ['failed', 'ERR_REQUEST_FAILED'],
  ] as const)('a %s request is %s with its id, and only then may a new one be made', async (status, code) => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const signer = createSigner(backend, ref, { store, clock: fastClock() });
    await signer.begin(request);
    await backend.decide('request-1', status);
    await expect(signer.sign(request)).rejects.toMatchObject({
      code,
      details: { requestId: 'request-1', brokerRequestId: 'request-1' },
    });
    await signer.begin(request);
    expect([...backend.requests.keys()]).toEqual(['request-1', 'request-2']);
  });

  it('dies at every instant of a call: a second run continues and no payload has two open requests', async () => {
    for (let instant = 0; instant < 12; instant++) {
      const backend = await approvalBackend();
      const inner = createMemoryStore();
      const clock = fastClock();
      // Instants 0–5 are store writes, 6–7 are around the create.
      if (instant >= 10)
        backend.crash = (at) => {
          if ((instant === 10) === (at === 'before-create')) throw new Death();
        };
      const first = createSigner(backend, ref, { store: mortalStore(inner, instant), clock });
      const died = await first.begin(request).then(
        () => false,
        (error: unknown) => {
          // A store that fails is told apart from a request that failed, once there is one.
          const dead = SignError.is(error, 'ERR_STORE') && error.details.requestId === 'request-1' ? error.cause : error;
          expect(dead).toBeInstanceOf(Death);
          return true;
        },
      );
      if (instant === 0) expect(died).toBe(true);
      delete backend.crash;

      const second = createSigner(backend, ref, { store: inner, clock });
      let operation = await second.begin(request).catch((error: unknown) => error as SignError);
      if (operation instanceof SignError) {
        // The request exists but its id was lost: nobody can tell while it is undecided, and no second one is made.
        expect(operation).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN', details: { candidates: ['request-1'] } });
        await backend.decide('request-1', 'executed');
        operation = await second.begin(request);
      }
      if (operation.state.status === 'pending') await backend.decide(operation.id as string, 'executed');
      expect((await operation.result()).byteLength).toBe(64);
      expect(backend.requests.size).toBe(1);
    }
  });

  it('never adopts a request that somebody else planted (S31)', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    await leaveIntent(backend, store, clock);
    const planted = { ...request, input: { message: jwsMessage('ZXZpbA') } };
    await createSigner(backend, ref, { clock }).begin(planted);
    await backend.decide('request-1', 'executed');
    const operation = await createSigner(backend, ref, { store, clock }).begin(request);
    expect(operation.id).toBe('request-2');
  });

  it('forgets the intent when the backend proves that nothing was created', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const signer = createSigner(backend, ref, { store, clock: fastClock() });
    const begin = backend.begin;
    backend.begin = async () => {
      throw new SignError('ERR_FORBIDDEN', 'no');
    };
    await expect(signer.begin(request)).rejects.toMatchObject({ code: 'ERR_FORBIDDEN' });
    backend.begin = begin;
    expect((await signer.begin(request)).id).toBe('request-1');
  });

  it('survives a store that was tampered with', async () => {
    const backend = await approvalBackend();
    const records: JsonObject[] = [{ requestId: 7 }, { requestId: 'request-99' }, {}, { before: 'x', intentAt: 'y' }];
    for (const damaged of records) {
      const record = { nonce: 'n', ...damaged };
      const store = createMemoryStore();
      const poisoned: PendingStore = { ...store, get: async () => record, put: async () => true, delete: async () => true };
      const signer = createSigner(backend, ref, { store: poisoned, clock: fastClock() });
      await signer.begin({ ...request, input: { message: jwsMessage('e31') } }).then(
        (operation) => expect(operation.id).toMatch(/^request-/),
        (error) => expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(OUTCOME_UNKNOWN|CONFLICT)$/) }),
      );
    }
  });

  it('a record that nobody can remove, for want of a nonce, is told by its key', async () => {
    const asked: string[] = [];
    const store: PendingStore = {
      ...createMemoryStore(),
      get: async (key) => {
        asked.push(key);
        return { requestId: 'request-1' };
      },
    };
    const signer = createSigner(await approvalBackend(), ref, { store, clock: fastClock() });
    const error = await signer.begin(request).catch((reason: unknown) => reason);
    const [key] = asked;
    expect(error).toMatchObject({
      code: 'ERR_STORE',
      message: expect.stringContaining(String(key)),
      details: { key },
    });
  });

  it('an id that cannot be stored is told, and its request left alone', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const signer = createSigner(backend, ref, { store, clock: fastClock() });
    const put = store.put;
    store.put = async (key, record, condition) => {
      if (record.requestId !== undefined) throw new SignError('ERR_STORE', 'disk full');
      return put(key, record, condition);
    };
    await expect(signer.begin(request)).rejects.toMatchObject({
      code: 'ERR_STORE',
      details: { requestId: 'request-1', brokerRequestId: 'request-1' },
    });
    expect(backend.requests.get('request-1')?.state.status).toBe('pending');
    store.put = put;
    await expect(signer.begin(request)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  });

  it.each([
    ['an error of ours', new SignError('ERR_UNAVAILABLE', 'shutting down')],
    ['a word', 'enough'],
  ])('an abort with %s for its reason keeps the intent: the request may exist', async (_, reason) => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const signer = createSigner(backend, ref, { store, clock: fastClock() });
    const stop = new AbortController();
    backend.crash = (at) => {
      if (at === 'before-create') return;
      stop.abort(reason);
      throw reason;
    };
    await expect(signer.begin(request, { signal: stop.signal })).rejects.toBe(reason);
    delete backend.crash;
    await expect(signer.begin(request)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    expect(backend.requests.size).toBe(1);
  });

  it('a release that failed is made good by the next one', async () => {
    const store = createMemoryStore();
    const operation = await createSigner(await approvalBackend(), ref, { store, clock: fastClock() }).begin(request);
    const remove = store.delete;
    store.delete = async () => {
      throw new SignError('ERR_STORE', 'disk full');
    };
    await expect(operation.release()).rejects.toMatchObject({ code: 'ERR_STORE' });
    store.delete = remove;
    await operation.release();
    const left = [];
    for await (const record of store.records?.() ?? []) left.push(record);
    expect(left).toEqual([]);
  });

  it('a wait that others ended does not look again', async () => {
    const backend = await approvalBackend();
    const clock = fastClock();
    const operation = await createSigner(backend, ref, { clock }).begin(request);
    await backend.decide('request-1', 'executed');
    const poll = backend.poll as NonNullable<typeof backend.poll>;
    let looks = 0;
    backend.poll = async (id) => {
      looks++;
      return poll(id);
    };
    const sleep = clock.sleep;
    clock.sleep = async (ms, signal) => {
      clock.sleep = sleep;
      await operation.refresh();
      return sleep(ms, signal);
    };
    await operation.result();
    expect(looks).toBe(1);
  });

  it('aborting stops the waiting and leaves the request alone; cancel withdraws it', async () => {
    const backend = await approvalBackend();
    const signer = createSigner(backend, ref, { clock: fastClock() });
    const operation = await signer.begin(request);
    const reason = new Error('enough');
    await expect(operation.result({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(backend.requests.get('request-1')?.state.status).toBe('pending');
    await operation.cancel();
    expect(backend.requests.get('request-1')?.state.status).toBe('cancelled');
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_APPROVAL_CANCELLED' });
  });

  it('is not thenable, and its JSON names the request and holds no payload', async () => {
    const operation = await createSigner(await approvalBackend(), ref).begin(request);
    expect('then' in operation).toBe(false);
    expect(JSON.parse(JSON.stringify(operation))).toMatchObject({
      requestId: 'request-1',
      keyLabel: 'release',
      backend: 'approvals',
    });
    expect(JSON.stringify(operation)).not.toContain(Buffer.from(request.input.message).toString('base64').slice(0, 20));
  });

  it('keeps looking when a look fails for a moment', async () => {
    const backend = await approvalBackend();
    const operation = await createSigner(backend, ref, { clock: fastClock() }).begin(request);
    const poll = backend.poll as NonNullable<typeof backend.poll>;
    let looks = 0;
    backend.poll = async (id) => {
      if (++looks < 4) throw new SignError('ERR_NETWORK', 'hiccup');
      await backend.decide(id, 'executed');
      return poll(id);
    };
    expect((await operation.result()).byteLength).toBe(64);
  });

  it('is not confused by other people’s requests that end without a result, or that are gone when looked at', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    await leaveIntent(backend, store, clock);
    const poll = backend.poll as NonNullable<typeof backend.poll>;
    const list = backend.candidates as NonNullable<typeof backend.candidates>;
    backend.candidates = async function* () {
      yield* ['blocked', 'gone'];
      yield* list();
    };
    backend.poll = async (id) => {
      if (id === 'blocked') throw new SignError('ERR_PROTOCOL', 'an executed request without a result');
      if (id === 'gone') throw new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
      return poll(id);
    };
    expect((await createSigner(backend, ref, { store, clock }).begin(request)).id).toBe('request-1');
  });

  it('somebody late never forgets a newer request of somebody else', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    const signer = () => createSigner(backend, ref, { store, clock });
    await signer().begin(request);
    const [b, c] = [await signer().begin(request), await signer().begin(request)];
    await backend.decide('request-1', 'rejected');
    await expect(c.result()).rejects.toMatchObject({ code: 'ERR_APPROVAL_REJECTED' });
    expect((await signer().begin(request)).id).toBe('request-2');
    await expect(b.result()).rejects.toMatchObject({ code: 'ERR_APPROVAL_REJECTED' });
    expect((await signer().begin(request)).id).toBe('request-2');
    expect(backend.requests.size).toBe(2);
  });

  it('two runs that recover the same dead intent make one request, however slow one of them lists', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    await leaveIntent(backend, store, clock);
    const slow = {
      ...backend,
      candidates: async function* () {
        const ids = [...backend.requests.keys()];
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield* ids;
      },
    };
    const both = await Promise.all([
      createSigner(backend, ref, { store, clock }).begin(request),
      createSigner(slow, ref, { store, clock }).begin(request),
    ]);
    expect(both.map(({ id }) => id)).toEqual(['request-1', 'request-1']);
    expect(backend.requests.size).toBe(1);
  });

  it('many runs at once for the same bytes share one request', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const begun = await Promise.all(
      Array.from({ length: 8 }, () => createSigner(backend, ref, { store, clock: fastClock() }).begin(request)),
    );
    expect(new Set(begun.map(({ id }) => id)).size).toBe(1);
    expect(backend.requests.size).toBe(1);
  });

  it('a run that was taken for dead withdraws its own request and joins the other', async () => {
    const backend = await approvalBackend();
    const store = createMemoryStore();
    const clock = fastClock();
    let replaced = false;
    const begin = backend.begin;
    const paused: typeof backend = {
      ...backend,
      begin: async (operation) => {
        const begun = await begin(operation);
        if (!replaced) {
          replaced = true;
          // While we sleep, somebody else concludes that nothing was created and makes a request of their own.
          const key = pendingKey({
            backend: 'approvals',
            key: await backend.describeKey(ref),
            domain: 'jws',
            operation: operation as SignOperation,
            inputSha256: sha256Hex(request.input.message),
          });
          await store.delete(key);
          await createSigner(backend, ref, { store, clock }).begin(request);
        }
        return begun;
      },
    };
    const operation = await createSigner(paused, ref, { store, clock }).begin(request);
    expect(operation.id).toBe('request-2');
    expect(backend.requests.get('request-1')?.state.status).toBe('cancelled');
  });

  it('a wait without a number is refused instead of never ending', async () => {
    const operation = await createSigner(await approvalBackend(), ref, { clock: fastClock() }).begin(request);
    await expect(operation.result({ timeoutMs: Number.NaN })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('updates survive a look that fails for a moment, and tell every change once', async () => {
    const backend = await approvalBackend();
    const operation = await createSigner(backend, ref, { clock: fastClock() }).begin(request);
    const poll = backend.poll as NonNullable<typeof backend.poll>;
    let looks = 0;
    backend.poll = async (id) => {
      looks++;
      if (looks === 2) throw new SignError('ERR_NETWORK', 'hiccup');
      if (looks === 4) await backend.decide(id, 'executed');
      return poll(id);
    };
    const seen: string[] = [];
    for await (const { status } of operation.updates()) seen.push(status);
    expect(seen).toEqual(['pending', 'executed']);
  });
});

it('after a lost answer, requests that the store knows to be others’ do not stand in the way', async () => {
  const backend = await approvalBackend();
  const store = createMemoryStore();
  const clock = fastClock();
  const signer = createSigner(backend, ref, { store, clock });
  await leaveIntent(backend, store, clock);
  await signer.begin({ ...request, input: { message: jwsMessage('b3RoZXI') } });
  // The other one is still undecided, but it is nobody else's than the other message's.
  expect((await signer.begin(request)).id).toBe('request-2');
  expect(backend.requests.size).toBe(2);
});

describe('an operation of a backend that watches its requests', () => {
  it('waits by watching alone, and hears of every change', async () => {
    const backend = await approvalBackend();
    const clock = fastClock();
    const asked: (number | undefined)[] = [];
    backend.watch = async (id, known, options) => {
      asked.push(options?.timeoutMs);
      if (asked.length === 1) return { ...known, approvals: { approvedBy: ['Ada'], notYetApprovedBy: [], rejectedBy: [] } };
      await backend.decide(id, 'executed');
      return backend.requests.get(id)?.state ?? known;
    };
    const operation = await createSigner(backend, ref, { clock }).begin(request);
    backend.poll = async () => {
      throw new Error('nobody polls');
    };
    const seen: unknown[] = [];
    expect(
      (await operation.result({ timeoutMs: 9_000, onProgress: ({ approvals }) => seen.push(approvals?.approvedBy) })).byteLength,
    ).toBe(64);
    expect(seen[0]).toEqual(['Ada']);
    expect(asked).toEqual([9_000, 9_000]);
  });

  it('gives up at its deadline, and only waits longer after a failure of the moment', async () => {
    const backend = await approvalBackend();
    const clock = fastClock();
    let failures = 0;
    backend.watch = async (_, known, options) => {
      if (failures++ < 3) throw new SignError('ERR_NETWORK', 'hiccup');
      clock.advance(options?.timeoutMs ?? 0);
      return known;
    };
    const operation = await createSigner(backend, ref, { clock }).begin(request);
    const start = clock.now();
    await expect(operation.result({ timeoutMs: 60_000 })).rejects.toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
    expect(failures).toBe(4);
    expect(clock.now() - start).toBeLessThanOrEqual(60_001);
  });
});

describe('the time that is left', () => {
  it('is estimated from the widest window, and only while people decide', async () => {
    const backend = await approvalBackend();
    const clock = fastClock();
    const describeKey = backend.describeKey;
    backend.describeKey = async (ref) => ({
      ...(await describeKey(ref)),
      approvalWindows: [
        { opensAfterMs: 60_000, closesAfterMs: 120_000 },
        { opensAfterMs: 30_000, closesAfterMs: 600_000 },
      ],
    });
    const operation = await createSigner(backend, ref, { clock }).begin(request);
    const start = clock.now();
    clock.advance(100_000);
    expect(operation.state.estimate).toEqual({
      source: 'local',
      opensAt: start + 30_000,
      closesAt: start + 600_000,
      timeLeftMs: 500_000,
    });
    clock.advance(1_000_000);
    expect(operation.state.estimate?.timeLeftMs).toBe(0);
    await backend.decide('request-1', 'expired');
    expect((await operation.refresh()).estimate).toBeUndefined();
  });

  it('is unknown when one way to collect approvals never closes', async () => {
    const backend = await approvalBackend();
    const describeKey = backend.describeKey;
    const approvalWindows = [{ opensAfterMs: 0, closesAfterMs: 5 }, { opensAfterMs: 0 }];
    backend.describeKey = async (ref) => ({ ...(await describeKey(ref)), approvalWindows });
    const operation = await createSigner(backend, ref, { clock: fastClock() }).begin(request);
    expect(operation.state.estimate).toEqual({ source: 'local' });
  });
});

describe('a lost answer, where the backend sees what people see (S31)', () => {
  it.each([
    [true, 'request-1'],
    [false, 'request-2'],
    [undefined, 'ERR_OUTCOME_UNKNOWN'],
  ])('recognised: %j', async (recognised, expected) => {
    const backend = await approvalBackend();
    const clock = fastClock();
    const signer = createSigner(backend, ref, { clock });
    backend.crash = (at) => {
      if (at === 'after-create') throw new SignError('ERR_OUTCOME_UNKNOWN', 'lost');
    };
    await expect(signer.begin(request)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    delete backend.crash;
    backend.recognises = async (_, operation) => {
      expect(operation).toMatchObject({ kind: 'sign', algorithm: 'ecdsa-sha256' });
      return recognised;
    };
    expect(
      await signer.begin(request).then(
        ({ id }) => id,
        (error: SignError) => error.code,
      ),
    ).toBe(expected);
  });
});

it('the records of a folder are listed, and nothing else that lies there', async () => {
  const root = await mkdtemp(join(tmpdir(), 'records-'));
  try {
    const store = createFolderStore(join(root, 'p'));
    await store.put('a', { n: 1 });
    await store.put('b', { n: 2 });
    await writeFile(join(root, 'p', '.c.lock'), '');
    await writeFile(join(root, 'p', 'not a key.json'), '{}');
    const found = [];
    for await (const { n } of store.records?.() ?? []) found.push(n);
    expect(found.sort()).toEqual([1, 2]);
  } finally {
    await rm(root, { recursive: true });
  }
});
