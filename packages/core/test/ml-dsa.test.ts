import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  base64Bytes,
  createSigner,
  hexBytes,
  keySpecOf,
  keySpecOfSpki,
  loadVerifier,
  type MlDsaSpec,
  mlDsaPublicKey,
  mlDsaSpki,
  pendingKey,
  publicKeyFromSpki,
  sha256Hex,
  signatureAlgorithmFor,
  utf8Bytes,
  verifySignature,
} from '../src/index.js';
import { createMemoryBackend, createMlDsaKey } from '../src/memory.js';

/** Published by the Wycheproof project; the file says which. */
const vectors = JSON.parse(readFileSync(new URL('./vectors/ml-dsa.json', import.meta.url), 'utf8')) as {
  readonly seed: string;
  readonly message: string;
  readonly context: string;
  readonly keys: Record<MlDsaSpec, { spkiSha256: string; signature: string; withContext?: string }>;
};
const specs = Object.keys(vectors.keys) as MlDsaSpec[];
const message = utf8Bytes(vectors.message);
const context = utf8Bytes(vectors.context);
const keyOf = (spec: MlDsaSpec) => createMlDsaKey(spec, hexBytes(vectors.seed));

/** Whether this runtime has ML-DSA of its own (Node 24.6 and later). */
function native(spki: Uint8Array): boolean {
  try {
    return keySpecOf(publicKeyFromSpki(spki)) !== undefined;
  } catch {
    return false;
  }
}

describe.each(specs)('%s', (spec) => {
  const vector = vectors.keys[spec];

  it('the published seed gives the published key', async () => {
    const { spki } = await keyOf(spec);
    expect(sha256Hex(spki)).toBe(vector.spkiSha256);
    expect(keySpecOfSpki(spki)).toBe(spec);
  });

  it('the published signature verifies, and not for another message, algorithm, bit or length', async () => {
    const signature = base64Bytes(vector.signature);
    const verifier = await loadVerifier((await keyOf(spec)).spki);
    expect(verifier.spec).toBe(spec);
    expect(verifier.verify(spec, message, signature)).toBe(true);
    expect(verifier.verify(spec, utf8Bytes('Hello worlD'), signature)).toBe(false);
    expect(verifier.verify(spec === 'ml-dsa-44' ? 'ml-dsa-65' : 'ml-dsa-44', message, signature)).toBe(false);
    expect(verifier.verify(spec, message, signature.subarray(1))).toBe(false);
    signature[7] = (signature[7] ?? 0) ^ 1;
    expect(verifier.verify(spec, message, signature)).toBe(false);
  });

  it('what the software key signs verifies, natively as well where the runtime can, and is different each time', async () => {
    const { spki, sign } = await keyOf(spec);
    const [one, two] = [sign(message), sign(message)];
    expect(one).not.toEqual(two);
    expect((await loadVerifier(spki)).verify(spec, message, one)).toBe(true);
    if (native(spki)) expect(verifySignature(publicKeyFromSpki(spki), spec, message, two)).toBe(true);
  });

  it('a signer over the memory backend signs and verifies it', async () => {
    const backend = createMemoryBackend();
    const { spki } = await backend.createKey({ label: 'k', spec });
    const signer = createSigner(backend, { label: 'k' }, { allowOpaque: true });
    const signature = await signer.sign({ algorithm: spec, input: { message } });
    expect((await loadVerifier(spki)).verify(spec, message, signature)).toBe(true);
  });

  it.each(['notary', 'x509'] as const)('is refused by %s, by code', (format) => {
    const refusal = expect.objectContaining({ code: 'ERR_ALGORITHM_UNSUPPORTED', details: { format, spec } });
    expect(() => signatureAlgorithmFor(format, spec)).toThrow(refusal);
  });
});

describe('a context', () => {
  it('is part of what the published signature is over', async () => {
    const verifier = await loadVerifier((await keyOf('ml-dsa-44')).spki);
    const signature = base64Bytes(vectors.keys['ml-dsa-44'].withContext ?? '');
    expect(verifier.verify('ml-dsa-44', message, signature, { context })).toBe(true);
    expect(verifier.verify('ml-dsa-44', message, signature)).toBe(false);
    expect(verifier.verify('ml-dsa-44', message, signature, { context: utf8Bytes('context') })).toBe(false);
  });

  it('reaches the key through a signer, and is bounded', async () => {
    const backend = createMemoryBackend();
    const { spki } = backend.addKey({ label: 'k', privateKey: await keyOf('ml-dsa-44') });
    const signer = createSigner(backend, { label: 'k' }, { allowOpaque: true });
    const request = { algorithm: 'ml-dsa-44', input: { message }, context } as const;
    const signature = await signer.sign(request);
    expect((await loadVerifier(spki)).verify('ml-dsa-44', message, signature, { context })).toBe(true);
    const refusal = { code: 'ERR_INVALID_ARGUMENT' };
    await expect(signer.sign({ ...request, context: new Uint8Array(256) })).rejects.toMatchObject(refusal);
    await backend.createKey({ label: 'ec', spec: 'ec-p256' });
    const ec = createSigner(backend, { label: 'ec' }, { allowOpaque: true });
    await expect(ec.sign({ ...request, algorithm: 'ecdsa-sha256' })).rejects.toMatchObject(refusal);
  });

  it('tells recorded requests apart', async () => {
    const operation = { kind: 'sign', key: { label: 'k' }, algorithm: 'ml-dsa-44', input: { message } } as const;
    const intent = (extra: object) => ({
      backend: 'b',
      key: {},
      domain: undefined,
      inputSha256: 'x',
      operation: { ...operation, ...extra },
    });
    const keys = [{}, { context: new Uint8Array() }, { context }].map((extra) => pendingKey(intent(extra) as never));
    expect(new Set(keys).size).toBe(3);
  });
});

describe('SubjectPublicKeyInfo of ML-DSA', () => {
  it('has one form: any other byte before the key, or another length, is another key', async () => {
    const { spki } = await keyOf('ml-dsa-44');
    const key = mlDsaPublicKey(spki);
    expect(key && mlDsaSpki(key)).toEqual(spki);
    for (let at = 0; at < 22; at++)
      expect(mlDsaPublicKey(spki.map((byte, i) => (i === at ? byte ^ 1 : byte))), String(at)).toBeUndefined();
    expect(mlDsaPublicKey(spki.subarray(0, -1))).toBeUndefined();
    expect(mlDsaPublicKey(new Uint8Array())).toBeUndefined();
  });

  it('keeps the private half where nothing prints it', async () => {
    const key = await keyOf('ml-dsa-44');
    expect(Object.keys(key).sort()).toEqual(['sign', 'spec', 'spki']);
    await expect(createMlDsaKey('ml-dsa-44', new Uint8Array(31))).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
