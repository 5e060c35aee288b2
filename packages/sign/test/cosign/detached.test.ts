import { generateKeyPairSync, sign as signWithNode } from 'node:crypto';
import { createSigner, SignError, spkiOf, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import {
  attachCosignSignature,
  cosignPublicKeyPem,
  cosignTrust,
  generatePayload,
  signPayload,
  verifyImage,
} from '../../src/index.js';
import { approveAll, createWorld, pushImage, repositoryName, tagged } from '../helpers.js';
import { createCosignWorld } from './world.js';

const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

describe('the detached flow', () => {
  it('writes the payload as cosign does, signs it, and attaches what was signed', async () => {
    const world = await createCosignWorld();
    const { oci, clock } = world;
    const { payload, reference } = await generatePayload(tagged, { oci, annotations: { build: '42' } });
    expect(Buffer.from(payload).toString()).toBe(
      `{"critical":{"identity":{"docker-reference":"${repositoryName}"},"image":{"docker-manifest-digest":"${world.digest}"},"type":"cosign container image signature"},"optional":{"build":"42"}}`,
    );
    const { base64 } = await signPayload(payload, { signer: world.signer() });
    const publicKey = cosignPublicKeyPem(await world.spki());
    // GNU base64 breaks lines.
    const wrapped = base64.replace(/.{76}/g, '$&\n');
    await attachCosignSignature(reference, { payload, signature: wrapped }, { publicKey, oci });
    const trust = await world.trust({ annotations: { build: '42' } });
    expect((await verifyImage(tagged, { trust, oci, clock })).reference).toBe(reference);
  });

  it('takes a signature that something else made, and nothing that the key did not sign or that is about another image', async () => {
    const { oci, clock } = await createCosignWorld();
    await pushImage(oci, `${repositoryName}:other`, 'another image');
    const { privateKey, publicKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKey = cosignPublicKeyPem(spkiOf(key));
    const { payload, reference } = await generatePayload(tagged, { oci });
    const signature = new Uint8Array(signWithNode('sha256', payload, privateKey));
    const attach = (files: object, at = reference) =>
      attachCosignSignature(at, { payload, signature, ...files }, { publicKey, oci });
    expect((await thrown(attach({}, `${repositoryName}:other`))).code).toBe('ERR_DIGEST_MISMATCH');
    const changed = utf8Bytes(Buffer.from(payload).toString().replace('null', '{"a":"b"}'));
    expect((await thrown(attach({ payload: changed }))).code).toBe('ERR_SIGNATURE_MISMATCH');
    expect((await thrown(attach({ signature: 'AAAA' }))).code).toBe('ERR_SIGNATURE_MISMATCH');
    expect((await thrown(attach({ signature: '!' }))).code).toBe('ERR_MALFORMED');
    expect((await thrown(attach({ payload: utf8Bytes('{}') }))).code).toBe('ERR_MALFORMED');
    const first = await attach({});
    expect(await attach({})).toEqual(first);
    await verifyImage(tagged, { trust: cosignTrust({ keys: [{ publicKey }] }), oci, clock });
  });

  it('signs payloads of cosign and nothing else, after people have approved what they say', async () => {
    const world = await createWorld();
    const signer = createSigner(world.backend(), { label: 'release' }, { store: world.store, clock: world.clock });
    expect((await thrown(signPayload(utf8Bytes('{"_type":"x"}'), { signer }))).code).toBe('ERR_MALFORMED');
    const { payload } = await generatePayload(tagged, { oci: world.oci });
    expect((await thrown(signPayload(payload, { signer }))).code).toBe('ERR_APPROVAL_PENDING');
    await approveAll(world);
    expect((await signPayload(payload, { signer })).base64).toMatch(/^[A-Za-z0-9+/]+=*$/);
    expect(world.tsb.requests).toHaveLength(1);
  });
});
