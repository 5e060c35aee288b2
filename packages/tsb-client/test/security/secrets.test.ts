import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { base64urlBytes, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createSentinel, expectNoSecret } from '../../../testing/src/index.js';
import {
  approverKeyFromPrivateKey,
  createApprover,
  createTsbBackend,
  createTsbClient,
  type TsbClient,
  type TsbClientOptions,
} from '../../src/index.js';
import { type Answer, clientOf, failure, fakeFetch, json, networkError, quickClock, version } from '../fake-fetch.js';

const token = createSentinel('token');
const apiKey = createSentinel('api-key');
const password = createSentinel('key-password');
const secrets = { token, apiKey, password };

const signBody = {
  payload: 'aGk=',
  signKeyName: 'k',
  signatureAlgorithm: 'SHA256_WITH_ECDSA',
  keyPassword: [...password],
} as const;
const page = (status: number) => new Response('<html>proxy</html>', { status });

/** What a call can meet. */
const answers: Readonly<Record<string, Answer>> = {
  'wrong token': failure(617, 401),
  'every API key refused': failure(631, 401),
  forbidden: failure(628, 403),
  'unknown key': failure(650, 404),
  'server error': failure(1, 500),
  'proxy page': page(502),
  'proxy page with status 200': page(200),
  'no body': new Response(null, { status: 200 }),
  'unknown wire form': json({ json: 7, signRequestId: 7, signature: 7, tasks: 7, Version: 7 }),
  redirect: new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } }),
  'refused connection': networkError('ECONNREFUSED'),
  'lost connection': networkError('ECONNRESET'),
  'endless body': () => new Response('x'.repeat(4096)),
  silence: () => new Promise<never>(() => undefined),
};

const calls: Readonly<Record<string, (client: TsbClient, logger: TsbClientOptions['logger']) => Promise<unknown>>> = {
  attributes: (client) => client.keys.attributes('k', { password }),
  create: (client) => client.keys.create({ label: 'k', spec: 'ec-p256', policy: null, password }),
  delete: (client) => client.keys.delete('k', { password }),
  'synchronous sign': (client) => client.sign.synchronous(signBody),
  'asynchronous sign': (client, logger) => client.sign.asynchronous(signBody, logger ? { logger } : {}),
  version: (client) => client.service.version(),
};

const options = (more: Partial<TsbClientOptions> = {}): Partial<TsbClientOptions> => ({
  auth: { type: 'token', token },
  apiKeys: { service: apiKey, keyManagement: apiKey, keyOperation: [apiKey, `${apiKey}2`], approver: () => apiKey },
  maxResponseBytes: 2048,
  timeoutMs: 25,
  ...more,
});

describe('a failed call shows no secret (S37):', () => {
  describe.each(Object.keys(answers))('%s', (answer) => {
    it.each(Object.keys(calls))('%s', async (call) => {
      const { fetch, seen } = fakeFetch(answers[answer] as Answer);
      const { error } = await expectNoSecret(secrets, async ({ logger, show }) => {
        const client = clientOf(fetch, options({ logger }));
        show(client);
        return calls[call]?.(client, logger);
      });
      if (error !== undefined) expect(error).toMatchObject({ name: 'SignError' });
      // The test means something only if the secrets were in use.
      expect(seen[0]?.headers.get('authorization') ?? seen[0]?.headers.get('x-api-key')).toContain('~');
    });
  });

  it('a fetch that quotes the header it was given', async () => {
    const fetch = async (_: unknown, init?: RequestInit) => {
      throw new TypeError(`bad header ${JSON.stringify(init?.headers)}`);
    };
    const { error } = await expectNoSecret(secrets, ({ logger }) => clientOf(fetch, options({ logger })).service.version());
    expect(error).toMatchObject({ code: 'ERR_NETWORK' });
  });

  it('a token function that fails once', async () => {
    const { fetch } = fakeFetch(failure(617, 401));
    await expectNoSecret(secrets, ({ logger, show }) => {
      const client = clientOf(fetch, options({ logger, auth: { type: 'token', token: async () => token } }));
      show(client);
      return client.service.version();
    });
  });
});

