import { describe, expect, it } from 'vitest';
import {
  createDecrypter,
  createSigner,
  type Guard,
  type Publication,
  SignError,
  type SigningOutcome,
  sha256Hex,
} from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { approvalBackend, fastClock, jwsMessage } from './helpers.js';

const message = jwsMessage();
const jws = { algorithm: 'ecdsa-sha256', domain: 'jws', input: { message } } as const;
const release = { label: 'release' };

/** A guard that notes what it is asked and told. */
function notebook(): { guard: Guard; notes: string[]; outcomes: SigningOutcome[] } {
  const notes: string[] = [];
  const outcomes: SigningOutcome[] = [];
  const guard: Guard = {
    judge: () => void notes.push('judge'),
    before: () => void notes.push('before'),
    after(outcome) {
      notes.push(`after ${outcome.result}`);
      outcomes.push(outcome);
    },
    published: () => void notes.push('published'),
  };
  return { guard, notes, outcomes };
}

async function memory() {
  const backend = createMemoryBackend();
  await backend.createKey({ label: 'release', spec: 'ec-p256' });
  return backend;
}

const approvers = { approvedBy: ['a'], notYetApprovedBy: [], rejectedBy: [] };

describe('a check', () => {
  it('asks every judge and nobody else: no request, no note', async () => {
    const backend = await approvalBackend();
    const { guard, notes } = notebook();
    const signer = createSigner(backend, release, { guards: [guard] });
    await signer.check(jws);
    await signer.check(jws);
    expect(notes).toEqual(['judge', 'judge']);
    expect(backend.requests.size).toBe(0);
  });

  it('that a guard refuses is told once, with the rule, and a beginning after it tells of its own refusal only', async () => {
    const { guard, notes, outcomes } = notebook();
    let rule: string | undefined = 'sunday';
    const judge = () => {
      if (rule !== undefined) throw new SignError('ERR_VETOED', 'no', { details: { rule } });
    };
    const signer = createSigner(await memory(), release, { guards: [guard, { judge }] });
    await expect(signer.check(jws)).rejects.toMatchObject({ code: 'ERR_VETOED' });
    expect(outcomes).toMatchObject([{ result: 'refused', error: { details: { rule: 'sunday' } } }]);
    await expect(signer.begin(jws)).rejects.toMatchObject({ code: 'ERR_VETOED' });
    expect(outcomes).toHaveLength(2);
    rule = undefined;
    await signer.check(jws);
    await signer.sign(jws);
    expect(notes.slice(-4)).toEqual(['judge', 'judge', 'before', 'after signed']);
    expect(outcomes).toHaveLength(3);
  });

  it('refuses what begin refuses', async () => {
    const signer = createSigner(await memory(), release);
    await expect(signer.check({ ...jws, domain: 'cosign-payload' })).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
    await expect(signer.check({ ...jws, algorithm: 'ed25519' })).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  });

  it('gives on a veto that names its rule; another error becomes the cause of one', async () => {
    const details = { rule: 'repositories' };
    const named = new SignError('ERR_VETOED', 'the repository is not ours', { details });
    for (const [thrown, expected] of [
      [named, { code: 'ERR_VETOED', message: 'the repository is not ours', details }],
      [new Error('no'), { code: 'ERR_VETOED', cause: expect.objectContaining({ message: 'no' }) }],
    ] as const) {
      const guards = [{ judge: () => Promise.reject(thrown) }];
      await expect(createSigner(await memory(), release, { guards }).check(jws)).rejects.toMatchObject(expected);
    }
  });

  it('that the caller stops is no veto', async () => {
    const stop = new AbortController();
    const judge: Guard['judge'] = (_, options) => {
      stop.abort(new Error('enough'));
      options?.signal?.throwIfAborted();
    };
    const signer = createSigner(await memory(), release, { guards: [{ judge }] });
    await expect(signer.check(jws, { signal: stop.signal })).rejects.toThrow('enough');
  });
});

