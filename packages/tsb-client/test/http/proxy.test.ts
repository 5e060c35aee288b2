import { afterEach, describe, expect, it, vi } from 'vitest';
import { proxyFor } from '../../src/http/proxy.js';
import { createTsbClient, type TsbClientOptions } from '../../src/index.js';
import { listen } from '../security/servers.js';
import { issueTls } from './certificates.js';
import { listenProxy } from './connect-proxy.js';
import { listenTls } from './https-server.js';

const root = issueTls('root');
const server = issueTls('server', root, ['localhost']);
const tsbTls = { key: server.keyPem, cert: server.pem };
const auth = { type: 'token', token: 'tsb-token' } as const;
const apiKeys = { service: 'tsb-api-key' };
const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } as const;
const proxyLogin = { username: 'proxy-user', password: 'proxy-pässword' };
const basic = `Basic ${Buffer.from('proxy-user:proxy-pässword').toString('base64')}`;

async function versionOf(url: string, options: Partial<TsbClientOptions>): Promise<unknown> {
  const client = createTsbClient({ url, auth, apiKeys, ca: root.pem, retries: 0, ...options });
  try {
    return await client.service.version();
  } finally {
    await client.close();
  }
}

afterEach(() => vi.unstubAllEnvs());

describe('through a proxy', () => {
  it('the proxy gets its own login and sees a name; the TSB gets its login and not that of the proxy', async () => {
    await using tsb = await listenTls(tsbTls);
    await using proxy = await listenProxy();
    await versionOf(tsb.url, { proxy: { url: proxy.url, ...proxyLogin } });
    expect(proxy.asked).toMatchObject([{ target: `localhost:${tsb.port}`, headers: { 'proxy-authorization': basic } }]);
    expect(JSON.stringify(proxy.asked)).not.toMatch(/tsb-token|tsb-api-key/);
    expect(proxy.plain).toEqual([]);
    expect(proxy.seen().length).toBeGreaterThan(200);
    expect(proxy.seen()).not.toMatch(/tsb-token|tsb-api-key|versionInfo/);
    expect(tsb.heard[0]?.headers).toMatchObject({ authorization: 'Bearer tsb-token', 'x-api-key': 'tsb-api-key' });
    expect(tsb.heard[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('the TSB is verified, and the client certificate is for the TSB only', async () => {
    const person = issueTls('ci-runner', root);
    await using tsb = await listenTls({ ...tsbTls, ca: root.pem, requestCert: true, rejectUnauthorized: true });
    await using proxy = await listenProxy();
    const login = { type: 'certificate', certificate: person.pem, privateKey: person.keyPem } as const;
    await versionOf(tsb.url, { auth: login, proxy: { url: proxy.url } });
    expect(tsb.heard[0]?.client).toBe('ci-runner');
    const other = versionOf(tsb.url, { auth: login, proxy: { url: proxy.url }, ca: issueTls('other').pem });
    await expect(other).rejects.toMatchObject({ code: 'ERR_NETWORK', retryable: false });
    expect(tsb.heard).toHaveLength(1);
  });

  it('an https proxy is verified by roots of its own', async () => {
    const other = issueTls('proxy root');
    await using tsb = await listenTls(tsbTls);
    await using proxy = await listenProxy(() => 200, issueTls('proxy', other, ['localhost']));
    await versionOf(tsb.url, { proxy: { url: proxy.url, ca: other.pem, ...proxyLogin } });
    expect(tsb.heard).toHaveLength(1);
    const untrusted = versionOf(tsb.url, { proxy: { url: proxy.url, ...proxyLogin } });
    await expect(untrusted).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(proxy.asked).toHaveLength(1);
  });

  it.each([
    [407, 'ERR_AUTHENTICATION', false],
    [403, 'ERR_NETWORK', false],
    [502, 'ERR_NETWORK', true],
  ])('HTTP %d for the tunnel is %s, and a create is known not to have happened', async (status, code, retryable) => {
    await using proxy = await listenProxy(() => status);
    const client = createTsbClient({ url: 'https://localhost:9443', auth, ca: root.pem, retries: 0, proxy: { url: proxy.url } });
    await expect(client.sign.asynchronous(signBody)).rejects.toMatchObject({ code, retryable, details: { status } });
    await client.close();
  });

  it('plain http counts as another machine, even localhost: no credential, and only with allowHttp', async () => {
    const tsb = await listen(() => ({ status: 200, body: '{"Version":"1"}' }));
    await using proxy = await listenProxy();
    const options = { url: tsb.url.replace('127.0.0.1', 'localhost'), proxy: { url: proxy.url, ...proxyLogin } };
    const refused = expect.objectContaining({ code: 'ERR_ORIGIN_REFUSED' });
    expect(() => createTsbClient({ ...options, auth: { type: 'none' } })).toThrow(refused);
    expect(() => createTsbClient({ ...options, auth, allowHttp: true })).toThrow(refused);
    const client = createTsbClient({ ...options, auth: { type: 'none' }, allowHttp: true });
    await client.service.version();
    // In a tunnel too: the TSB must not hear the login of the proxy.
    expect(proxy.plain).toEqual([]);
    expect(tsb.received[0]?.headers).not.toHaveProperty('proxy-authorization');
    await client.close();
    await tsb.close();
  });
});

describe('the variables of the environment', () => {
  it('do not count unless they are asked for', async () => {
    await using tsb = await listenTls(tsbTls);
    await using proxy = await listenProxy();
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy.url);
    await versionOf(tsb.url, {});
    expect(proxy.asked).toEqual([]);
    await versionOf(tsb.url, { proxy: 'environment' });
    expect(proxy.asked).toHaveLength(1);
  });

  const environment = {
    HTTPS_PROXY: 'https://user:p%40ss@proxy.example:3129',
    no_proxy: 'localhost, .internal.example,tsb.example:8443',
  };
  it.each([
    ['https://tsb.example', true],
    ['https://tsb.example:8443', false],
    ['https://localhost', false],
    ['https://a.internal.example', false],
    ['https://internal.example', false],
    ['https://notinternal.example', true],
    ['http://tsb.example', false],
  ])('lead %s through the proxy: %s', (target, through) => {
    expect(proxyFor(target, 'environment', environment) !== undefined).toBe(through);
  });

  it.each([
    ['::1', 'https://[::1]:8443', false],
    ['[::1]', 'https://[::1]', false],
    ['[0:0::1]:8443', 'https://[::1]:8443', false],
    ['[::1]:8443', 'https://[::1]', true],
    ['::1', 'https://[::2]', true],
    ['2001:DB8::5,::1', 'https://[2001:db8:0::5]', false],
    ['127.0.0.1/8', 'https://127.0.0.1', true],
  ])('excluding %s lead %s through the proxy: %s', (no_proxy, target, through) => {
    expect(proxyFor(target, 'environment', { ...environment, no_proxy }) !== undefined).toBe(through);
  });

  it('may hold a login, and exclude everything', async () => {
    const route = proxyFor('https://tsb.example', 'environment', environment);
    expect(route?.url).toBe('https://proxy.example:3129');
    expect(await route?.login?.()).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    expect(proxyFor('https://tsb.example', 'environment', { ...environment, no_proxy: '*' })).toBeUndefined();
  });
});

describe('a proxy is refused', () => {
  it.each<[string, unknown, string]>([
    ['whose login would travel in clear', { url: 'http://proxy.example', ...proxyLogin }, 'ERR_ORIGIN_REFUSED'],
    ['with a password in its URL', { url: 'https://u:p@proxy.example' }, 'ERR_INVALID_ARGUMENT'],
    ['of another kind', { url: 'socks5://proxy.example' }, 'ERR_INVALID_ARGUMENT'],
    ['with half a login', { url: 'https://proxy.example', username: 'u' }, 'ERR_INVALID_ARGUMENT'],
    ['with a colon in its user', { url: 'https://proxy.example', username: 'u:x', password: 'p' }, 'ERR_INVALID_ARGUMENT'],
    ['with an option that does not exist', { url: 'https://proxy.example', tunnel: false }, 'ERR_INVALID_ARGUMENT'],
    ['as bare text', 'https://proxy.example', 'ERR_INVALID_ARGUMENT'],
  ])('%s', (_, proxy, code) => {
    expect(() => createTsbClient({ url: 'https://tsb.example', auth, proxy: proxy as never })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it('beside a fetch of the caller', () => {
    const proxy = { url: 'https://proxy.example' };
    expect(() => createTsbClient({ url: 'https://tsb.example', auth, fetch, proxy })).toThrow(/proxy has no effect/);
  });
});