describe('other logins show no secret either:', () => {
  const basicPassword = createSentinel('basic-password');
  const passphrase = createSentinel('passphrase');
  const proxyPassword = createSentinel('proxy-password');
  const encoded = Buffer.from(`user:${basicPassword}`).toString('base64');
  const url = 'https://localhost:9443';

  it.each(Object.keys(answers))('a basic login that meets: %s', async (answer) => {
    const { fetch } = fakeFetch(answers[answer] as Answer);
    const auth = { type: 'basic', username: 'user', password: basicPassword } as const;
    const { error } = await expectNoSecret({ basicPassword, encoded }, async ({ logger, show }) => {
      const client = clientOf(fetch, options({ logger, auth }));
      show(client);
      return client.service.version();
    });
    if (error !== undefined) expect(error).toMatchObject({ name: 'SignError' });
  });

  it('a proxy that quotes what it was sent', async () => {
    const { fetch } = fakeFetch(failure(1, 403, `res.${encoded}`, `not with Basic ${encoded}`));
    const auth = { type: 'basic', username: 'user', password: () => basicPassword } as const;
    await expectNoSecret({ basicPassword, encoded }, () => clientOf(fetch, options({ auth })).service.version());
  });

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = String(privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: `${passphrase}2` }));
  const scalar = String(privateKey.export({ format: 'jwk' }).d);
  const certificate = { type: 'certificate', certificate: keyPem, privateKey: keyPem, passphrase } as const;
  it.each<[string, Partial<TsbClientOptions>]>([
    ['a certificate that fits nothing, with a wrong passphrase', { auth: certificate }],
    ['a passphrase with a line break', { auth: { ...certificate, passphrase: `${passphrase}\n` } }],
    ['a key that is no PEM', { auth: { ...certificate, privateKey: passphrase } }],
    ['roots that are no PEM', { ca: passphrase }],
    ['a proxy with a login in its URL', { proxy: { url: `https://user:${proxyPassword}@localhost:9` } }],
    ['a proxy over plain http', { proxy: { url: 'http://proxy.example', username: 'user', password: proxyPassword } }],
    ['a proxy that is not there', { proxy: { url: 'http://127.0.0.1:9443', username: 'user', password: proxyPassword } }],
    ['a basic login with a line break', { auth: { type: 'basic', username: 'user', password: `${basicPassword}\n` } }],
  ])('%s', async (_, more) => {
    const secret = { basicPassword, passphrase, proxyPassword, scalar };
    const { error } = await expectNoSecret(secret, async ({ logger, show }) => {
      const client = createTsbClient({ url, auth: { type: 'none' }, retries: 0, logger, ...more });
      show(client);
      try {
        return await client.service.version();
      } finally {
        await client.close();
      }
    });
    expect(error).toMatchObject({ name: 'SignError' });
  });
});

describe('what succeeds shows no secret either:', () => {
  it('client, backend and results', async () => {
    const { fetch } = fakeFetch(json(version));
    await expectNoSecret(secrets, async ({ logger, show }) => {
      const client = clientOf(fetch, options({ logger }));
      const backend = createTsbBackend({
        ...(options({ logger, fetch }) as TsbClientOptions),
        url: 'https://tsb.example',
        keyPassword: () => password,
      });
      show([client, backend, backend.id, await client.service.version()]);
      await backend.close();
      await client.close();
    });
  });

  it('a key password travels as the API wants it, and only there', async () => {
    const { fetch, seen } = fakeFetch(json({ signRequestId: '11111111-2222-4333-8444-555555555555' }, 201));
    await expectNoSecret(secrets, ({ logger }) => clientOf(fetch, options({ logger })).sign.asynchronous(signBody));
    expect(seen[0]?.json).toMatchObject({ signRequest: { keyPassword: [...password] } });
    expect(seen[0]?.url).not.toContain(password);
  });
});

