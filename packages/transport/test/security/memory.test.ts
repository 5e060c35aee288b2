import { systemClock, utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../../../testing/src/own-memory.js';
import * as api from '../../src/index.js';

/** A body in pieces that share memory, as sockets hand them out. */
const pooled = () => new Response(Buffer.from('short enough for the pool'));
const limits = { maxBytes: 100, what: 'a body' };

/** Every exported function that gives out bytes to keep. */
const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  readBody: () => api.withCall(systemClock, 1000, {}, (call) => api.readBody(call, pooled(), limits)),
  boundedRequest: async () =>
    api.boundedRequest({
      fetch: async () => pooled(),
      clock: systemClock,
      url: 'https://a.example/',
      maxBytes: 100,
      timeoutMs: 1000,
      body: utf8Bytes('x'),
    }),
};
/** `bodyChunks` and the fetch pass pieces on as the platform made them. */
const withoutBytes = [
  'basicLogin',
  'bodyChunks',
  'createDirectFetch',
  'responseOf',
  'createOutboundFetch',
  'discard',
  'exchange',
  'foreignUrl',
  'hostSet',
  'isPrivateAddress',
  'isPrivateIp',
  'isPublicHost',
  'networkError',
  'shownName',
  'startCall',
  'withCall',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const known = new Set([...Object.keys(samples), ...withoutBytes]);
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !known.has(name))).toEqual([]);
  });
});
