import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { keyMaterial } from '../../../tests/rsa-key.js';
import {
  createSigner,
  type KeySpec,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  type SigningIntent,
  verifySignature,
} from '../src/index.js';
import { createMemoryBackend, generateSoftwareKey } from '../src/memory.js';
import { approvalBackend, jwsMessage } from './helpers.js';

const message = jwsMessage();
const jws = { algorithm: 'ecdsa-sha256', domain: 'jws', input: { message } } as const;

async function memory(spec: KeySpec = 'ec-p256') {
  const backend = createMemoryBackend();
  const key = keyMaterial(spec);
  if ('privateKey' in key) backend.addKey({ label: 'release', ...key });
  else await backend.createKey({ label: 'release', ...key });
  return backend;
}

describe('createSigner', () => {
  it.each<[KeySpec, SignatureAlgorithm, number]>([
    ['rsa-2048', 'rsa-pss-sha256', 256],
    ['rsa-2048', 'rsa-pkcs1-sha512', 256],
    ['ec-p256', 'ecdsa-sha256', 64],
    ['ec-p384', 'ecdsa-sha384', 96],
    ['ec-p521', 'ecdsa-sha512', 132],
    ['ed25519', 'ed25519', 64],
  ])('signs with %s by %s: %i bytes that verify, in an array of their own', async (spec, algorithm, length) => {
    const backend = await memory(spec);
    const signer = createSigner(backend, { label: 'release' });
    const signature = await signer.sign({ ...jws, algorithm });
    expect(signature.byteLength).toBe(length);
    expect(signature.buffer.byteLength).toBe(length);
    const { spki } = await signer.describe();
    expect(verifySignature(publicKeyFromSpki(spki), algorithm, message, signature)).toBe(true);
  });

  it.each<[KeySpec, SignatureAlgorithm]>([
    ['ec-p256', 'rsa-pss-sha256'],
    ['rsa-2048', 'ecdsa-sha256'],
    ['ed25519', 'ecdsa-sha256'],
  ])('refuses an algorithm that a %s key cannot do', async (spec, algorithm) => {
    await expect(createSigner(await memory(spec), { label: 'release' }).sign({ ...jws, algorithm })).rejects.toMatchObject({
      code: 'ERR_ALGORITHM_UNSUPPORTED',
    });
  });

  it('finds no key after the backend was closed, by hand or at the end of a block', async () => {
    const closed = await memory();
    await closed.close();
    let left: ReturnType<typeof createMemoryBackend>;
    {
      await using inside = await memory();
      await createSigner(inside, { label: 'release' }).sign(jws);
      left = inside;
    }
    for (const backend of [closed, left])
      await expect(backend.describeKey({ label: 'release' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  it('refuses a label that does not exist and an option that it does not know', async () => {
    const backend = await memory();
    await expect(createSigner(backend, { label: 'relaese' }).sign(jws)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
    expect(() => createSigner(backend, { label: 'release' }, { allowOpacity: true } as object)).toThrow(/allowOpacity/);
    expect(() => createSigner(backend, {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('notices a key that was deleted and created again behind its label (S7)', async () => {
    const backend = await memory();
    const signer = createSigner(backend, { label: 'release' });
    await signer.sign(jws);
    backend.deleteKey('release');
    await backend.createKey({ label: 'release', spec: 'ec-p256' });
    await expect(signer.sign(jws)).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });

  it('notices a swapped public key in the description when the hash is pinned (S7)', async () => {
    const backend = await memory();
    const { ref } = await backend.describeKey({ label: 'release' });
    const other = await memory();
    const lying = { ...backend, describeKey: () => other.describeKey({ label: 'release' }) };
    await expect(createSigner(lying, ref).sign(jws)).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });

  it('returns no signature that does not verify, and says when the key changed instead', async () => {
    const backend = await memory();
    const wrong = { ...backend, begin: async () => ({ done: new Uint8Array(64).fill(1) }) };
    await expect(createSigner(wrong, { label: 'release' }).sign(jws)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
  });

  it('refuses blocked keys and keys that may not sign', async () => {
    const backend = await memory();
    const info = await backend.describeKey({ label: 'release' });
    for (const change of [{ blocked: true }, { usages: ['decrypt' as const] }]) {
      const changed = { ...backend, describeKey: async () => ({ ...info, ...change }) };
      await expect(createSigner(changed, { label: 'release' }).sign(jws)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
    }
  });

  it('works with a public key alone, without describing the key', async () => {
    const backend = await memory();
    const { spki } = await backend.describeKey({ label: 'release' });
    let described = 0;
    const blind = {
      ...backend,
      describeKey: async () => {
        described++;
        throw new Error('not allowed');
      },
    };
    const signature = await createSigner(blind, { label: 'release' }, { publicKey: spki }).sign(jws);
    expect(verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, signature)).toBe(true);
    expect(described).toBe(0);
  });
});

describe('what people approve (S2)', () => {
  const digest = createHash('sha256').update(message).digest();

  it('gives keys with approvals the whole message, also when the caller has a digest with its preimage', async () => {
    const backend = await approvalBackend();
    const signer = createSigner(backend, { label: 'release' });
    await signer.begin({ ...jws, input: { digest, preimage: message } });
    const [request] = [...backend.requests.values()];
    expect(request?.operation).toMatchObject({ input: { message: Uint8Array.from(message) } });
  });

  it('refuses a digest without a preimage unless blind signing is allowed by name', async () => {
    const backend = await memory();
    await expect(createSigner(backend, { label: 'release' }).sign({ ...jws, input: { digest } })).rejects.toMatchObject({
      code: 'ERR_BLIND_SIGNING',
    });
  });

  it('refuses a preimage that is not the one of the digest', async () => {
    const backend = await memory();
    const request = { ...jws, input: { digest, preimage: jwsMessage('e31') } };
    await expect(createSigner(backend, { label: 'release' }).sign(request)).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
  });

  it('gives the backend a message of any length: only it knows how long people can be shown', async () => {
    const backend = await approvalBackend();
    const long = jwsMessage('A'.repeat(64 * 1024));
    await createSigner(backend, { label: 'release' }).begin({ ...jws, input: { message: long } });
    expect(backend.requests.get('request-1')?.operation).toMatchObject({ input: { message: long } });
  });
});

describe('guards', () => {
  it('see the facts and can veto; nothing reaches the backend then', async () => {
    const backend = await approvalBackend();
    const seen: SigningIntent[] = [];
    const outcomes: string[] = [];
    const guard = {
      before: (intent: SigningIntent) => void seen.push(intent),
      after: (o: { result: string }) => void outcomes.push(o.result),
    };
    const veto = {
      before: () => {
        throw new Error('not on Fridays');
      },
    };
    await createSigner(backend, { label: 'release' }, { guards: [guard] }).begin({ ...jws, claims: { tag: '1.4' } });
    expect(seen[0]).toMatchObject({ backend: 'approvals', domain: 'jws', operation: { claims: { tag: '1.4' } } });
    expect(outcomes).toEqual(['pending']);
    await expect(
      createSigner(backend, { label: 'release' }, { guards: [guard, veto] }).begin({
        ...jws,
        input: { message: jwsMessage('e31') },
      }),
    ).rejects.toMatchObject({
      code: 'ERR_VETOED',
      cause: expect.objectContaining({ message: 'not on Fridays' }),
    });
    expect(backend.requests.size).toBe(1);
  });
});

it('makes software keys of every spec this runtime has', async () => {
  const { privateKey } = await generateSoftwareKey('ec-p521');
  expect(privateKey.asymmetricKeyDetails?.namedCurve).toBe('secp521r1');
});

describe('facts for guards', () => {
  const format = {
    id: 'test',
    explain: (bytes: Uint8Array) => (bytes.byteLength > 0 ? { format: 'test', title: 'what the bytes say' } : undefined),
  };

  it('are recomputed by the signer’s formats; what a caller says instead is refused', async () => {
    const backend = await approvalBackend();
    const seen: SigningIntent[] = [];
    const guards = [{ before: (intent: SigningIntent) => void seen.push(intent) }];
    const lie = { format: 'test', title: 'something harmless' };
    await expect(
      createSigner(backend, { label: 'release' }, { guards, formats: [format] }).begin({ ...jws, facts: lie }),
    ).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
    await createSigner(backend, { label: 'release' }, { guards, formats: [format] }).begin(jws);
    await createSigner(backend, { label: 'release' }, { guards }).begin({ ...jws, facts: lie });
    expect(seen.map(({ operation }) => operation.facts?.title)).toEqual(['what the bytes say', undefined]);
  });
});

describe('what the author of a backend gets wrong is said, and nothing hangs', () => {
  it.each<[string, object]>([
    ['begin gives raw bytes', { begin: async () => new Uint8Array(64) }],
    ['begin gives nothing', { begin: async () => undefined }],
    ['begin gives an empty id', { begin: async () => ({ pending: '' }) }],
    ['describeKey leaves spki out', { describeKey: async () => ({ usages: ['sign'] }) }],
    ['describeKey leaves usages out', { describeKey: async () => ({ spki: new Uint8Array(3) }) }],
  ])('%s', async (_, change) => {
    const backend = { ...(await memory()), ...change } as never;
    await expect(createSigner(backend, { label: 'release' }).sign(jws)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('a key described as another spec', async () => {
    const backend = await memory();
    const info = await backend.describeKey({ label: 'release' });
    const wrong = { ...backend, describeKey: async () => ({ ...info, spec: 'ec-p384' as const }) };
    await expect(createSigner(wrong, { label: 'release' }).describe()).rejects.toMatchObject({
      code: 'ERR_PROTOCOL',
      message: expect.stringContaining('ec-p384'),
    });
  });

  it('poll answers with a state that does not exist, or without the result', async () => {
    for (const state of [{ status: 'done' }, undefined, { status: 'executed' }]) {
      const backend = await approvalBackend();
      const operation = await createSigner(backend, { label: 'release' }).begin(jws);
      backend.poll = async () => state as never;
      await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    }
  });

  it('messages that are not bytes, and no backend at all', async () => {
    const signer = createSigner(await memory(), { label: 'release' }, { allowOpaque: true });
    await expect(signer.sign({ algorithm: 'ecdsa-sha256', input: { message: 'hello' as never } })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(() => createSigner(undefined as never, { label: 'release' })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });
});