describe('the approver’s private key', () => {
  const pairs = {
    ed25519: generateKeyPairSync('ed25519').privateKey,
    'ec-p256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey,
  };

  it.each(Object.entries(pairs))('of type %s shows up nowhere', async (_, privateKey) => {
    const scalar = base64urlBytes(String(privateKey.export({ format: 'jwk' }).d));
    const { fetch } = fakeFetch(failure(617, 401));
    const { error } = await expectNoSecret({ scalar, ...secrets }, ({ logger, show }) => {
      const key = approverKeyFromPrivateKey(privateKey);
      const approver = createApprover({ client: clientOf(fetch, options({ logger })), clock: quickClock, key, formats: [] });
      show([key, approver]);
      return approver.tasks();
    });
    expect(error).toMatchObject({ code: 'ERR_AUTHENTICATION' });
  });

  it('that is none is refused without a word of it', async () => {
    const pem = String(pairs['ec-p256'].export({ format: 'pem', type: 'pkcs8' }));
    const body = pem.split('\n').slice(1, -2).join('');
    const key = createPrivateKey(pem);
    const secret = createSentinel('symmetric');
    const { error } = await expectNoSecret({ body, secret }, async () => {
      const { createSecretKey } = await import('node:crypto');
      return approverKeyFromPrivateKey(createSecretKey(utf8Bytes(secret)));
    });
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(key.type).toBe('private');
  });
});

