import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createTsbClient } from '../../src/index.js';
import { clientOf, fakeFetch, json, networkError, version } from '../fake-fetch.js';
import { listen } from './servers.js';

const id = '11111111-2222-4333-8444-555555555555';
const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'EDDSA', keyPassword: ['p', 'w'] } as const;

describe('CVE-2026-40895 follow-redirects, S25: a redirect takes X-API-KEY, the token or the body along', () => {
  it.each([301, 302, 303, 307, 308])('HTTP %d from a real server reaches nobody', async (status) => {
    const thief = await listen(() => ({ status: 200, body: JSON.stringify({ signRequestId: id }) }));
    const tsb = await listen(() => ({ status, headers: { location: `${thief.url}/v1/sign` } }));
    const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: 't' }, apiKeys: { keyOperation: 'k' } });
    try {
      const refused = { code: 'ERR_ORIGIN_REFUSED', details: { status } };
      await expect(client.sign.asynchronous(signBody)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN', cause: refused });
      await expect(client.requests.get(id)).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
      expect(tsb.received).toHaveLength(2);
      expect(tsb.received[0]?.headers['x-api-key']).toBe('k');
      expect(thief.received).toHaveLength(0);
    } finally {
      await client.close();
      await Promise.all([tsb.close(), thief.close()]);
    }
  });

  it('a redirect to the same origin is refused too', async () => {
    const tsb = await listen((one) =>
      one.url === '/v1/versionInfo' ? { status: 307, headers: { location: '/other' } } : { status: 200 },
    );
    const client = createTsbClient({ url: tsb.url, auth: { type: 'none' } });
    try {
      await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
      expect(tsb.received).toHaveLength(1);
    } finally {
      await client.close();
      await tsb.close();
    }
  });

  it('a transport that follows redirects on its own is noticed', async () => {
    const followed = () => {
      const response = json(version);
      Object.defineProperty(response, 'redirected', { value: true });
      return response;
    };
    await expect(clientOf(fakeFetch(followed).fetch).service.version()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
  });
});

describe('TSB 1.15.2: a request was executed twice', () => {
  it('a create whose connection broke is sent once', async () => {
    const { fetch, seen } = fakeFetch(networkError('UND_ERR_SOCKET'), json({ signRequestId: id }, 201));
    await expect(clientOf(fetch).sign.asynchronous(signBody)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
    expect(seen).toHaveLength(1);
  });

  it('a create over a real connection that breaks is sent once', async () => {
    let heard = 0;
    const { createServer } = await import('node:http');
    const server = createServer((request) => {
      heard++;
      request.socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = createTsbClient({ url: `http://127.0.0.1:${port}`, auth: { type: 'none' } });
    try {
      await expect(client.sign.asynchronous(signBody)).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
      expect(heard).toBe(1);
    } finally {
      await client.close();
      server.close();
    }
  });
});

const sources = fileURLToPath(new URL('../../src', import.meta.url));
const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

describe('the Go client', () => {
  it('turned TLS verification off: nothing here can', () => {
    for (const file of files)
      expect(readFileSync(`${sources}/${file}`, 'utf8')).not.toMatch(/rejectUnauthorized: (?!true\b)|TLS_REJECT/);
  });

  it('a TLS server without a trusted certificate is refused and gets no credential', async () => {
    const { createServer } = await import('node:https');
    const pem = execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-subj',
        '/CN=localhost',
        '-days',
        '1',
        '-keyout',
        '-',
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let heard = 0;
    const server = createServer({ key: pem, cert: pem }, () => {
      heard++;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const client = createTsbClient({ url: `https://localhost:${port}`, auth: { type: 'token', token: 't' } });
    try {
      await expect(client.sign.asynchronous(signBody)).rejects.toMatchObject({ code: 'ERR_NETWORK' });
      expect(heard).toBe(0);
    } finally {
      await client.close();
      server.close();
    }
  });

  it('built JSON by concatenation: a quote in a label stays in the label', async () => {
    const label = 'a","password":["x"],"b":"\\';
    const { fetch, seen } = fakeFetch(json({ json: { label, algorithm: 'EC', attributes: {} } }));
    await clientOf(fetch).keys.attributes(label);
    expect(seen[0]?.json).toEqual({ label });
  });
});
