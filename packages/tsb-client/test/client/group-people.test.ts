import { createCipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { keystoreNumbers } from '../../src/client/statistics.js';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import { bytes, failureOf, id, itRefuses, itSends, password, passwordOnWire, type Row } from './group-rows.js';

const vectors = JSON.parse(readFileSync(new URL('./onboarding/pkcs12-files.json', import.meta.url), 'utf8')) as {
  certificate: string;
  files: Record<string, string>;
};
const pem = `-----BEGIN CERTIFICATE-----\n${vectors.certificate}\n-----END CERTIFICATE-----\n`;
const certificate = Uint8Array.from(Buffer.from(vectors.certificate, 'base64'));
const statistics =
  'user NAME, private keys 1, public keys 2, secret keys 0, certificates 3, data objects 4, invalidated keys 5, used size 4868 bytes, max size 1048576 bytes';
const numbers = {
  privateKeys: 1,
  publicKeys: 2,
  secretKeys: 0,
  certificates: 3,
  dataObjects: 4,
  invalidatedKeys: 5,
  usedBytes: 4868,
  maxBytes: 1048576,
};

const rows: Record<string, Row> = {
  'makes an approver': {
    call: (c) => c.approvers.create({ approverName: 'o@x"', keySize: 3072, backupPassword: password, validity: 365 }),
    sends: 'POST /v1/approverManagement/create',
    body: { approverName: 'o@x"', algorithm: 'RSA', keySize: 3072, backupPassword: passwordOnWire, validity: 365 },
    answer: { oneTimeCode: '410447' },
    gives: '410447',
  },
  'renews a code, given as characters': {
    call: (c) => c.approvers.renewOneTimeCode('o'),
    sends: 'POST /v1/approverManagement/renewOneTimeCode',
    body: { approverName: 'o' },
    answer: { oneTimeCode: ['4', '1'] },
    gives: '41',
  },
  'lists approvers': {
    call: (c) => c.approvers.status(),
    sends: 'GET /v1/approverManagement/onboarding/status',
    answer: { onboarded: [{ approverName: 'a', approverCertificate: pem }], pending: [{ approverName: 'b' }] },
    gives: { onboarded: [{ approverName: 'a', certificate }], pending: ['b'] },
  },
  'restores an approver': {
    call: (c) => c.approvers.restore('o'),
    sends: 'POST /v1/approverManagement/restoreFromBackup',
    body: { approverName: 'o' },
    answer: { oneTimeCode: '1' },
    gives: '1',
  },
  'replaces a forgotten password': {
    call: (c) => c.approvers.forgotPassword({ approverName: 'o', newBackupPassword: password }),
    sends: 'POST /v1/approverManagement/restoreFromBackup/forgotPassword',
    body: { approverName: 'o', newBackupPassword: passwordOnWire },
    answer: { unwrapRequestId: id },
    gives: id,
  },
  'deletes an approver': {
    call: (c) => c.approvers.delete('o@x/1'),
    sends: 'DELETE /v1/approverManagement/delete/o%40x%2F1',
  },
  'reads the licence': {
    call: (c) => c.service.license(),
    sends: 'GET /v1/licenseInfo',
    answer: { clientFlags: ['KEY_AUTH', 'FUTURE'] },
    gives: { clientFlags: ['KEY_AUTH', 'FUTURE'] },
  },
  'reads the log': { call: (c) => c.service.log(), sends: 'GET /v1/hsm/log', answer: { log: 'x\n' }, gives: 'x\n' },
  'reads the statistics': {
    call: (c) => c.service.statistics(),
    sends: 'GET /v1/keystore/statistics',
    answer: { keyStoreStatistics: statistics },
    gives: { keyStoreStatistics: statistics, numbers },
  },
};

describe('client.approvers and client.service (§5.7, §2.9):', () => {
  itSends(rows);

  itRefuses({
    'an empty backup password': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.approvers.create({ approverName: 'o', backupPassword: '', validity: 1 }),
    ],
    none: ['ERR_INVALID_ARGUMENT', (c) => c.approvers.create({ approverName: 'o', validity: 1 } as never)],
    'an empty code': ['ERR_INVALID_ARGUMENT', (c) => c.onboarding.collect({ approverName: 'o', oneTimeCode: '' })],
    'onboarding without a backup password': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.onboarding.onboard({ approverName: 'o', oneTimeCode: '1' } as never),
    ],
    'too few random bytes': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.onboarding.collect({ approverName: 'o', oneTimeCode: '1' }, { randomBytes: () => bytes(1) }),
    ],
  });

  it.each([
    ['an older text', 'user x, private keys 7', { privateKeys: 7 }],
    ['a quote at the end (§7.1)', 'private keys 7, max size 8 bytes"', { privateKeys: 7, maxBytes: 8 }],
    [
      'a number twice, as a user name can write it',
      'user a, private keys 9, private keys 1, certificates 2',
      { certificates: 2 },
    ],
    ['a number of another form', 'private keys 1.5, public keys -1, secret keys 0x1, certificates 3', { certificates: 3 }],
    ['no unit', 'used size 4868', {}],
    ['nothing', '', {}],
    ['names of an object’s own members', 'constructor 3, certificates 2', { certificates: 2 }],
  ])('statistics with %s say what can be believed', (_, text, expected) => {
    expect(keystoreNumbers(text)).toEqual(expected);
  });
});

