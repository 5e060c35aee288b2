import { generateKeyPairSync, verify } from 'node:crypto';
import { base64Bytes, base64Text, createSigner, type KeyRef, type KeySpec, type SignOperation, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { prepareCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import {
  type ApproverKey,
  approverKeyFromCertificate,
  approverKeyFromPrivateKey,
  approverKeyFromSigner,
} from '../../src/index.js';
import { approverBefore, spki, taskOf } from './task.js';

const text = utf8Bytes('2026-11-21T11:59:55Z');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const validity = { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2027, 0) };

async function signerOf(spec: KeySpec) {
  const backend = createMemoryBackend();
  await backend.createKey({ label: 'ada', spec });
  return createSigner(backend, { label: 'ada' });
}

/** A certificate of a key, signed by it. */
async function certificateOf(signer: Awaited<ReturnType<typeof signerOf>>): Promise<Uint8Array> {
  const prepared = await prepareCertificate({ subject: 'CN=Ada', key: await signer.describe(), validity, profile: 'ca' });
  const issuing = createSigner(signer.backend, signer.ref, { allowCertificates: true });
  return prepared.assemble({ certificate: await issuing.sign(prepared.parts[0]!) });
}

/** As the TSB checks it (§5.2): by the digest that the approver names. */
function holds(key: ApproverKey, signature: Uint8Array): boolean {
  const hash = key.digestAlgorithm === 'EdDSA' ? null : key.digestAlgorithm.replace('-', '').toLowerCase();
  return verify(hash, text, { key: Buffer.from(key.spki), format: 'der', type: 'spki' }, signature);
}

describe('an approver key that a backend holds', () => {
  it.each<[KeySpec, string]>([
    ['rsa-2048', 'SHA-256'],
    ['ec-p256', 'SHA-256'],
    ['ec-p384', 'SHA-384'],
    ['ec-p521', 'SHA-512'],
    ['ed25519', 'EdDSA'],
  ])('signs as the wire has it: %s', async (spec, digest) => {
    const key = await approverKeyFromSigner(await signerOf(spec));
    expect(key.digestAlgorithm).toBe(digest);
    expect(holds(key, await key.sign(text))).toBe(true);
  });

  it('of a kind that cannot approve is refused', async () => {
    const signer = { describe: async () => ({ spec: 'ml-dsa-44', spki: new Uint8Array(1) }) };
    await expect(approverKeyFromSigner(signer as never)).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  });

  it('that needs approvals itself is refused, whether the backend says so or asks people', async () => {
    const signer = await signerOf('ec-p256');
    const describe = async () => ({ ...(await signer.describe()), needsApproval: true });
    await expect(approverKeyFromSigner({ ...signer, describe })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
    const cancelled: string[] = [];
    const backend = {
      ...signer.backend,
      describeKey: (ref: KeyRef) => signer.backend.describeKey(ref),
      begin: async () => ({ pending: 'request 7' }),
      cancel: async (id: string) => void cancelled.push(id),
    };
    const key = await approverKeyFromSigner({ ...signer, backend: backend as never });
    await expect(key.sign(text)).rejects.toMatchObject({ code: 'ERR_KEY_NOT_USABLE' });
    expect(cancelled).toEqual(['request 7']);
  });

  it.each([
    ['a document', utf8Bytes('what is to be signed')],
    ['a time with something behind it', utf8Bytes('2026-11-21T11:59:55Z ')],
    ['a challenge with something behind it', Uint8Array.of(...base64Bytes(taskOf().approvalToBeSigned), 0)],
    ['nothing', new Uint8Array()],
  ])('signs logins and approvals only, so that it is no way around a signer: %s', async (_, message) => {
    const key = await approverKeyFromSigner(await signerOf('ec-p256'));
    await expect(key.sign(message)).rejects.toMatchObject({ code: 'ERR_CROSS_PROTOCOL' });
  });

  it('whose backend signs something else is noticed before anything is sent', async () => {
    const signer = await signerOf('ec-p256');
    const begin = (operation: SignOperation) => signer.backend.begin({ ...operation, input: { message: utf8Bytes('other') } });
    const key = await approverKeyFromSigner({ ...signer, backend: { ...signer.backend, begin } as never });
    await expect(key.sign(text)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
  });

  it('may be known to the policy by certificate', async () => {
    const signer = await signerOf('ec-p256');
    const certificate = await certificateOf(signer);
    const key = await approverKeyFromSigner(signer, { certificate });
    expect(key.certificate).toEqual(certificate);
    const foreign = await certificateOf(await signerOf('ec-p256'));
    await expect(approverKeyFromSigner(signer, { certificate: foreign })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('an approver by certificate', () => {
  it('logs in and approves with exactly the certificate of the policy, and never with the bare key', async () => {
    const signer = await signerOf('ec-p384');
    const certificate = await certificateOf(signer);
    const key = approverKeyFromCertificate(certificate, await approverKeyFromSigner(signer));
    const task = { ...taskOf(), approverPublicKey: base64Text(key.spki) };
    const { approver, posted } = approverBefore([task], { key });
    const [view] = await approver.tasks();
    await approver.approve(view!);
    for (const { json } of posted) {
      expect(json).toMatchObject({ approverCertificate: base64Text(certificate) });
      expect(json).not.toHaveProperty('approverPublicKey');
    }
    const sent = posted.at(-1)?.json as Record<string, string>;
    const bytes = base64Bytes(task.approvalToBeSigned);
    const publicKey = { key: Buffer.from(key.spki), format: 'der', type: 'spki' } as const;
    expect(sent.approvalDigestAlgorithm).toBe('SHA-384');
    expect(verify('sha384', bytes, publicKey, base64Bytes(String(sent.signature)))).toBe(true);
  });

  it.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['of another key', async () => certificateOf(await signerOf('ec-p256'))],
    ['that is none', () => utf8Bytes('certificate')],
    ['with bytes behind it', async () => Uint8Array.of(...(await certificateOf(await signerOf('ec-p256'))), 0)],
    ['as text', () => 'MIIB' as never],
  ])('with a certificate %s is refused', async (_, certificate) => {
    const bytes = await certificate();
    expect(() => approverKeyFromCertificate(bytes, pair.privateKey)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('whose private key is in memory is the same person as by public key', async () => {
    expect(approverKeyFromPrivateKey(pair.privateKey).spki).toEqual(spki(pair.publicKey));
  });
});
