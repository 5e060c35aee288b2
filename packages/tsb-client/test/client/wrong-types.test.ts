import { describe, expect, it } from 'vitest';
import { createApprover, createTsbBackend, createTsbClient } from '../../src/index.js';
import { approverKey } from '../approver/task.js';
import { clientOf, fakeFetch, json, version } from '../fake-fetch.js';

const wrong = expect.objectContaining({ name: 'SignError', code: 'ERR_INVALID_ARGUMENT' });
const url = 'https://tsb.example';
const none = { type: 'none' };

describe('options of a wrong type are refused by code, not by a TypeError:', () => {
  const clientOptions: readonly (readonly [string, unknown])[] = [
    ['nothing', undefined],
    ['null', null],
    ['text', url],
    ['a list', []],
    ['no url', { auth: none }],
    ['a number as url', { url: 7, auth: none }],
    ['no auth', { url }],
    ['null as auth', { url, auth: null }],
    ['a list as auth', { url, auth: ['none'] }],
    ['no token', { url, auth: { type: 'token' } }],
    ['a list as token', { url, auth: { type: 'token', token: ['a'] } }],
    ['null as token', { url, auth: { type: 'token', token: null } }],
    ['null as apiKeys', { url, auth: none, apiKeys: null }],
    ['a list as apiKeys', { url, auth: none, apiKeys: ['k'] }],
    ['a number as API key', { url, auth: none, apiKeys: { service: 7 } }],
    ['null as API key', { url, auth: none, apiKeys: { service: null } }],
    ['numbers as API keys', { url, auth: none, apiKeys: { service: [7] } }],
    ['no API key in a role', { url, auth: none, apiKeys: { service: [] } }],
    ['text as fetch', { url, auth: none, fetch: 'x' }],
    ['a clock that cannot sleep', { url, auth: none, clock: { now: () => 0 } }],
    ['null as clock', { url, auth: none, clock: null }],
    ['a logger that cannot warn', { url, auth: none, logger: { debug: () => undefined } }],
    ['text as allowHttp', { url, auth: none, allowHttp: 'yes' }],
    ['text as timeoutMs', { url, auth: none, timeoutMs: '7' }],
    ['no size', { url, auth: none, maxResponseBytes: 0 }],
  ];

  it.each(clientOptions)('createTsbClient: %s', (_, options) => {
    expect(() => createTsbClient(options as never)).toThrow(wrong);
  });

  it.each(clientOptions)('createTsbBackend: %s', (_, options) => {
    expect(() => createTsbBackend(options as never)).toThrow(wrong);
  });

  it.each(clientOptions)('createApprover: %s', (_, options) => {
    const given = typeof options === 'object' && options !== null ? { key: approverKey, formats: [], ...options } : options;
    expect(() => createApprover(given as never)).toThrow(wrong);
  });

  const client = clientOf(fakeFetch(json(version)).fetch);
  it.each<[string, () => unknown]>([
    ['null as client', () => createTsbBackend({ client: null } as never)],
    ['text as keyPassword', () => createTsbBackend({ client, keyPassword: 'x' } as never)],
    ['a number as partition', () => createTsbBackend({ client, partition: 7 } as never)],
    ['a key without a public half', () => createApprover({ client, formats: [], key: { sign: () => undefined } } as never)],
    ['one expected key', () => createApprover({ client, formats: [], key: approverKey, expectedKeys: {} } as never)],
    ['text as pinned key', () => createApprover({ client, formats: [], key: approverKey, pinnedTimestampKey: 'x' } as never)],
  ])('%s', (_, create) => {
    expect(create).toThrow(wrong);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a call', () => client.call({} as never, undefined, null as never)],
    ['version', () => client.service.version(null as never)],
    ['attributes', () => client.keys.attributes('k', null as never)],
    ['create', () => client.keys.create(null as never)],
    ['create, its options', () => client.keys.create({ label: 'k', spec: 'ec-p256', policy: null }, null as never)],
    ['a signal that is none', () => client.service.version({ signal: {} as never })],
    ['a logger that is none', () => client.service.version({ logger: 'x' as never })],
  ])('options of a call: %s', async (_, call) => {
    await expect(call()).rejects.toThrow(wrong);
  });
});