describe('malformed configuration names what is wrong, and no value (S38):', () => {
  const s = createSentinel('config');
  const url = 'https://tsb.example';
  const none = { type: 'none' } as const;
  it.each<[string, unknown]>([
    ['a password in the URL', { url: `https://ci:${s}@tsb.example`, auth: none }],
    ['a query in the URL', { url: `https://tsb.example/?token=${s}`, auth: none }],
    ['a URL that is none', { url: s, auth: none }],
    ['a token with a line break', { url, auth: { type: 'token', token: `${s}\n` } }],
    ['a token as the type', { url, auth: { type: s } }],
    ['a token in place of auth', { url, auth: s }],
    ['API keys as text', { url, auth: none, apiKeys: s }],
    ['an API key with a line break', { url, auth: none, apiKeys: { service: `${s}\n` } }],
    ['an API key that is no text', { url, auth: none, apiKeys: { service: { s } } }],
    ['a role that does not exist', { url, auth: none, apiKeys: { root: s } }],
    ['a misspelt option', { url, auth: none, tokenn: s }],
    ['a limit that is text', { url, auth: none, timeoutMs: s }],
    ['plain http', { url: 'http://tsb.example', auth: { type: 'token', token: s } }],
  ])('%s', async (_, config) => {
    const { fetch } = fakeFetch(json(version));
    const { error } = await expectNoSecret({ s }, () =>
      createTsbClient({ fetch, ...(config as TsbClientOptions) }).service.version(),
    );
    expect(error).toMatchObject({ name: 'SignError' });
  });

  it.each([['a key password that is no text'], ['an empty key password']])('%s', async (name) => {
    const bad = (name.startsWith('an') ? '' : { s }) as string;
    const { error } = await expectNoSecret({ s }, () =>
      clientOf(fakeFetch(json({})).fetch).keys.attributes('k', { password: bad }),
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('a request body that is not as the contract has it', async () => {
    const { error } = await expectNoSecret({ s }, () =>
      clientOf(fakeFetch(json({})).fetch).sign.asynchronous({ ...signBody, keyPassword: [s] as never }),
    );
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('a malformed answer is reported by position and path, never by value (S38):', () => {
  const s = createSentinel('answer');
  it.each<[string, string, number]>([
    ['cut off', `{"json":{"label":"k","publicKey":"${s}`, 200],
    ['a bare word', s, 200],
    ['text before the value', `${s}{}`, 200],
    ['text behind the value', `{"json":{}} ${s}`, 200],
    ['a doubled member', `{"a":"${s}","a":"${s}"}`, 200],
    ['another type', `{"json":"${s}"}`, 200],
    ['other types inside', `{"json":{"label":{"x":"${s}"},"algorithm":["${s}"],"publicKey":"${s}"}}`, 200],
    ['a number behind the secret', `{"json":{"label":"${s}","algorithm":7}}`, 200],
    ['an error page', `<html>${s}</html>`, 500],
    ['an error of another shape', `{"errorCode":"${s}","reason":["${s}"],"message":{"a":"${s}"}}`, 403],
  ])('%s', async (_, body, status) => {
    const { fetch } = fakeFetch(new Response(body, { status }));
    const { error } = await expectNoSecret({ s }, ({ logger }) => clientOf(fetch, { logger }).keys.attributes('k'));
    expect(error).toMatchObject({ name: 'SignError' });
  });
});

describe('a server that quotes what it was sent', () => {
  it.each([
    ['the token', token],
    ['the API key', apiKey],
    ['the key password', password],
  ])('gets %s no further', async (_, secret) => {
    const { fetch } = fakeFetch(failure(617, 403, `res.${secret}`, `not allowed with ${secret}`));
    const { error } = await expectNoSecret(secrets, ({ logger }) =>
      clientOf(fetch, options({ logger })).keys.attributes('k', { password }),
    );
    expect(error).toMatchObject({ name: 'SignError' });
  });

  const forms: Readonly<Record<string, (secret: string) => string>> = {
    base64: (secret) => Buffer.from(`user:${secret}`).toString('base64'),
    base64url: (secret) => Buffer.from(`{"t":"${secret}"}`).toString('base64url'),
    hex: (secret) => Buffer.from(secret).toString('hex').toUpperCase(),
    'percent-encoding': (secret) => encodeURIComponent(secret),
    'percent-encoding of every byte': (secret) => Buffer.from(secret).toString('hex').replace(/../g, '%$&'),
    'an array of characters': (secret) => JSON.stringify([...secret]),
    'base64 of a request': (secret) => Buffer.from(JSON.stringify({ password: [...secret] })).toString('base64'),
    'the first half': (secret) => `${secret.slice(0, secret.length / 2)}…`,
  };
  it.each(Object.keys(forms))('as %s is not repeated', async (form) => {
    const said = (secret: string) => `before ${forms[form]?.(secret)} after`;
    for (const secret of [token, apiKey, password]) {
      const { fetch } = fakeFetch(failure(617, 403, 'res.error.x', said(secret)));
      const { error } = await expectNoSecret(secrets, ({ logger }) =>
        clientOf(fetch, options({ logger })).keys.attributes('k', { password }),
      );
      expect(error).toMatchObject({ details: { upstreamCode: 617, upstreamName: 'res.error.x' } });
    }
  });

  it('gets no further after the credential was replaced', async () => {
    const { fetch } = fakeFetch(failure(631, 401), failure(1, 403, 'res.error.x', `earlier: ${apiKey}`));
    const apiKeys = { keyManagement: [apiKey, `another-${'k'.repeat(20)}`] };
    const { error } = await expectNoSecret({ apiKey }, () => clientOf(fetch, { apiKeys }).keys.attributes('k'));
    expect(error).toMatchObject({ details: { status: 403 } });
  });

  it('in the label of a key goes no further', async () => {
    const { fetch } = fakeFetch(json({ json: { label: token, algorithm: 'EC', attributes: {} } }));
    const { error } = await expectNoSecret(secrets, () =>
      createTsbBackend({ ...(options({ fetch }) as TsbClientOptions), url: 'https://tsb.example' }).describeKey({ label: 'k' }),
    );
    expect(error).toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('is told from a text that repeats nothing', async () => {
    const { fetch } = fakeFetch(failure(600, 400, 'res.error.input.validation.failed', 'quorum has to be lower'));
    const call = clientOf(fetch, options()).keys.attributes('k', { password });
    await expect(call).rejects.toThrow(/res\.error\.input\.validation\.failed: quorum has to be lower$/);
  });
});