describe('onboarding (§5.7)', () => {
  const randomBytes = (length: number) => new Uint8Array(length).fill(0xfb);
  const transport = '-_v7'.repeat(8);
  const iv = Buffer.alloc(12, 5);
  /** What the server does with the password it was sent. */
  const packed = (file: string, with_ = transport) => {
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(with_, 'utf8'), iv);
    const out = Buffer.concat([
      cipher.update(Buffer.from(vectors.files[file] ?? '', 'base64')),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return json({ encryptedPayload: out.toString('base64'), initializationVector: iv.toString('base64') });
  };
  const request = { approverName: 'o', oneTimeCode: '410447' };

  it('sends code and transport password as characters, and opens what comes back', async () => {
    const { fetch, seen } = fakeFetch(packed('java'));
    const client = clientOf(fetch, { auth: { type: 'token', token: 'jwt' } });
    const opened = await client.onboarding.onboard({ ...request, backupPassword: 'backup' }, { randomBytes });
    expect(opened.certificate).toEqual(certificate);
    expect(opened.privateKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const [one] = seen;
    expect(one).toMatchObject({ method: 'POST', url: 'https://tsb.example/v1/approver/onboard' });
    // Approvers have no account: the endpoint takes no bearer token (§1.2).
    expect(one?.headers.get('authorization')).toBeNull();
    expect(one?.json).toMatchObject({ approverName: 'o', oneTimeCode: ['4', '1', '0', '4', '4', '7'] });
    const sent = one?.json as { transportPassword: string[] } | undefined;
    expect(sent?.transportPassword.join('')).toBe(transport);
  });

  it('uses another transport password each time', async () => {
    const { fetch, seen } = fakeFetch(json({ encryptedPayload: 'AQ==', initializationVector: 'AQ==' }));
    const client = clientOf(fetch);
    await failureOf(client.onboarding.collect(request));
    await failureOf(client.onboarding.collect(request));
    const [first, second] = seen.map(({ json: body }) => (body as { transportPassword: string[] }).transportPassword.join(''));
    expect(first).not.toBe(second);
  });

  it('in two steps, so that a wrong backup password costs no code', async () => {
    const client = clientOf(fakeFetch(packed('java')).fetch);
    const file = await client.onboarding.collect(request, { randomBytes });
    expect((await failureOf(client.onboarding.open(file, 'wrong'))).code).toBe('ERR_AUTHENTICATION');
    expect((await client.onboarding.open(file, 'backup', { timeoutMs: 20_000 })).certificate).toEqual(certificate);
    const signal = AbortSignal.abort(new Error('not now'));
    await expect(client.onboarding.open(file, 'backup', { signal })).rejects.toThrow('not now');
    expect((await failureOf(client.onboarding.open(file, 'backup', { retries: 1 } as object))).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it.each([
    ['a wrong code', failure(412, 403), 'ERR_AUTHENTICATION'],
    ['an unknown approver', failure(413, 404), 'ERR_NOT_FOUND'],
    ['an unknown approver of an older server', failure(654, 404), 'ERR_NOT_FOUND'],
    ['an answer under another password', packed('java', 'x'.repeat(32)), 'ERR_PROTOCOL'],
    ['an answer without a tag', json({ encryptedPayload: 'AQ==', initializationVector: iv.toString('base64') }), 'ERR_PROTOCOL'],
    ['a lost answer', new Error('socket'), 'ERR_OUTCOME_UNKNOWN'],
  ])('%s is an error by code', async (_, answer, code) => {
    expect((await failureOf(clientOf(fakeFetch(answer).fetch).onboarding.collect(request, { randomBytes }))).code).toBe(code);
  });
});
