import { inspect } from 'node:util';
import { SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTsbBackend } from '../../src/index.js';
import { type Answer, clientOf, failure, fakeFetch, json, networkError, quickClock } from '../fake-fetch.js';

const secrets = { token: 'tok-SENTINEL-1f9c', apiKey: 'api-SENTINEL-77aa', password: 'pw-SENTINEL-5d21' };

/** Every way in which a secret may be written (S37). */
const forms = Object.values(secrets).flatMap((secret) => [
  secret,
  Buffer.from(secret).toString('base64').slice(0, 20),
  Buffer.from(secret).toString('hex'),
  JSON.stringify(secret.split('')).slice(1, -1),
  secret.slice(0, secret.length / 2 + 3),
]);

function expectClean(text: string): void {
  for (const form of forms) expect(text).not.toContain(form);
}

function setup(answer: Answer) {
  const lines: unknown[] = [];
  const log = (...line: unknown[]) => void lines.push(line);
  const { fetch, seen } = fakeFetch(answer);
  const client = clientOf(fetch, {
    auth: { type: 'token', token: secrets.token },
    apiKeys: { keyManagement: [secrets.apiKey], keyOperation: () => secrets.apiKey },
    logger: { debug: log, info: log, warn: log, error: log },
  });
  return { client, lines, seen };
}

const show = (value: unknown) => `${inspect(value, { depth: 12, showHidden: true })}\n${JSON.stringify(value) ?? ''}`;

describe('secrets are nowhere in', () => {
  it('a printed client or backend', () => {
    const { client } = setup(json({}));
    const backend = createTsbBackend({ client, clock: quickClock, keyPassword: () => secrets.password });
    expectClean(show(client));
    expectClean(show(backend));
  });

  it.each<[string, Answer]>([
    ['a refusal', failure(620, 403)],
    ['a page', new Response('<html>', { status: 200 })],
    ['a network error', networkError('ECONNRESET')],
    ['a redirect', new Response(null, { status: 307, headers: { location: 'https://evil.example/' } })],
    ['a refused API key', failure(631, 401)],
    ['a wrong type', json({ json: [] })],
  ])('the error and the log after %s', async (_, answer) => {
    const { client, lines, seen } = setup(answer);
    const error: unknown = await client.keys.attributes('k', { password: secrets.password }).catch((e: unknown) => e);
    expect(SignError.is(error)).toBe(true);
    expect(seen[0]?.headers.get('authorization')).toBe(`Bearer ${secrets.token}`);
    expectClean(show(error));
    expectClean(String((error as Error).stack));
    expectClean(show(lines));
  });

  it('the error about a token that cannot stand in a header', async () => {
    const { fetch, seen } = fakeFetch(json({}));
    const token = async () => `${secrets.token}\r\nx-evil: 1`;
    const error: unknown = await clientOf(fetch, { auth: { type: 'token', token } })
      .service.version()
      .catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expectClean(show(error));
    expect(seen).toHaveLength(0);
  });
});
