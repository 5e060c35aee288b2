import { createPublicKey, verify } from 'node:crypto';
import { base64Bytes, createSigner, publicKeyFromSpki, SignError, utf8Bytes, verifySignature } from '@securosys/core';
import {
  approverKeyFromPrivateKey,
  buildPolicy,
  createApprover,
  createTsbBackend,
  createTsbClient,
  quorum,
} from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { approvers, createWorld, message } from './support.js';

/** The real client against the emulator: both sides of one contract, with real signatures between them. */
function connect() {
  const { tsb, clock } = createWorld();
  const options = { url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock } as const;
  return { tsb, clock, options, client: createTsbClient(options), backend: createTsbBackend(options) };
}

describe('client and emulator', () => {
  it('make, use and delete a plain key', async () => {
    const { client, backend } = connect();
    await client.keys.create({ label: 'plain', spec: 'ec-p384', policy: null, attributes: { destroyable: true } });
    const info = await backend.describeKey({ label: 'plain' });
    expect(info).toMatchObject({ spec: 'ec-p384', needsApproval: false });
    const operation = { kind: 'sign', key: info.ref, algorithm: 'ecdsa-sha384', input: { message } } as const;
    const begun = await backend.begin(operation);
    const signature = 'done' in begun ? begun.done : new Uint8Array();
    expect(verifySignature(publicKeyFromSpki(info.spki), 'ecdsa-sha384', message, signature)).toBe(true);
    await client.keys.delete('plain');
    await expect(backend.describeKey({ label: 'plain' })).rejects.toMatchObject({ code: 'ERR_KEY_NOT_FOUND' });
  });

  it('carry a request from the signer over two approvers to a signature that verifies', async () => {
    const { tsb, client, backend, options, clock } = connect();
    const people = approvers(3);
    const rule = quorum(2, people, { timeoutSeconds: 3600 });
    await client.keys.create({ label: 'release', spec: 'ec-p256', policy: buildPolicy({ use: rule }) });
    const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, clock });
    const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input: { message } });
    for (const person of people.slice(0, 2)) {
      const approver = createApprover({
        ...options,
        key: approverKeyFromPrivateKey(person.privateKey),
        formats: [],
        pinnedTimestampKey: tsb.timestampKey,
      });
      const [view, ...others] = await approver.tasks();
      expect(others).toEqual([]);
      expect(view).toMatchObject({ keyLabel: 'release', mismatches: [] });
      expect(view?.risks).not.toContain('timestamp-unverified');
      if (view) await approver.approve(view, { allowBlind: true });
      expect(await approver.tasks()).toEqual([]);
    }
    const signature = await operation.result();
    const { spki } = await signer.describe();
    expect(verifySignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, signature)).toBe(true);
  });

  it('agree about a rejection', async () => {
    const { client, backend, options, clock } = connect();
    const [person] = approvers(1);
    const policy = buildPolicy({ use: quorum(1, [person!], { timeoutSeconds: 600 }) });
    await client.keys.create({ label: 'release', spec: 'ec-p256', policy });
    const signer = createSigner(backend, { label: 'release' }, { allowOpaque: true, clock });
    const operation = await signer.begin({ algorithm: 'ecdsa-sha256', input: { message } });
    const approver = createApprover({ ...options, key: approverKeyFromPrivateKey(person!.privateKey), formats: [] });
    for (const view of await approver.tasks()) await approver.reject(view);
    await expect(operation.result()).rejects.toMatchObject({ code: 'ERR_APPROVAL_REJECTED' });
  });

  it('notice a forged signature', async () => {
    const { tsb, client, backend } = connect();
    await client.keys.create({ label: 'plain', spec: 'ec-p256', policy: null });
    const signer = createSigner(backend, { label: 'plain' }, { allowOpaque: true });
    tsb.faults.add({ kind: 'wrong-signature', endpoint: 'synchronousSign' });
    const error = await signer.sign({ algorithm: 'ecdsa-sha256', input: { message } }).catch((e: unknown) => e);
    expect(SignError.is(error, 'ERR_SIGNATURE_MISMATCH')).toBe(true);
  });

  it('attest a key with the attestation key', async () => {
    const { tsb, client } = connect();
    const { xml = '', xmlSignature = '' } = await client.keys.create({ label: 'k', spec: 'ed25519', policy: null });
    const key = createPublicKey({ key: Buffer.from(tsb.attestationKey), format: 'der', type: 'spki' });
    expect(verify('sha256', utf8Bytes(xml), key, base64Bytes(xmlSignature))).toBe(true);
  });
});
