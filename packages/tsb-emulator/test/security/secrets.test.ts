import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { base64Text, base64urlBytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret } from '../../../testing/src/index.js';
import { createApproverKey, createFakeTsb, type FakeTsb, startTsbEmulator } from '../../src/index.js';
import { approvers, createWorld, fetchTasks, message, requestSign, rule, signBody } from '../support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const scalar = base64urlBytes(String(privateKey.export({ format: 'jwk' }).d));
const password = createSentinel('key-password');
const token = createSentinel('token');
const apiKey = createSentinel('api-key');
const secrets = { scalar, password, token, apiKey };
const apiKeys = { keyManagement: [apiKey], keyOperation: [apiKey], approver: [apiKey], service: [apiKey] };

function guarded() {
  const world = createWorld({ token, apiKeys });
  const headers = { 'x-api-key': apiKey };
  const call = (method: string, path: string, body?: unknown) => world.call(method, path, body, headers);
  return { world, call };
}

/** The fake without its `token`, which it gives to whoever starts it. */
const withoutToken = ({ token: _, partitions, ...rest }: FakeTsb) => ({
  ...rest,
  partitions: partitions.map(({ token: own, ...others }) => ({ ...others, wasGiven: own !== '' })),
});

describe('no secret of the emulator shows up (S37)', () => {
  it('in anything that it answers about a key with a password', async () => {
    const { world, call } = guarded();
    await world.tsb.addKey({ label: 'k', privateKey, password });
    await expectNoSecret(secrets, async ({ show }) => {
      const answers = [
        await call('GET', '/v1/key'),
        await call('POST', '/v1/key/attributes', { label: 'k', password: [...password] }),
        await call('POST', '/v1/synchronousSign', signBody('k', { keyPassword: [...password] })),
        await call('GET', '/v1/versionInfo'),
        await call('GET', '/v1/licenseInfo'),
        await call('GET', '/v1/partition/statistics'),
      ];
      expect(answers.slice(0, 4).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      show(answers);
      return [world.tsb.requests, withoutToken(world.tsb)];
    });
  });

  it('in any refusal', async () => {
    const { world, call } = guarded();
    await world.tsb.addKey({ label: 'k', privateKey, password });
    const wrong = createSentinel('wrong');
    await expectNoSecret({ ...secrets, wrong }, async ({ show }) => {
      const answers = [
        await world.call('GET', '/v1/key', undefined, { authorization: `Bearer ${wrong}` }),
        await world.call('GET', '/v1/key', undefined, { 'x-api-key': wrong }),
        await call('POST', '/v1/key/attributes', { label: 'k', password: [...wrong] }),
        await call('POST', '/v1/synchronousSign', signBody('k', { keyPassword: [...wrong] })),
        await call('POST', '/v1/key/attributes', { label: 'k', password: wrong }),
        await call('POST', '/v1/key/attributes', `{"label":"k","password":"${wrong}`),
        await call('POST', '/v1/key/attributes', `{"password":"${wrong}","password":"${wrong}"}`),
        await call('POST', '/v1/key/attributes', { label: 'k', passwort: wrong }),
        await call('POST', '/v1/key', { label: 'k', algorithm: 'EC', password: [wrong] }),
      ];
      for (const { status } of answers) expect(status).toBeGreaterThanOrEqual(400);
      show(answers);
    });
  });

  it('in the requests that it lists, and in a failed approval', async () => {
    const world = createWorld({ token });
    const [approver, stranger] = approvers(2);
    if (!approver || !stranger) throw new Error('two approvers were expected');
    const people = rule([approver], 1);
    const policy = { ruleUse: people, ruleBlock: people, ruleUnblock: people, ruleModify: people };
    await world.tsb.addKey({ label: 'k', privateKey, policy });
    const secret = base64urlBytes(String(approver.privateKey.export({ format: 'jwk' }).d));
    await expectNoSecret({ scalar, token, approver: secret }, async ({ show }) => {
      const id = await requestSign(world);
      show([world.tsb.requests, await fetchTasks(world, approver), world.tsb.signedApproval(id, approver)]);
      await expect(
        world.tsb.approve(id, stranger).catch((error: unknown) => Promise.reject(show(error))),
      ).rejects.toBeUndefined();
      await world.tsb.approve(id, approver);
      return [world.tsb.requests, withoutToken(world.tsb)];
    });
  });

  it('when the port starts, is used, and refuses', async () => {
    await expectNoSecret({ token, scalar }, async ({ show }) => {
      const emulator = await startTsbEmulator({ token });
      try {
        await emulator.tsb.addKey({ label: 'k', privateKey });
        const right = await fetch(`${emulator.url}/v1/key`, { headers: { authorization: `Bearer ${token}` } });
        const wrong = await fetch(`${emulator.url}/v1/key`, { headers: { authorization: `Bearer ${token.slice(1)}` } });
        expect([right.status, wrong.status]).toEqual([200, 401]);
        show([await right.text(), await wrong.text(), emulator.url, emulator.tsb.requests]);
      } finally {
        await emulator.close();
      }
    });
  });

  it.each([
    ['a misspelt option', () => createFakeTsb({ tokn: token } as never)],
    ['API keys of an unknown role', () => createFakeTsb({ apiKeys: { root: [apiKey] } as never })],
    ['a key that is none', () => createFakeTsb().addKey({ label: 'k', privateKey: { d: scalar } as never })],
    ['a key with a misspelt password', () => createFakeTsb().addKey({ label: 'k', privateKey, passwort: password } as never)],
  ])('in the error about %s (S38)', async (_, run) => {
    const { error } = await expectNoSecret(secrets, async () => {
      await run();
    });
    expect(error).toBeInstanceOf(Error);
  });
});

describe('the secrets that were hidden were the real ones', () => {
  it('the key signs with the password, and the approver key is one', async () => {
    const world = createWorld();
    await world.tsb.addKey({ label: 'k', privateKey, password });
    const { status, body } = await world.call('POST', '/v1/synchronousSign', signBody('k', { keyPassword: [...password] }));
    expect([status, typeof body.signature]).toEqual([200, 'string']);
    const own = createApproverKey();
    expect(createPrivateKey(own.privateKey.export({ format: 'pem', type: 'pkcs8' })).type).toBe('private');
    expect(base64Text(sign('sha256', message, own.privateKey)).length).toBeGreaterThan(80);
  });
});
