import { createDecipheriv, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import { base64Bytes, base64Text, isoSeconds, type JsonObject, utf8Bytes } from '@securosys/core';
import { isEmulated, parseCertificate } from '@securosys/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { approvers, createWorld, fetchTasks, requestSign, rule, statusOf, type World } from '../support.js';
import { hasOpenssl, openssl } from './openssl.js';

const name = 'officer@example.org';
const transportPassword = 'sixteen bytes ok';
const chars = (text: string) => text.split('');
let world: World;
let oneTimeCode: string;

const post = (path: string, body: object) => world.call('POST', path, body);
const manage = (path: string, body: object) => post(`/v1/approverManagement/${path}`, body);
const create = (approverName: string) =>
  manage('create', { approverName, algorithm: 'RSA', keySize: 2048, backupPassword: chars('bäckup'), validity: 365 });
const onboard = (code: string, more: object = {}) =>
  post('/v1/approver/onboard', {
    approverName: name,
    oneTimeCode: chars(code),
    transportPassword: chars(transportPassword),
    ...more,
  });
const status = async () => (await world.call('GET', '/v1/approverManagement/onboarding/status')).body;

function fileOf(body: JsonObject): Uint8Array {
  const sealed = base64Bytes(body.encryptedPayload as string);
  const decipher = createDecipheriv('aes-128-gcm', transportPassword, base64Bytes(body.initializationVector as string));
  decipher.setAuthTag(sealed.subarray(-16));
  return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]));
}

const keyIn = (file: Uint8Array, password: string) =>
  openssl(['pkcs12', '-in', 'f.p12', '-nodes', '-nocerts', '-passin', `pass:${password}`], { 'f.p12': file });

const policyOf = (approverName: string) => ({
  ruleUse: {
    tokens: [
      {
        name: '',
        timelock: 0,
        timeout: 0,
        groups: [{ name: '', quorum: 1, approvals: [{ type: 'onboarded_approver_certificate', name: approverName }] }],
      },
    ],
  },
  keyStatus: { blocked: false },
});
const createKey = (label: string, policy: object) =>
  post('/v1/key', {
    label,
    algorithm: 'EC',
    curveOid: '1.2.840.10045.3.1.7',
    attributes: { sign: true, decrypt: false, unwrap: false },
    policy,
  });

beforeAll(async () => {
  world = createWorld();
  oneTimeCode = (await create(name)).body.oneTimeCode as string;
});