describe('a beginning', () => {
  it('asks all judges before the first before, and the backend last', async () => {
    const { guard, notes } = notebook();
    const signer = createSigner(await memory(), release, { guards: [guard, guard] });
    const signature = await signer.sign(jws);
    expect(notes).toEqual(['judge', 'judge', 'before', 'before', 'after signed', 'after signed']);
    expect(signature.byteLength).toBe(64);
  });

  it('says which signature was made', async () => {
    const { guard, outcomes } = notebook();
    const signature = await createSigner(await memory(), release, { guards: [guard] }).sign(jws);
    expect(outcomes).toMatchObject([{ result: 'signed', signatureSha256: sha256Hex(signature) }]);
    expect(outcomes[0]).not.toHaveProperty('requestId');
  });

  it.each(['judge', 'before'] as const)('tells every guard of a veto by %s, and the backend is not asked', async (when) => {
    const backend = await approvalBackend();
    const { guard, outcomes } = notebook();
    const veto: Guard = { [when]: () => Promise.reject(new Error('not on Fridays')) };
    const signer = createSigner(backend, release, { guards: [guard, veto] });
    await expect(signer.begin(jws)).rejects.toMatchObject({ code: 'ERR_VETOED' });
    expect(outcomes).toMatchObject([{ result: 'refused', error: { code: 'ERR_VETOED' } }]);
    expect(backend.requests.size).toBe(0);
  });

  it('shows judges where the signature goes and with what it is decided; the backend learns the second only', async () => {
    const backend = await approvalBackend();
    const target = { repository: 'registry.example/app', tag: '1.4' };
    const batch = { id: 'ab'.repeat(32), payloads: [sha256Hex(message), 'cd'.repeat(32)] };
    const seen: unknown[] = [];
    const guards = [{ judge: (intent: object) => void seen.push(intent) }];
    await createSigner(backend, release, { guards }).begin({ ...jws, target, batch });
    expect(seen).toMatchObject([{ target, batch }]);
    const [request] = [...backend.requests.values()];
    expect(request?.operation).toMatchObject({ batch });
    expect(request?.operation).not.toHaveProperty('target');
  });

  it.each<[string, object]>([
    ['an id that is no hash', { id: 'release 1.4', payloads: [sha256Hex(message)] }],
    ['payloads that are no hashes', { id: 'ab'.repeat(32), payloads: [sha256Hex(message), 'x'] }],
    ['no payloads', { id: 'ab'.repeat(32) }],
    ['other payloads only', { id: 'ab'.repeat(32), payloads: ['cd'.repeat(32)] }],
    ['more members than one decision covers', { id: 'ab'.repeat(32), payloads: Array(10_001).fill(sha256Hex(message)) }],
  ])('refuses a batch with %s', async (_, batch) => {
    const signer = createSigner(await memory(), release);
    await expect(signer.check({ ...jws, batch: batch as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('the end of what was pending', () => {
  async function pending(...more: Guard[]) {
    const backend = await approvalBackend();
    const { guard, outcomes } = notebook();
    const signer = createSigner(backend, release, { guards: [guard, ...more], clock: fastClock() });
    return { backend, signer, outcomes, operation: await signer.begin(jws) };
  }

  it('is told once, with the signature and who approved', async () => {
    const { backend, operation, outcomes } = await pending();
    await backend.decide('request-1', 'executed');
    const request = backend.requests.get('request-1');
    if (request) request.state = { ...request.state, approvals: approvers };
    const signature = await operation.result();
    await operation.result();
    expect(outcomes).toMatchObject([
      { result: 'pending', requestId: 'request-1' },
      { result: 'signed', requestId: 'request-1', approvals: approvers, signatureSha256: sha256Hex(signature) },
    ]);
  });

  it.each([
    ['rejected', 'refused', 'ERR_APPROVAL_REJECTED'],
    ['expired', 'failed', 'ERR_APPROVAL_EXPIRED'],
    ['failed', 'failed', 'ERR_REQUEST_FAILED'],
  ] as const)('by %s is told as %s', async (status, result, code) => {
    const { backend, operation, outcomes } = await pending();
    await backend.decide('request-1', status);
    await expect(operation.result()).rejects.toMatchObject({ code });
    await expect(operation.result()).rejects.toMatchObject({ code });
    expect(outcomes.map((one) => [one.result, one.error?.code])).toEqual([
      ['pending', undefined],
      [result, code],
    ]);
  });

  it('by cancelling is told', async () => {
    const { operation, outcomes } = await pending();
    await operation.cancel();
    expect(outcomes.at(-1)).toMatchObject({ result: 'failed', error: { code: 'ERR_APPROVAL_CANCELLED' } });
  });

  it('with a signature that does not verify is told as failed', async () => {
    const { backend, operation, outcomes } = await pending();
    const request = backend.requests.get('request-1');
    if (request) request.state = { status: 'executed', result: new Uint8Array(64).fill(1) };
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
    expect(outcomes.at(-1)).toMatchObject({ result: 'failed', error: { code: 'ERR_SIGNATURE_MISMATCH' } });
  });

  it('that a guard cannot note gives out no signature, keeps no other guard from noting, and is told again', async () => {
    let full = true;
    const disk: Guard = {
      after({ result }) {
        if (result === 'signed' && full) throw new SignError('ERR_STORE', 'the disk is full');
      },
    };
    const backend = await approvalBackend();
    const { guard, outcomes } = notebook();
    const signer = createSigner(backend, release, { guards: [disk, guard] });
    const operation = await signer.begin(jws);
    await backend.decide('request-1', 'executed');
    await operation.refresh();
    await expect(operation.settled()).rejects.toMatchObject({ code: 'ERR_STORE' });
    full = false;
    await expect(operation.settled()).resolves.toHaveLength(64);
    expect(outcomes.map(({ result }) => result)).toEqual(['pending', 'signed', 'signed']);
  });

  it('that another process has seen to is told to the one that takes it up', async () => {
    const { backend, signer, outcomes } = await pending();
    await backend.decide('request-1', 'executed');
    await signer.sign(jws);
    expect(outcomes.map(({ result }) => result)).toEqual(['pending', 'pending', 'signed']);
  });
});

describe('a publication', () => {
  it('is told to every guard with the key, and the first error is thrown on', async () => {
    const seen: Publication[] = [];
    const guards: Guard[] = [
      { published: () => Promise.reject(new Error('the log is closed')) },
      { published: (publication) => void seen.push(publication) },
    ];
    const signer = createSigner(await memory(), release, { guards });
    const target = { repository: 'registry.example/app' };
    const published = { inputs: [sha256Hex(message)], target, artifacts: [], format: 'notation-jws' };
    await expect(signer.published(published)).rejects.toThrow('the log is closed');
    expect(seen).toMatchObject([{ ...published, backend: 'memory', key: { ref: { label: 'release' } } }]);
  });
});

it('a decryption names its batch by the ciphertext', async () => {
  const backend = await approvalBackend();
  const ciphertext = new Uint8Array(256).fill(7);
  const { describeKey } = backend;
  backend.describeKey = async (ref) => ({ ...(await describeKey(ref)), usages: ['decrypt'] });
  const decrypter = createDecrypter(backend, release);
  const request = { algorithm: 'rsa-oaep-sha256', ciphertext } as const;
  const batch = { id: 'ab'.repeat(32), payloads: [sha256Hex(ciphertext)] };
  await decrypter.begin({ ...request, batch });
  expect(backend.requests.get('request-1')?.operation).toMatchObject({ batch });
  const other = { ...batch, payloads: [sha256Hex(message)] };
  await expect(decrypter.begin({ ...request, batch: other })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
});
