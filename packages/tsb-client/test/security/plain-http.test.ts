import { describe, expect, it } from 'vitest';
import type { TsbClientOptions } from '../../src/index.js';
import { clientOf, fakeFetch, json, version } from '../fake-fetch.js';

const hosts = [
  ['127.0.0.1:8080', true],
  ['127.255.0.1', true],
  ['[::1]:8080', true],
  ['localhost', true],
  ['tsb.example', false],
  ['10.0.0.1', false],
  ['127.0.0.1.example', false],
  ['localhost.example', false],
  ['0.0.0.0', false],
  ['[::ffff:8.8.8.8]', false],
] as const;
const logins: readonly (readonly [string, Partial<TsbClientOptions>])[] = [
  ['a token', { auth: { type: 'token', token: 'operation-token' } }],
  ['a token function', { auth: { type: 'token', token: () => 'operation-token' } }],
  ['a password', { auth: { type: 'basic', username: 'user', password: 'operation-password' } }],
  ['an API key', { apiKeys: { service: 'api-key', keyManagement: 'api-key' } }],
  ['an API key function', { apiKeys: { service: () => 'api-key', keyManagement: () => 'api-key' } }],
];
const cells = hosts.flatMap(([host, local]) =>
  (['http', 'https'] as const).flatMap((scheme) =>
    [false, true].flatMap((allowHttp) =>
      logins.map(([name, login]) => ({ scheme, host, allowHttp, name, login, sent: scheme === 'https' || local })),
    ),
  ),
);

describe('scheme × host × login (S40)', () => {
  it.each(cells)(
    '$scheme to $host, allowHttp $allowHttp, carries $name: $sent',
    async ({ scheme, host, allowHttp, login, sent }) => {
      const { fetch, seen } = fakeFetch(json(version));
      const call = async () => clientOf(fetch, { url: `${scheme}://${host}`, allowHttp, ...login }).service.version();
      if (sent) await call();
      else await expect(call()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
      expect(seen.some(({ headers }) => headers.has('authorization') || headers.has('x-api-key'))).toBe(sent);
      if (!sent) expect(seen).toEqual([]);
    },
  );

  it.each(hosts)('http to %s carries a key password on this machine only', async (host, local) => {
    const { fetch, seen } = fakeFetch(json({ label: 'k' }));
    const client = clientOf(fetch, { url: `http://${host}`, allowHttp: true });
    await client.keys.attributes('k', { password: 'key-password' }).catch(() => undefined);
    expect(seen.length > 0).toBe(local);
  });

  it('no option turns TLS checks off', () => {
    for (const name of ['insecure', 'rejectUnauthorized', 'tls', 'allowInsecure'])
      expect(() => clientOf(fakeFetch(json(version)).fetch, { [name]: true } as object)).toThrow(/unknown option/);
  });
});
