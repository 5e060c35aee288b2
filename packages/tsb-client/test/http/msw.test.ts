import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createTsbClient, type TsbClientOptions } from '../../src/index.js';
import { version } from '../fake-fetch.js';
import { issueTls } from './certificates.js';

/** Nobody listens there: an answer can only come from a handler. */
const url = 'https://localhost:9443';
const server = setupServer(http.get(`${url}/v1/versionInfo`, () => HttpResponse.json(version)));

beforeAll(() => server.listen({ onUnhandledRequest: 'bypass' }));
afterAll(() => server.close());

const person = issueTls('ci-runner');
it.each<[string, Partial<TsbClientOptions>]>([
  ['as it comes', {}],
  [
    'with a client certificate and roots',
    { ca: person.pem, auth: { type: 'certificate', certificate: person.pem, privateKey: person.keyPem } },
  ],
  ['with a proxy', { proxy: { url: 'http://127.0.0.1:9' } }],
  ['with a deadline of the call', { timeoutMs: 5_000 }],
])('msw intercepts the default transport %s', async (_, options) => {
  const client = createTsbClient({ url: url, auth: { type: 'none' }, retries: 0, ...options });
  expect(await client.service.version({ timeoutMs: 10_000 })).toMatchObject(version);
  expect(await client.service.version({ signal: new AbortController().signal })).toMatchObject(version);
  await client.close();
});

it('a redirect that msw makes up is refused like a real one', async () => {
  server.use(http.get(`${url}/v1/versionInfo`, () => HttpResponse.redirect(`${url}/v1/elsewhere`, 307)));
  const client = createTsbClient({ url, auth: { type: 'none' }, retries: 0 });
  await expect(client.service.version()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED', retryable: false });
  await client.close();
  server.resetHandlers();
});

it('msw does not intercept the transports that were not chosen (decision 15)', async () => {
  const { request, fetch: undiciFetch } = await import('undici');
  await expect(request(`${url}/v1/versionInfo`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await expect(undiciFetch(`${url}/v1/versionInfo`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
});
