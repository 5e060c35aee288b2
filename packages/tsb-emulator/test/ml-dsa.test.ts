import { base64Bytes, base64Text, createSigner, type JsonObject, loadVerifier, utf8Bytes } from '@securosys/core';
import { createTsbBackend } from '@securosys/tsb-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { createWorld, message, signBody, type World } from './support.js';

const attributes = { decrypt: false, sign: true, unwrap: false, destroyable: true };
let world: World;

async function create(label: string, algorithm: string, more: object = {}) {
  const { status, body } = await world.call('POST', '/v1/key', { label, algorithm, attributes, ...more });
  return { status, errorCode: body.errorCode, json: body.json as JsonObject | undefined };
}

async function signed(label: string, more: object = {}) {
  const { body } = await world.call('POST', '/v1/synchronousSign', signBody(label, { payload: base64Text(message), ...more }));
  return { errorCode: body.errorCode, signature: base64Bytes(String(body.signature ?? '')) };
}

beforeAll(async () => {
  world = createWorld();
  await world.tsb.addKey({ label: 'rsa-like', spec: 'ec-p256' });
});

describe.each([
  ['ML-DSA-44', 'ml-dsa-44', 2420, '2.16.840.1.101.3.4.3.17'],
  ['ML-DSA-65', 'ml-dsa-65', 3309, '2.16.840.1.101.3.4.3.18'],
  ['ML-DSA-87', 'ml-dsa-87', 4627, '2.16.840.1.101.3.4.3.19'],
] as const)('%s', (algorithm, spec, length, algorithmOid) => {
  it('is made, signs messages and contexts, and its signatures verify', async () => {
    const { status, json } = await create(spec, algorithm);
    expect(status).toBe(201);
    expect(json).toMatchObject({ algorithm, algorithmOid });
    const verifier = await loadVerifier(base64Bytes(String(json?.publicKey)));
    expect(verifier.spec).toBe(spec);
    const { signature } = await signed(spec, { signatureAlgorithm: 'ML_DSA' });
    expect(signature).toHaveLength(length);
    expect(verifier.verify(spec, message, signature)).toBe(true);
    const context = utf8Bytes('payments');
    const bound = await signed(spec, { signatureAlgorithm: 'ML_DSA', context: base64Text(context) });
    expect(verifier.verify(spec, message, bound.signature, { context })).toBe(true);
    expect(verifier.verify(spec, message, bound.signature)).toBe(false);
  });

  it('signs for the client, which verifies it', async () => {
    const label = `client ${spec}`;
    const { url, token, fetch } = world.tsb;
    await world.tsb.addKey({ label, spec });
    const backend = createTsbBackend({ url, auth: { type: 'token', token }, fetch });
    const signer = createSigner(backend, { label }, { allowOpaque: true });
    const context = utf8Bytes('c');
    expect((await signer.describe()).spec).toBe(spec);
    expect(await signer.sign({ algorithm: spec, input: { message }, context })).toHaveLength(length);
    await backend.close();
  });
});

describe('names and refusals', () => {
  it('the names of draft servers mean the final algorithms', async () => {
    expect((await create('draft', 'DILITHIUM_L2')).json).toMatchObject({ algorithm: 'ML-DSA-44' });
    expect((await signed('draft', { signatureAlgorithm: 'DILITHIUM' })).signature).toHaveLength(2420);
    expect((await create('draft 2', 'SPHINCS_PLUS_SHAKE_L1')).errorCode).toBe(101);
    expect((await signed('draft', { signatureAlgorithm: 'SPHINCS_PLUS' })).errorCode).toBe(101);
  });

  it('a context is refused where there is none, and when it is too long', async () => {
    await create('bounded', 'ML-DSA-44');
    const long = base64Text(new Uint8Array(256));
    expect((await signed('bounded', { signatureAlgorithm: 'ML_DSA', context: long })).errorCode).toBe(600);
    expect((await signed('rsa-like', { signatureAlgorithm: 'SHA256_WITH_ECDSA', context: 'AQID' })).errorCode).toBe(600);
  });

  it('ML_DSA is not for other keys, nor theirs for ML-DSA', async () => {
    await create('mine', 'ML-DSA-44');
    expect((await signed('rsa-like', { signatureAlgorithm: 'ML_DSA' })).errorCode).toBe(607);
    expect((await signed('mine', { signatureAlgorithm: 'SHA256_WITH_ECDSA' })).errorCode).toBe(607);
  });

  it.each([
    ['SLH-DSA-SHA2-128s', {}],
    ['BLS', {}],
    ['LMS', {}],
    ['ML-KEM-768', {}],
    ['RSA', { keySize: 8192 }],
    ['EC', { curveOid: '1.3.36.3.3.2.8.1.1.7' }],
  ])('101 for %s %j, which only a real TSB makes', async (algorithm, more) => {
    expect((await create(`no ${algorithm}`, algorithm, more)).errorCode).toBe(101);
  });

  it.each([
    ['RSA', { keySize: 1000 }],
    ['RSA', {}],
    ['EC', { curveOid: '1.2.3' }],
    ['ED', { curveOid: '1.3.132.0.34' }],
    ['ML-DSA-44', { keySize: 44 }],
  ])('603 for %s %j, which nobody makes', async (algorithm, more) => {
    expect((await create(`nobody ${algorithm}`, algorithm, more)).errorCode).toBe(603);
  });
});
