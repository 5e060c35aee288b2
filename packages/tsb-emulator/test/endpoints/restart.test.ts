import { constants, publicEncrypt } from 'node:crypto';
import { base64Text, parseJson, utf8Bytes } from '@securosys/core';
import { expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import { createTestClock } from '../../../testing/src/clock.js';
import { createHostedFakeTsb } from '../../src/fake-tsb.js';
import { MapJournal } from '../store/map-journal.js';
import { approvers, rule } from '../support.js';

const rsa = rsaPair();
const [boss] = approvers(1);
const clock = createTestClock();
const payload = base64Text(utf8Bytes('secret'));

function open(journal: MapJournal) {
  const options = { clock, attestationKey: rsa.privateKey, token: 't' };
  const { tsb } = createHostedFakeTsb(options, new Set(['tsb.emulated.invalid']), journal);
  const call = async (method: string, path: string, body?: object) => {
    const headers = { authorization: 'Bearer t', ...(body && { 'content-type': 'application/json' }) };
    const answer = await tsb.fetch(`${tsb.url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return (text === '' ? {} : parseJson(text)) as Record<string, unknown>;
  };
  return { tsb, call };
}

it('keys of every kind, approvers, data objects and requests of every kind outlive the process', async () => {
  const journal = new MapJournal();
  const before = open(journal);
  const policy = { ruleUse: rule([boss!], 1) };
  const all = { decrypt: true, unwrap: true };
  await before.tsb.addKey({ label: 'ska', privateKey: rsa.privateKey, attributes: all, policy });
  await before.tsb.addKey({ label: 'aes', spec: 'aes-256', attributes: { decrypt: true, extractable: true } });
  await before.tsb.addKey({ label: 'master', spec: 'ec-secp256k1', attributes: { derive: true } });
  await before.call('POST', '/v1/dataObject', { name: 'object', value: payload });
  const approver = { approverName: 'officer', algorithm: 'RSA', keySize: 2048, backupPassword: 'pw', validity: 1 };
  const { oneTimeCode } = await before.call('POST', '/v1/approverManagement/create', approver);
  const sealed = await before.call('POST', '/v1/encrypt', {
    encryptRequest: { payload, encryptKeyName: 'aes', cipherAlgorithm: 'AES_GCM', tagLength: 128 },
  });
  const wrap = { keyToBeWrapped: 'aes', wrapKeyName: 'ska', wrapMethod: 'RSA_WRAP_OAEP' };
  const { wrappedKey } = await before.call('POST', '/v1/wrap', { wrapKeyRequest: wrap });
  const oaep = { key: rsa.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const encryptedPayload = base64Text(publicEncrypt(oaep, utf8Bytes('secret')));
  const signing = {
    signKeyName: 'ska',
    signatureAlgorithm: 'SHA256_WITH_RSA',
    standardCertificateAttributes: { commonName: 'x' },
  };
  const attributes = { sign: false, decrypt: true, unwrap: false };
  const requests = {
    decrypt: await before.call('POST', '/v1/decrypt', {
      decryptRequest: { encryptedPayload, decryptKeyName: 'ska', cipherAlgorithm: 'RSA_PADDING_OAEP_WITH_SHA256' },
    }),
    unwrap: await before.call('POST', '/v1/unwrap', {
      unwrapKeyRequest: { wrappedKey, label: 'unwrapped', attributes, unwrapKeyName: 'ska', wrapMethod: 'RSA_WRAP_OAEP' },
    }),
    selfSign: await before.call('POST', '/v1/certificate/selfsign', {
      selfSignCertificateRequest: { ...signing, validity: 1, certificateAuthority: false },
    }),
    csr: await before.call('POST', '/v1/certificate/request', { csrSignRequest: signing }),
  };
  const derived = await before.call('POST', '/v1/key/attributes', { label: "master/1/2'" });
  await before.tsb.close();

  const { tsb, call } = open(journal);
  expect((await call('POST', '/v1/key/attributes', { label: "master/1/2'" })).json).toEqual(derived.json);
  expect(await call('GET', '/v1/dataObject/object')).toMatchObject({ value: payload });
  const { encryptedPayload: ciphertext, initializationVector } = sealed;
  const decryptRequest = {
    encryptedPayload: ciphertext,
    initializationVector,
    decryptKeyName: 'aes',
    cipherAlgorithm: 'AES_GCM',
    tagLength: 128,
  };
  expect(await call('POST', '/v1/synchronousDecrypt', { decryptRequest })).toEqual({ payload });
  const onboarding = { approverName: 'officer', oneTimeCode, transportPassword: 'sixteen bytes ok' };
  expect(await call('POST', '/v1/approver/onboard', onboarding)).toHaveProperty('encryptedPayload');
  const results: Record<string, unknown> = {};
  for (const [kind, created] of Object.entries(requests)) {
    const id = String(Object.values(created)[0]);
    await tsb.approve(id, boss!);
    results[kind] = await call('GET', `/v1/request/${id}`);
  }
  expect(results).toMatchObject({
    decrypt: { status: 'EXECUTED', result: payload },
    unwrap: { status: 'EXECUTED' },
    selfSign: { status: 'EXECUTED', result: expect.stringContaining('BEGIN CERTIFICATE') },
    csr: { status: 'EXECUTED', result: expect.stringContaining('BEGIN NEW CERTIFICATE REQUEST') },
  });
  expect(await call('POST', '/v1/key/attributes', { label: 'unwrapped' })).toMatchObject({
    json: { algorithm: 'AES', keySize: 256 },
  });
});
