import { describe, expect, it } from 'vitest';
import { createTsbClient, type TsbAuth, type TsbClientOptions } from '../../src/index.js';
import { clientOf, fakeFetch, networkError } from '../fake-fetch.js';
import { issueTls } from './certificates.js';
import { listenTls } from './https-server.js';

const root = issueTls('root');
const server = issueTls('server', root, ['localhost', '127.0.0.1']);
const person = issueTls('ci-runner', root);
const stranger = issueTls('ci-runner', issueTls('other root'));
const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA' } as const;

const mutual = { key: server.keyPem, cert: server.pem, ca: root.pem, requestCert: true, rejectUnauthorized: true };
const login: TsbAuth = { type: 'certificate', certificate: person.pem, privateKey: person.keyPem };
const none: TsbAuth = { type: 'none' };

/** One call of a fresh client, which is closed afterwards. */
async function versionOf(url: string, options: Partial<TsbClientOptions>): Promise<unknown> {
  const client = createTsbClient({ url, auth: none, retries: 0, ...options });
  try {
    return await client.service.version();
  } finally {
    await client.close();
  }
}

describe('mutual TLS', () => {
  it('shows the certificate, and a token besides, to a server that is verified', async () => {
    await using tsb = await listenTls(mutual);
    await versionOf(tsb.url, { ca: root.pem, auth: { ...login, token: 'token-beside' } });
    expect(tsb.heard).toMatchObject([{ client: 'ci-runner', headers: { authorization: 'Bearer token-beside' } }]);
  });

  it('takes bytes, functions and an encrypted key', async () => {
    await using tsb = await listenTls(mutual);
    const passphrase = 'päss phrase';
    const privateKey = person.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase });
    const auth: TsbAuth = {
      type: 'certificate',
      certificate: Buffer.from(person.pem),
      privateKey: async () => privateKey.toString(),
      passphrase: () => passphrase,
    };
    await versionOf(tsb.url, { ca: [Buffer.from(root.pem)], auth });
    expect(tsb.heard[0]?.client).toBe('ci-runner');
    const wrong = { ...auth, passphrase: 'another' };
    await expect(versionOf(tsb.url, { ca: root.pem, auth: wrong })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  const refused = ['no certificate', 'the certificate of another root'] as const;
  it.each(refused.flatMap((what) => (['TLSv1.2', 'TLSv1.3'] as const).map((minVersion) => ({ what, minVersion }))))(
    'with $what is refused by a server of $minVersion, which reads nothing',
    async ({ what, minVersion }) => {
      await using tsb = await listenTls({ ...mutual, minVersion, maxVersion: minVersion });
      const other: TsbAuth = { ...login, certificate: stranger.pem, privateKey: stranger.keyPem };
      const auth = what === 'no certificate' ? none : other;
      // Node's server sends an alert in this one case; in the others it closes the connection.
      const code = auth === none && minVersion === 'TLSv1.2' ? 'ERR_AUTHENTICATION' : 'ERR_NETWORK';
      const message = expect.stringMatching(auth === none ? /client certificate/ : /./);
      await expect(versionOf(tsb.url, { ca: root.pem, auth })).rejects.toMatchObject({ code, message });
      expect(tsb.heard).toEqual([]);
    },
  );

  it.each([
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  ])(
    'that the server refuses by the alert %s is a login that failed: nothing was executed, and nothing is repeated',
    async (alert) => {
      const { fetch, seen } = fakeFetch(networkError(alert));
      const call = clientOf(fetch).sign.asynchronous(signBody);
      await expect(call).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION', retryable: false });
      expect(seen).toHaveLength(1);
    },
  );

  it('with a key of another certificate is refused before anything is sent, also for a create', async () => {
    await using tsb = await listenTls(mutual);
    const client = createTsbClient({ url: tsb.url, ca: root.pem, auth: { ...login, privateKey: stranger.keyPem } });
    await expect(client.sign.asynchronous(signBody)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
      message: expect.stringMatching(/KEY_VALUES_MISMATCH|cannot be used together/),
    });
    await client.close();
    expect(tsb.heard).toEqual([]);
  });

  it('asks again for a key whose source failed once', async () => {
    await using tsb = await listenTls(mutual);
    let asked = 0;
    const privateKey = async () => {
      if (++asked === 1) throw new Error('vault is sealed');
      return person.keyPem;
    };
    const client = createTsbClient({ url: tsb.url, ca: root.pem, auth: { ...login, privateKey } });
    await expect(client.service.version()).rejects.toThrow('vault is sealed');
    await Promise.all([client.service.version(), client.service.version()]);
    await client.close();
    expect(asked).toBe(2);
  });
});

describe('the server is verified, and hears nothing otherwise:', () => {
  const expired = issueTls('server', root, ['localhost'], '20210101000000Z');
  const elsewhere = issueTls('server', root, ['tsb.example']);
  it.each([
    ['another root', server, issueTls('root'), /CERT_SIGNATURE_FAILURE|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/],
    [
      'the roots of the runtime',
      server,
      undefined,
      /(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER).*; give its root as the option ca$/,
    ],
    ['another name', elsewhere, root, /ERR_TLS_CERT_ALTNAME_INVALID/],
    ['an expired certificate', expired, root, /CERT_HAS_EXPIRED$/],
  ])('%s', async (_, shown, ca, names) => {
    await using tsb = await listenTls({ key: shown.keyPem, cert: shown.pem });
    const auth: TsbAuth = { type: 'token', token: 'token-that-stays-here' };
    const call = versionOf(tsb.url, { auth, ...(ca && { ca: ca.pem }) });
    await expect(call).rejects.toMatchObject({ code: 'ERR_NETWORK', retryable: false, message: expect.stringMatching(names) });
    expect(tsb.heard).toEqual([]);
  });

  it('a root that only issued the certificate of the client (Go client: it was the pool of roots)', async () => {
    await using tsb = await listenTls(mutual);
    const certificate = `${person.pem}${root.pem}`;
    await expect(versionOf(tsb.url, { auth: { ...login, certificate } })).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(tsb.heard).toEqual([]);
  });

  it('whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    await using tsb = await listenTls({ key: server.keyPem, cert: server.pem });
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      await expect(versionOf(tsb.url, {})).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    expect(tsb.heard).toEqual([]);
  });
});

describe('certificates are refused at once', () => {
  const url = 'https://tsb.example';
  const refused = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
  it.each<[string, Partial<TsbClientOptions>]>([
    ['without PEM', { auth: { ...login, certificate: 'MIIB' } }],
    ['without a key', { auth: { type: 'certificate', certificate: person.pem } as never }],
    ['in a list of roots that is empty', { ca: [] }],
    ['as roots that are a key', { ca: person.keyPem }],
    ['as roots that cannot be read', { ca: root.pem.replace(/\n(.{20})/, '\nMIIBAAAAAAAAAAAAAAAA') }],
    ['over plain http', { url: 'http://localhost:1', auth: login }],
    ['as roots for plain http', { url: 'http://localhost:1', ca: root.pem }],
    ['beside a fetch of the caller', { auth: login, fetch }],
    ['as roots beside a fetch of the caller', { ca: root.pem, fetch }],
    ['with members they do not have', { auth: { ...login, rejectUnauthorized: false } as never }],
  ])('%s', (_, options) => {
    expect(() => createTsbClient({ url, auth: none, ...options })).toThrow(refused);
  });

  it('as paths, which is said', () => {
    expect(() => createTsbClient({ url, auth: none, ca: './root.pem' })).toThrow('ca must be PEM text, or its bytes, not a path');
  });
});
