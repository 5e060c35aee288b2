import { createHash, createPublicKey } from 'node:crypto';
import { utf8Bytes } from '@securosys/core';
import { parseCertificate } from '@securosys/pki';
import { approverKeyFromCertificate, buildPolicy, createApprover, quorum, verifyAttestation } from '@securosys/tsb-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { message } from '../support.js';
import { connect } from './connect.js';

let world: ReturnType<typeof connect>;
beforeAll(() => {
  world = connect();
});

describe('client.hmac, client.timestamp and client.dataObjects with the emulator', () => {
  it.each([false, true])('an HMAC is of its payload alone; asked at its own endpoint: %j', async (ownEndpoint) => {
    const { client } = world;
    const label = `hmac ${ownEndpoint}`;
    await client.keys.create({ label, algorithm: 'HMACSHA256', policy: null });
    const keyedHash = await client.hmac.compute({ label, payload: message });
    expect(keyedHash.byteLength).toBe(32);
    expect(await client.hmac.verify({ label, payload: message, keyedHash }, { ownEndpoint })).toBe(true);
    expect(await client.hmac.verify({ label, payload: utf8Bytes('another'), keyedHash }, { ownEndpoint })).toBe(false);
  });

  it('a timestamp token carries the digest of what it dates', async () => {
    const token = await world.client.timestamp(message);
    expect(Buffer.from(token).includes(createHash('sha256').update(message).digest())).toBe(true);
  });

  it('a data object comes back until it is deleted, and its name is taken meanwhile', async () => {
    const { dataObjects } = world.client;
    const object = { name: 'a b/ä', value: message, attributes: { private: true, modifiable: false, destroyable: true } };
    await dataObjects.create(object);
    expect(await dataObjects.get(object.name)).toEqual(object);
    await expect(dataObjects.create(object)).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    await dataObjects.delete(object.name);
    await expect(dataObjects.get(object.name)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});

describe('client.attestation with the emulator', () => {
  it('each form of an attestation verifies under the emulated root, and under it only when emulators are allowed', async () => {
    const { client, tsb, clock } = world;
    await client.keys.create({ label: 'attested', spec: 'ec-p256', policy: null });
    const { xml = '', xmlSignature = '', attestationKeyName, json } = await client.keys.attributes('attested');
    const chain = await client.attestation.chain(attestationKeyName);
    const forms = [
      { xml, xmlSignature, chain },
      { zip: await client.attestation.archive('attested') },
      await client.attestation.of('attested'),
    ];
    const roots = [await tsb.attestationRoot()];
    const asked = { roots, clock, expected: { label: 'attested' }, policy: null };
    for (const form of forms) {
      const key = await verifyAttestation(form, { ...asked, allowEmulated: true });
      expect(Buffer.from(key.spki).toString('base64')).toBe(json.publicKey);
      const refused = verifyAttestation(form, asked);
      await expect(refused).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED', details: { reason: 'emulated' } });
    }
  });
});

describe('client.service with the emulator', () => {
  it('says what it is, may do and holds', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'one', spec: 'ec-p256', policy: null });
    await client.sign.asynchronous({ label: 'one', algorithm: 'SHA256_WITH_ECDSA', payload: message });
    expect((await client.service.version()).Vendor).toContain('EMULATED');
    expect((await client.service.license()).clientFlags).toContain('TSB_ENGINE');
    expect((await client.service.statistics()).numbers).toMatchObject({ privateKeys: 1, secretKeys: 0, dataObjects: 0 });
    expect(await client.service.log()).toMatch(/ sign one EXECUTED$/);
  });
});

describe('client.approvers and client.onboarding with the emulator', () => {
  it('somebody onboards with the code and the backup password, and then decides', async () => {
    const { client, tsb, clock } = world;
    const approverName = 'officer@example.org';
    const backupPassword = 'bäckup 😀';
    const first = await client.approvers.create({ approverName, keySize: 2048, backupPassword, validity: 365 });
    expect(await client.approvers.status()).toEqual({ onboarded: [], pending: [approverName] });
    const oneTimeCode = await client.approvers.renewOneTimeCode(approverName);
    if (first !== oneTimeCode)
      await expect(client.onboarding.collect({ approverName, oneTimeCode: first })).rejects.toMatchObject({
        code: 'ERR_AUTHENTICATION',
      });
    const { privateKey, certificate } = await client.onboarding.onboard({ approverName, oneTimeCode, backupPassword });
    expect(parseCertificate(certificate).spki).toEqual(
      Uint8Array.from(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    );
    expect(await client.approvers.status()).toEqual({ onboarded: [{ approverName, certificate }], pending: [] });

    const use = quorum(1, [{ onboarded: approverName }], { timeoutSeconds: 3600 });
    await client.keys.create({ label: 'guarded', spec: 'ec-p256', policy: buildPolicy({ use }) });
    const id = await client.sign.asynchronous({ label: 'guarded', algorithm: 'SHA256_WITH_ECDSA', payload: message });
    const key = approverKeyFromCertificate(certificate, privateKey);
    const { url, fetch, timestampKey } = tsb;
    const formats = [{ id: 'text', explain: () => ({ format: 'text', title: 'a text' }) }];
    const approver = createApprover({
      ...{ url, fetch, clock, key, formats, pinnedTimestampKey: timestampKey },
      auth: { type: 'none' },
    });
    for (const task of await approver.tasks()) await approver.approve(task);
    expect((await client.requests.get(id)).status).toBe('EXECUTED');
  });

  it('a backup comes back with its password, a forgotten one gets another, and a deleted approver is gone', async () => {
    const { client } = connect();
    const approverName = 'second';
    const made = await client.approvers.create({ approverName, keySize: 2048, backupPassword: 'old', validity: 1 });
    const file = await client.onboarding.collect({ approverName, oneTimeCode: made });
    await expect(client.onboarding.open(file, 'new')).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    const { certificate } = await client.onboarding.open(file, 'old');
    const again = { approverName, oneTimeCode: await client.approvers.restore(approverName), backupPassword: 'old' };
    expect((await client.onboarding.onboard(again)).certificate).toEqual(certificate);
    const id = await client.approvers.forgotPassword({ approverName, newBackupPassword: 'new' });
    const { result } = await client.requests.get(id);
    const renewed = { approverName, oneTimeCode: result ?? '', backupPassword: 'new' };
    expect((await client.onboarding.onboard(renewed)).certificate).toEqual(certificate);
    await client.approvers.delete(approverName);
    await expect(client.approvers.restore(approverName)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
