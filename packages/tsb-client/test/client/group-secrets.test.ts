import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret, expectOwnMemory } from '../../../testing/src/index.js';
import type { TsbClient } from '../../src/index.js';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import { attributes, bytes, policy } from './group-rows.js';

const password = createSentinel('password');
const other = createSentinel('other-password');
const secrets = { password, other };
const key = { label: 'k', password } as const;
const certificate = { ...key, algorithm: 'EDDSA', subject: { commonName: 'x' } } as const;
const wrapped = { label: 'n', wrappedKey: bytes(1), attributes, unwrapKeyName: 'w', wrapMethod: 'AES_WRAP_PAD_EC' } as const;
const allow = { allowPasswordInRequest: true };

/** A call for each member of the API that holds a password or a code. */
const calls: Readonly<Record<string, (client: TsbClient) => Promise<unknown>>> = {
  'password of a new key': (c) => c.keys.create({ ...key, spec: 'ec-p256', policy }),
  'password and newPassword': (c) => c.keys.changePassword({ ...key, newPassword: other }),
  'password of an export': (c) => c.keys.export('k', { password }),
  'password of an attestation': (c) => c.attestation.of('k', { password }),
  'masterKeyPassword of a derivation': (c) => c.keys.derive({ ...key, path: '0' }),
  'masterKeyPassword of a check': (c) => c.sign.verify({ ...key, algorithm: 'EDDSA', payload: bytes(1), signature: bytes(1) }),
  'keyPassword of a signature': (c) => c.sign.asynchronous({ ...key, algorithm: 'EDDSA', payload: bytes(1) }, allow),
  'keyPassword of a decryption': (c) =>
    c.ciphers.decrypt.asynchronous({ ...key, algorithm: 'RSA', encryptedPayload: bytes(1) }, allow),
  'keyPassword of a block': (c) => c.block.synchronous(key),
  'keyPassword of a change of rules': (c) => c.modify.synchronous({ ...key, policy }),
  'keyPassword of a certificate': (c) =>
    c.certificates.selfSign.synchronous({ ...certificate, validity: 1, certificateAuthority: false }),
  'keyPassword of a file': (c) => c.files.decrypt({ ...key, file: bytes(1) }),
  'keyToBeWrappedPassword and wrapKeyPassword': (c) =>
    c.wrapping.wrap({
      keyToBeWrapped: 'k',
      keyToBeWrappedPassword: password,
      wrapKeyName: 'w',
      wrapKeyPassword: other,
      wrapMethod: 'AES_WRAP',
    }),
  unwrapKeyPassword: (c) => c.wrapping.unwrap.asynchronous({ ...wrapped, unwrapKeyPassword: password }, allow),
  backupPassword: (c) => c.approvers.create({ approverName: 'o', backupPassword: password, validity: 1 }),
  newBackupPassword: (c) => c.approvers.forgotPassword({ approverName: 'o', newBackupPassword: password }),
  oneTimeCode: (c) => c.onboarding.collect({ approverName: 'o', oneTimeCode: password }),
};

describe('a server that quotes what it was sent (S37):', () => {
  const echo = (seen: { body: string | undefined; form?: FormData }) =>
    failure(600, 400, 'res.error.x', `refused: ${seen.body ?? ''}`);
  const parts = (seen: { json: unknown }) =>
    failure(600, 400, 'res.error.x', `refused: ${JSON.stringify(seen.json).replace(/[",[\]]/g, '')}`);

  it.each(Object.keys(calls))('%s is in no error, log or print', async (name) => {
    for (const answer of [echo, parts]) {
      const { fetch, seen } = fakeFetch(answer as never);
      const { error } = await expectNoSecret(secrets, async ({ logger, show }) => {
        const client = clientOf(fetch, logger ? { logger } : {});
        show(client);
        return calls[name]?.(client);
      });
      expect(error).toMatchObject({ name: 'SignError' });
      if (!seen[0]?.form) expect(seen[0]?.body).toContain([...password].map((one) => JSON.stringify(one)).join(','));
    }
  });

  it.each(Object.keys(calls))('%s never travels over plain http to another machine (S40)', async (name) => {
    const { fetch, seen } = fakeFetch(json({}));
    const client = clientOf(fetch, { url: 'http://tsb.example', allowHttp: true });
    await expect(calls[name]?.(client)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(seen).toEqual([]);
  });

  it('the backup password of an approver who onboards stays here', async () => {
    const { fetch, seen } = fakeFetch(failure(412, 403));
    const request = { approverName: 'o', oneTimeCode: '1', backupPassword: password };
    await expectNoSecret(secrets, () => clientOf(fetch).onboarding.onboard(request));
    expect(seen[0]?.body).not.toContain([...password].map((one) => JSON.stringify(one)).join(','));
  });
});

describe('bytes that a group gives out have memory of their own (S39):', () => {
  const { certificate: base64, files } = JSON.parse(
    readFileSync(new URL('./onboarding/pkcs12-files.json', import.meta.url), 'utf8'),
  ) as { certificate: string; files: Record<string, string> };
  const pem = `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`;
  const given: Readonly<Record<string, readonly [answer: unknown, call: (client: TsbClient) => Promise<unknown>]>> = {
    'keys.export': [{ privateKey: 'AQI=', publicKey: 'Aw==', secretKey: null }, (c) => c.keys.export('k')],
    'keys.address': [{ address: 'AQ==' }, (c) => c.keys.address('k')],
    'ciphers.encrypt': [
      { encryptedPayload: 'AQ==', initializationVector: 'AQ==' },
      (c) => c.ciphers.encrypt({ label: 'k', algorithm: 'RSA', payload: bytes(1) }),
    ],
    'ciphers.decrypt': [
      { payload: 'AQ==' },
      (c) => c.ciphers.decrypt.synchronous({ label: 'k', algorithm: 'RSA', encryptedPayload: bytes(1) }),
    ],
    'wrapping.wrap': [
      { wrappedKey: 'AQ==' },
      (c) => c.wrapping.wrap({ keyToBeWrapped: 'k', wrapKeyName: 'w', wrapMethod: 'AES_WRAP' }),
    ],
    'hmac.compute': [{ keyedHash: 'AQ==' }, (c) => c.hmac.compute({ label: 'k', payload: bytes(1) })],
    random: [{ random: 'AQ==' }, (c) => c.random(1)],
    timestamp: [{ timestamp: 'MAMCAQE=' }, (c) => c.timestamp(bytes(1))],
    'files.encrypt': [{}, (c) => c.files.encrypt({ label: 'k', file: bytes(1) })],
    'attestation.archive': [{}, (c) => c.attestation.archive('k')],
    'attestation.chain': [{ attestationCertificateChain: [base64] }, (c) => c.attestation.chain()],
    'dataObjects.get': [{ name: 'd', value: 'AQ==' }, (c) => c.dataObjects.get('d')],
    'certificates.get': [{ certificate: base64 }, (c) => c.certificates.get('k')],
    'approvers.status': [
      { onboarded: [{ approverName: 'o', approverCertificate: pem }], pending: [] },
      (c) => c.approvers.status(),
    ],
    'onboarding.open': [
      {},
      (c) => c.onboarding.open(Buffer.from(files.java ?? '', 'base64'), 'backup').then((o) => o.certificate),
    ],
  };
  it.each(Object.entries(given))('%s', async (_, [answer, call]) => {
    expect(expectOwnMemory(await call(clientOf(fakeFetch(json(answer)).fetch)))).toBeGreaterThan(0);
  });
});
