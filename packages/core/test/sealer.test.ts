import { createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  createMemoryStore,
  createSealer,
  type Guard,
  hexBytes,
  type KeyBackend,
  type KeyOperation,
  type RequestState,
  type SecretIntent,
  SignError,
  sha256Hex,
  utf8Bytes,
} from '../src/index.js';
import { createMemoryBackend } from '../src/memory.js';
import { fastClock } from './helpers.js';

const plaintext = utf8Bytes('a content key of thirty-two byte');
const aad = utf8Bytes('what it is for');
const algorithm = 'aes-gcm';
const secretKey = (hex: string) => createSecretKey(hexBytes(hex));
const counting = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0')).join('');

const software = createMemoryBackend();
const { ref } = software.addSymmetricKey({ label: 'layers', secretKey: secretKey(counting) });
const sealer = createSealer(software, ref);

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (SignError.is(error) ? error.code : error),
  );

/** The symmetric keys of the software backend; people decide on what is opened. */
function asking() {
  const requests = new Map<string, { operation: KeyOperation; state: RequestState }>();
  const backend: KeyBackend = {
    id: 'people',
    describeKey: software.describeKey,
    describeSymmetricKey: async (key) => ({ ...(await software.describeSymmetricKey(key)), needsApproval: true }),
    async begin(operation) {
      if (operation.kind === 'seal') return software.begin(operation);
      const id = `request-${requests.size + 1}`;
      requests.set(id, { operation, state: { status: 'pending' } });
      return { pending: id };
    },
    async poll(id, options) {
      expect(options?.kind).toBe('open');
      const request = requests.get(id);
      if (!request) throw new SignError('ERR_REQUEST_NOT_FOUND', 'gone');
      return request.state;
    },
    async cancel(id) {
      requests.delete(id);
    },
    close: async () => undefined,
  };
  async function approve() {
    for (const request of requests.values()) {
      const begun = await software.begin(request.operation);
      if ('done' in begun) request.state = { status: 'executed', result: begun.done };
    }
  }
  return { backend, requests, approve };
}