describe('approver management (§5.7)', () => {
  it('an approver who is made waits for onboarding, and no policy can name him yet', async () => {
    expect(oneTimeCode).toMatch(/^\d{6}$/);
    expect(await status()).toEqual({ onboarded: [], pending: [{ approverName: name }] });
    expect((await createKey('k', policyOf(name))).body.errorCode).toBe(414);
    expect((await createKey('k', policyOf('nobody'))).body.errorCode).toBe(413);
    expect((await createKey('k', policyOf(''))).body.errorCode).toBe(633);
    expect((await create(name)).body).toMatchObject({ errorCode: 632 });
  });

  it('a wrong code, a strange transport password and an unknown name get nothing', async () => {
    const wrong = oneTimeCode === '000000' ? '000001' : '000000';
    expect((await onboard(wrong)).body).toMatchObject({ errorCode: 412 });
    expect((await onboard(oneTimeCode, { transportPassword: chars('short') })).body.errorCode).toBe(600);
    expect((await onboard(oneTimeCode, { approverName: 'nobody' })).body.errorCode).toBe(413);
    expect((await manage('restoreFromBackup', { approverName: name })).body.errorCode).toBe(414);
  });

  it('a renewed code replaces the old one', async () => {
    const { body } = await manage('renewOneTimeCode', { approverName: name });
    if (body.oneTimeCode !== oneTimeCode) expect((await onboard(oneTimeCode)).body.errorCode).toBe(412);
    oneTimeCode = body.oneTimeCode as string;
  });

  it.runIf(hasOpenssl)('hands out a PKCS#12 file that OpenSSL opens, once for each code', async () => {
    const { status: http, body } = await onboard(oneTimeCode);
    expect(http).toBe(200);
    const file = fileOf(body);
    const text = openssl(['pkcs12', '-in', 'f.p12', '-nodes', '-passin', 'pass:bäckup'], { 'f.p12': file });
    expect(text).toContain(`friendlyName: ${name}`);
    const { onboarded } = (await status()) as { onboarded: JsonObject[] };
    const certificate = new X509Certificate(onboarded[0]?.approverCertificate as string);
    expect(text).toContain(certificate.toString().trim());
    expect(certificate.subject).toBe(`CN=${name}\nserialNumber=EMULATED`);
    expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
    expect(isEmulated(parseCertificate(new Uint8Array(certificate.raw)))).toBe(true);
    expect(() => keyIn(file, 'wrong')).toThrow();
    expect((await onboard(oneTimeCode)).body.errorCode).toBe(412);
  });

  it.runIf(hasOpenssl)('an onboarded approver approves with the key of his file', async () => {
    expect((await createKey('k', policyOf(name))).status).toBe(201);
    const { json } = (await post('/v1/key/attributes', { label: 'k' })).body as { json: JsonObject };
    const { oneTimeCode: code } = (await manage('restoreFromBackup', { approverName: name })).body;
    const privateKey: KeyObject = createPrivateKey(keyIn(fileOf((await onboard(code as string)).body), 'bäckup'));
    const { onboarded } = (await status()) as { onboarded: JsonObject[] };
    const approverCertificate = base64Text(new X509Certificate(onboarded[0]?.approverCertificate as string).raw);
    expect(JSON.stringify(json)).toContain(`"type":"certificate","name":"${name}","value":"${approverCertificate}"`);
    const id = await requestSign(world, 'k');
    const timestamp = isoSeconds(world.clock.now());
    const login = {
      timestamp,
      timestampSignature: base64Text(sign('sha256', utf8Bytes(timestamp), privateKey)),
      timestampDigestAlgorithm: 'SHA-256',
      approverCertificate,
    };
    const [task] = (await post('/v1/filteredSignApprovalTask', login)).body.tasks as JsonObject[];
    const approval = {
      id: task?.id,
      approvalToBeSigned: task?.approvalToBeSigned,
      signature: base64Text(sign('sha256', base64Bytes(task?.approvalToBeSigned as string), privateKey)),
      approvalDigestAlgorithm: 'SHA-256',
      approverCertificate,
    };
    expect((await post('/v1/approval', approval)).status).toBe(200);
    expect(await statusOf(world, id)).toBe('EXECUTED');
  });

  it.runIf(hasOpenssl)('a forgotten password is replaced by a request whose result is a code', async () => {
    const body = { approverName: name, newBackupPassword: chars('other') };
    const { unwrapRequestId } = (await manage('restoreFromBackup/forgotPassword', body)).body;
    const request = (await world.call('GET', `/v1/request/${unwrapRequestId as string}`)).body;
    expect(request).toMatchObject({ status: 'EXECUTED', result: expect.stringMatching(/^\d{6}$/) });
    const file = fileOf((await onboard(request.result as string)).body);
    expect(keyIn(file, 'other')).toContain('PRIVATE KEY');
    expect(() => keyIn(file, 'bäckup')).toThrow();
  });

  it('under a stricter backup key it waits for people, who never see the new password', async () => {
    const [boss] = approvers(1);
    const policy = { ruleUse: rule([boss!], 1), ruleBlock: null, ruleUnblock: null, ruleModify: null };
    expect(
      (await post('/v1/synchronousModify', { modifyRequest: { modifyKeyName: 'emulated-backup-key', policy } })).status,
    ).toBe(200);
    const body = { approverName: name, newBackupPassword: chars('hidden') };
    const { unwrapRequestId } = (await manage('restoreFromBackup/forgotPassword', body)).body;
    expect(await statusOf(world, unwrapRequestId as string)).toBe('PENDING');
    const [task] = await fetchTasks(world, boss!, { detailLevel: 'level3' });
    expect(task).toMatchObject({ signedUnwrapKeyRequest: { unwrapKeyRequest: { label: name } } });
    expect(Buffer.from(task?.requestBase64 as string, 'base64').toString()).not.toContain('h","i","d');
    await world.tsb.approve(unwrapRequestId as string, boss!);
    expect((await world.call('GET', `/v1/request/${unwrapRequestId as string}`)).body.result).toMatch(/^\d{6}$/);
  });

  it('a deleted approver is gone', async () => {
    const path = `/v1/approverManagement/delete/${encodeURIComponent(name)}`;
    expect((await world.call('DELETE', path)).status).toBe(200);
    expect((await world.call('DELETE', path)).body).toMatchObject({ errorCode: 413 });
    expect(await status()).toEqual({ onboarded: [], pending: [] });
  });
});
