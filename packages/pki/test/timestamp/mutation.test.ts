import { readFileSync } from 'node:fs';
import { hexText, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../testing/src/index.js';
import {
  type Certificate,
  createTimestamper,
  parseCertificate,
  parseCertificates,
  type VerifiedTimestamp,
  verifyTimestampToken,
} from '../../src/index.js';
import { ascii, authority, message, token } from './craft-token.js';

const file = (name: string) => Uint8Array.from(readFileSync(new URL(`vectors/${name}`, import.meta.url)));

/** A sample of changes by default, every one of them with SLOW. */
const sampled = process.env.SLOW ? Number.POSITIVE_INFINITY : 48;

/** The same numbers in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every one-bit flip, or a sample of them; then cuts, doubled and moved ranges. */
function* mutants(bytes: Uint8Array): Generator<[what: string, bytes: Uint8Array]> {
  const next = random(1);
  const bits = bytes.byteLength * 8;
  for (let i = 0; i < Math.min(bits, sampled); i++) {
    const bit = sampled < bits ? Math.floor(next() * bits) : i;
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    yield [`bit ${bit}`, flipped];
  }
  for (let i = 0; i < Math.min(bits, sampled / 4, 4000); i++) {
    const from = Math.floor(next() * bytes.byteLength);
    const to = from + Math.floor(next() * 64);
    yield [`cut at ${from}`, bytes.slice(0, from)];
    yield [`without ${from} to ${to}`, Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(to)])];
    yield [`twice ${from} to ${to}`, Uint8Array.from([...bytes.subarray(0, to), ...bytes.subarray(from)])];
  }
}

const shown = ({ genTime, accuracyMs, policy, serial, hash, imprint, chain }: VerifiedTimestamp) => ({
  genTime,
  accuracyMs,
  policy,
  serial,
  hash,
  imprint: hexText(imprint),
  chain: chain.map(({ thumbprint }) => thumbprint),
});

async function recordedToken(reply: string, root: string): Promise<Uint8Array> {
  const fetch = async () => new Response(file(reply), { headers: { 'content-type': 'application/timestamp-reply' } });
  const randomBytes = (count: number) => new Uint8Array(count).fill(42);
  const clock = createTestClock('2027-01-01T00:00:00Z');
  return createTimestamper({ url: 'http://tsa.test', anchors: [file(root)], fetch, randomBytes, clock }).timestamp(
    message,
    'sha256',
  );
}

const from = authority();
const corpus: Readonly<Record<string, () => Promise<{ der: Uint8Array; anchors: readonly Certificate[]; about?: Uint8Array }>>> =
  {
    'a token of ours': async () => ({ der: token(from), anchors: [from.root] }),
    'one of openssl ts with more certificates': async () => ({
      der: await recordedToken('forged-in-bag.tsr', 'root.der'),
      anchors: [parseCertificate(file('root.der')), parseCertificate(file('forged-root.der'))],
    }),
    'one of openssl ts, RSA': async () => ({
      der: await recordedToken('rsa.tsr', 'rsa-root.der'),
      anchors: [parseCertificate(file('rsa-root.der'))],
    }),
    'one of GlobalSign': async () => ({
      der: file('tspclient-go/TimeStampToken.p7s'),
      anchors: parseCertificates(file('tspclient-go/GlobalSignRootCA.crt')),
      about: ascii('notation'),
    }),
  };

describe('a changed token says the same, by the same authority, or is refused with a code:', () => {
  it.each(Object.keys(corpus))('%s', { timeout: process.env.SLOW ? 600_000 : 20_000 }, async (name) => {
    const made = await corpus[name]?.();
    if (!made) throw new Error('no such token');
    const { der, anchors, about = message } = made;
    const original = shown(await verifyTimestampToken(der, { message: about, anchors }));
    let refused = 0;
    for (const [what, bytes] of mutants(der))
      for (const allowBer of [false, true])
        try {
          const verified = await verifyTimestampToken(bytes, { message: about, anchors, allowBer });
          expect(shown(verified), what).toEqual(original);
        } catch (error) {
          if (!SignError.is(error)) throw new Error(`${what}: ${String(error)}`, { cause: error });
          // An error of the certificate reader may come through where a key is no key.
          expect(error.details.reason !== undefined || error.code === 'ERR_MALFORMED', `${what}: ${error.message}`).toBe(true);
          refused++;
        }
    expect(refused).toBeGreaterThan(120);
  });
});
