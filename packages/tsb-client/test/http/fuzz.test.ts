import { base64Text, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { TsbClient } from '../../src/index.js';
import { clientOf, fakeFetch, version } from '../fake-fetch.js';

const seed = 20261121;
const rounds = process.env.SLOW ? 60_000 : 500;
const id = '11111111-2222-4333-8444-555555555555';
const signBody = { payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA', keyPassword: ['p', 'w'] } as const;
const policy = {
  ruleUse: { tokens: [{ name: 't', timelock: 0, timeout: 60, groups: [{ name: 'g', quorum: 1, approvals: [] }] }] },
};

/** A call and an answer that it takes. */
const calls: readonly (readonly [(client: TsbClient) => Promise<unknown>, unknown])[] = [
  [(c) => c.service.version(), version],
  [(c) => c.service.statistics(), { keyStoreStatistics: 'private keys 1, public keys 2, used size 3 bytes' }],
  [(c) => c.keys.list(), ['a', 'b']],
  [
    (c) => c.keys.attributes('k'),
    { json: { label: 'k', algorithm: 'EC', keySize: 256, publicKey: 'AAAA', attributes: { sign: true }, policy } },
  ],
  [
    (c) => c.requests.get(id),
    {
      id,
      status: 'EXECUTED',
      executionTime: '2026-11-21T12:00:00Z',
      approvedBy: ['a'],
      notYetApprovedBy: [],
      rejectedBy: [],
      result: 'AAAA',
    },
  ],
  [(c) => c.requests.filter(), { requests: [{ id, status: 'PENDING' }] }],
  [(c) => c.certificates.get('k'), { label: 'k', certificate: base64Text(Uint8Array.of(0x30, 3, 2, 1, 5)) }],
  [(c) => c.sign.synchronous(signBody), { signature: 'MAYCAQECAQE=' }],
  [(c) => c.sign.asynchronous(signBody), { signRequestId: id }],
  [
    (c) => c.service.version(),
    { errorCode: 650, reason: 'res.error.key.not.existent', message: 'Key with name k does not exist' },
  ],
];

/** Numbers from 0 to below 1 (mulberry32), the same in every run. */
function randomFrom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(seed);
const below = (most: number) => Math.floor(random() * most);
const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;

const oddities: readonly unknown[] = [
  null,
  0,
  -1,
  1e308,
  true,
  '',
  '\u0000',
  '__proto__',
  [],
  {},
  [[[]]],
  'x'.repeat(300),
  '\ud7ff',
  { toString: 1 },
];

/** Replaces, removes or adds one value somewhere inside. */
function oddAt(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.2) return pick(oddities);
  if (Array.isArray(value)) return value.length === 0 ? [pick(oddities)] : value.map((one, at) => (at === 0 ? oddAt(one) : one));
  const entries = Object.entries(value);
  const chosen = below(entries.length + 1);
  if (chosen === entries.length) return { ...value, [pick(['constructor', 'then', '__proto__', 'x'])]: pick(oddities) };
  return Object.fromEntries(
    entries.flatMap(([name, one], at) => (at !== chosen ? [[name, one]] : random() < 0.3 ? [] : [[name, oddAt(one)]])),
  );
}

/** Flips, cuts, doubles and inserts bytes. */
function oddBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = [...bytes];
  for (let changes = 1 + below(4); changes > 0; changes--) {
    const at = below(out.length + 1);
    const change = below(4);
    if (change === 0) out[at] = below(256);
    else if (change === 1) out.splice(at, 1 + below(8));
    else if (change === 2) out.splice(at, 0, ...out.slice(at, at + 1 + below(16)));
    else out.splice(at, 0, below(256));
  }
  return Uint8Array.from(out, (byte) => byte ?? 0);
}

const noise = () => Uint8Array.from({ length: below(400) }, () => below(256));
const headers = ['retry-after', 'date', 'location', 'content-encoding', 'content-type', 'content-length', 'www-authenticate'];
const values = [
  '0',
  '-1',
  '99999999999',
  'gzip',
  'identity',
  'text/html',
  'Sat, 21 Nov 2026 12:00:00 GMT',
  'https://elsewhere.example',
  'Basic',
];

function answer(valid: unknown): Response {
  const text = Buffer.from(JSON.stringify(valid));
  const body = pick([
    () => text,
    () => oddBytes(text),
    () => Buffer.from(JSON.stringify(oddAt(valid))),
    () => oddBytes(oddBytes(text)),
    noise,
  ])();
  const status =
    random() < 0.6
      ? pick([200, 201])
      : pick([202, 204, 205, 301, 304, 400, 401, 403, 404, 408, 409, 413, 418, 429, 451, 500, 501, 502, 503, 504, 599]);
  const empty = status === 204 || status === 205 || status === 304;
  const more = random() < 0.3 ? { [pick(headers)]: pick(values) } : {};
  return new Response(empty ? null : new Uint8Array(body), { status, headers: more });
}

describe('fuzzed answers', () => {
  it(`never crash the client: ${rounds} of them, seed ${seed}`, async () => {
    const codes = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const [call, valid] = pick(calls);
      const client = clientOf(fakeFetch(() => answer(valid)).fetch, {
        auth: { type: 'token', token: () => `token-${round}` },
        apiKeys: { keyOperation: ['a', 'b'], service: 'c' },
        maxResponseBytes: 4096,
        random,
      });
      const code = await call(client).then(
        () => 'answered',
        (error: unknown) => (SignError.is(error) ? error.code : `untyped: ${String(error)}`),
      );
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    const lines = [...codes].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${String(count).padStart(7)} ${code}`);
    console.log(`codes of ${rounds} fuzzed answers:\n${lines.join('\n')}`);
    expect([...codes.keys()].filter((code) => /^untyped|ERR_INTERNAL/.test(code))).toEqual([]);
    // The corpus reaches all kinds of ends, or it would prove nothing.
    for (const reached of [
      'answered',
      'ERR_PROTOCOL',
      'ERR_ORIGIN_REFUSED',
      'ERR_OUTCOME_UNKNOWN',
      'ERR_KEY_NOT_FOUND',
      'ERR_AUTHENTICATION',
    ])
      expect([...codes.keys()]).toContain(reached);
  });
});