describe('a symmetric key', () => {
  it('opens what it sealed for the same purpose and no other, and never seals twice the same', async () => {
    const sealed = await sealer.seal({ algorithm, plaintext, aad });
    expect(sealed.byteLength).toBe(plaintext.byteLength + 28);
    expect(await sealer.open({ algorithm, sealed, aad })).toEqual(plaintext);
    expect(await sealer.seal({ algorithm, plaintext, aad })).not.toEqual(sealed);
    for (const other of [{ sealed, aad: utf8Bytes('another') }, { sealed }, { sealed: sealed.with(20, sealed[20]! ^ 1), aad }])
      expect(await code(sealer.open({ algorithm, ...other }))).toBe('ERR_REQUEST_FAILED');
    expect(await code(sealer.open({ algorithm, sealed: new Uint8Array(27), aad }))).toBe('ERR_REQUEST_FAILED');
  });

  it('opens when its guards agree, and tells them no plaintext', async () => {
    const sealed = await sealer.seal({ algorithm, plaintext, aad });
    const outcomes: object[] = [];
    let refuses = true;
    const guard: Guard<SecretIntent> = {
      judge() {
        if (refuses) throw new SignError('ERR_VETOED', 'not on a Sunday');
      },
      after: (outcome) => void outcomes.push(outcome),
    };
    const guarded = createSealer(software, ref, { guards: [guard] });
    const request = { algorithm, sealed, aad, source: { layers: 2 } } as const;
    expect(await code(guarded.check(request))).toBe('ERR_VETOED');
    expect(await code(guarded.open(request))).toBe('ERR_VETOED');
    refuses = false;
    expect(await guarded.open(request)).toEqual(plaintext);
    const intent = { purpose: 'decrypt', inputSha256: sha256Hex(sealed), source: { layers: 2 }, key: { ref } };
    expect(outcomes).toMatchObject([{ result: 'refused' }, { result: 'refused' }, { intent, result: 'decrypted' }]);
    expect(Object.keys(outcomes[2] ?? {}).sort()).toEqual(['intent', 'result']);
  });

  it('opens what NIST sealed, test case 16 of the specification of GCM', async () => {
    const key = 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308';
    const nist = createMemoryBackend();
    const own = createSealer(nist, nist.addSymmetricKey({ label: 'nist', secretKey: secretKey(key) }).ref);
    const iv = 'cafebabefacedbaddecaf888';
    const ciphertext =
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662';
    const tag = '76fc6ece0f4e1768cddf8853bb2d551b';
    const sealed = hexBytes(iv + ciphertext + tag);
    const opened = await own.open({ algorithm, sealed, aad: hexBytes('feedfacedeadbeeffeedfacedeadbeefabaddad2') });
    expect(Buffer.from(opened).toString('hex')).toBe(
      'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
    );
  });

  it('is pinned by the hash of what it makes of two known blocks, as OpenSSL computes it', async () => {
    expect(ref.checkSha256).toBe('c0c11ef635e181a6959c11997f043980ffce36184cc4e2ccd417b8a2c77b9568');
    const other = software.addSymmetricKey({ label: 'other' });
    const swapped = createSealer(software, { ...other.ref, checkSha256: ref.checkSha256 ?? '' });
    expect(await code(swapped.seal({ algorithm, plaintext }))).toBe('ERR_KEY_CHANGED');
    expect(() => createSealer(software, { label: 'layers', spkiSha256: '0'.repeat(64) })).toThrow(SignError);
  });

  it('does not give out what another key sealed that took its name: HSMs find a key by its label with each call (S7)', async () => {
    const hsm = createMemoryBackend();
    const first = hsm.addSymmetricKey({ label: 'layers' });
    const byLabel: KeyBackend = {
      ...hsm,
      begin: (operation, options) => hsm.begin({ ...operation, key: { label: 'layers' } } as KeyOperation, options),
    };
    // Of a pinned key, and of one that was described once.
    const sealers = [createSealer(byLabel, first.ref), createSealer(byLabel, { label: 'layers' })];
    for (const one of sealers) await one.seal({ algorithm, plaintext });
    hsm.deleteKey('layers');
    hsm.addSymmetricKey({ label: 'layers' });
    for (const one of sealers) expect(await code(one.seal({ algorithm, plaintext }))).toBe('ERR_KEY_CHANGED');
  });

  it('does only what it may, and is no key of a backend without symmetric keys', async () => {
    software.addSymmetricKey({ label: 'reads', secretKey: secretKey(counting), usages: ['decrypt'] });
    software.addSymmetricKey({ label: 'writes', secretKey: secretKey(counting), usages: ['encrypt'] });
    const [reads, writes] = [createSealer(software, { label: 'reads' }), createSealer(software, { label: 'writes' })];
    const sealed = await writes.seal({ algorithm, plaintext });
    expect(await reads.open({ algorithm, sealed })).toEqual(plaintext);
    expect(await code(reads.seal({ algorithm, plaintext }))).toBe('ERR_KEY_NOT_USABLE');
    expect(await code(writes.open({ algorithm, sealed }))).toBe('ERR_KEY_NOT_USABLE');
    const { describeSymmetricKey: _, ...without } = software;
    expect(await code(createSealer(without, ref).seal({ algorithm, plaintext }))).toBe('ERR_CAPABILITY_MISSING');
    expect(await code(sealer.seal({ algorithm, plaintext: new Uint8Array(4_097) }))).toBe('ERR_LIMIT');
    expect(await code(sealer.seal({ algorithm: 'aes-cbc' as 'aes-gcm', plaintext }))).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('does not give out what its backend cannot open again', async () => {
    const broken: KeyBackend = {
      ...software,
      async begin(operation, options) {
        const begun = await software.begin(operation, options);
        return operation.kind === 'seal' && 'done' in begun ? { done: begun.done.with(0, begun.done[0]! ^ 1) } : begun;
      },
    };
    expect(await code(createSealer(broken, ref).seal({ algorithm, plaintext, aad }))).toBe('ERR_PROTOCOL');
  });
});

describe('a symmetric key under policy', () => {
  it('opens once people agreed, and a later process continues their request; the result is deleted before it is given out', async () => {
    const { backend, requests, approve } = asking();
    const store = createMemoryStore();
    const bound = () => createSealer(backend, ref, { store, clock: fastClock() });
    const sealed = await bound().seal({ algorithm, plaintext, aad });
    const first = await code(bound().open({ algorithm, sealed, aad }, { timeoutMs: 0 }));
    expect([first, requests.size]).toEqual(['ERR_APPROVAL_PENDING', 1]);
    await approve();
    expect(await bound().open({ algorithm, sealed, aad })).toEqual(plaintext);
    expect(requests.size).toBe(0);
  });

  it('asks anew for the same text with other additional data: the first request is no answer to that', async () => {
    const { backend, requests, approve } = asking();
    const store = createMemoryStore();
    const bound = createSealer(backend, ref, { store, clock: fastClock() });
    const sealed = await bound.seal({ algorithm, plaintext, aad });
    await code(bound.open({ algorithm, sealed, aad }, { timeoutMs: 0 }));
    await approve();
    await code(bound.open({ algorithm, sealed, aad: utf8Bytes('another') }, { timeoutMs: 0 }));
    expect(requests.size).toBe(2);
  });

  it('cannot seal where people would have to approve that', async () => {
    const { backend, requests } = asking();
    const begin: KeyBackend['begin'] = async (operation) => {
      requests.set('request-1', { operation, state: { status: 'pending' } });
      return { pending: 'request-1' };
    };
    expect(await code(createSealer({ ...backend, begin }, ref).seal({ algorithm, plaintext }))).toBe('ERR_CAPABILITY_MISSING');
    expect(requests.size).toBe(0);
  });
});
