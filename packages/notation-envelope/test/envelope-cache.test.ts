import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { base64Text } from '@securosys/core';
import { createChainCache, openEnvelope } from '@securosys/notation-envelope';
import { parseCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { isChainCache } from '../src/envelope/chain-cache.js';
import { day, extension, now, testChain, testKey } from './helpers/certificates.js';
import { cose, coseEnvelope, jws, rawEnvelope } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

/** Bytes of the heap that somebody still holds. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  collect();
  return process.memoryUsage().heapUsed;
}

const reason = (run: () => unknown) => {
  const { details, code } = thrown(run);
  return details.reason ?? details.rule ?? code;
};

describe('a cache of chains', () => {
  it('gives the same certificates for the same bytes, and checks every signature all the same', () => {
    const cache = createChainCache();
    const chain = testChain();
    const first = openEnvelope(rawEnvelope({ chain }), jws, { cache });
    const second = openEnvelope(rawEnvelope({ chain }), jws, { cache });
    expect(second.chain[0]).toBe(first.chain[0]);
    expect([cache.certificates, cache.chains]).toEqual([2, 1]);
    expect(reason(() => openEnvelope(rawEnvelope({ chain, signer: () => new Uint8Array(64) }), jws, { cache }))).toBe(
      'signature',
    );
    cache.clear();
    expect([cache.certificates, cache.chains]).toEqual([0, 0]);
  });

  it('keeps no chain that broke a rule, nor one that is part of a good one', () => {
    const cache = createChainCache();
    const [leaf, root] = testChain();
    openEnvelope(rawEnvelope({ chain: [leaf, root] }), jws, { cache });
    for (let i = 0; i < 2; i++) {
      expect(reason(() => openEnvelope(rawEnvelope({ chain: [leaf] }), jws, { cache }))).toBe('self-signed-invalid');
      expect(reason(() => openEnvelope(rawEnvelope({ chain: [leaf, root, root] }), jws, { cache }))).toBe('self-signed-not-last');
    }
    expect(cache.chains).toBe(1);
  });

  it('does not take one encoding for another: what is refused without a cache is refused with it', () => {
    const cache = createChainCache();
    const [leaf, root] = testChain();
    openEnvelope(rawEnvelope({ chain: [leaf, root] }), jws, { cache });
    openEnvelope(coseEnvelope({ chain: [leaf, root] }), cose, { cache });
    const texts = [leaf, root].map((der) => base64Text(der));
    const latin1 = Buffer.from(leaf).toString('latin1');
    const hostile = [texts.join('\n'), texts.join(','), `jws:${texts[0]}`, `cose:${latin1}`, ` ${texts[0]}`, latin1, '0', '0,1'];
    for (const text of hostile) {
      const change = (envelope: Record<string, unknown>) => {
        envelope.header = { x5c: [text, texts[1]] };
      };
      expect(thrown(() => openEnvelope(rawEnvelope({ change }), jws, { cache })).code).toBe('ERR_MALFORMED');
    }
    const ascii = new Uint8Array(Buffer.from(texts[0] as string));
    expect(thrown(() => openEnvelope(coseEnvelope({ chain: [ascii, root] }), cose, { cache })).code).toBe('ERR_MALFORMED');
  });

  it('forgets what was used longest ago', () => {
    const cache = createChainCache({ maxEntries: 3 });
    const chains = ['a', 'b', 'c'].map((name) => testChain({ leafKey: testKey('ec-p256', name) }));
    const open = (at: number) => {
      const key = testKey('ec-p256', ['a', 'b', 'c'][at]);
      return openEnvelope(rawEnvelope({ key, chain: chains[at] as Uint8Array[] }), jws, { cache }).chain[0];
    };
    const [first, second] = [open(0), open(1)];
    expect(open(0)).toBe(first);
    open(2);
    expect(cache.certificates).toBe(3);
    expect(open(0)).toBe(first);
    expect(open(1)).not.toBe(second);
    expect(cache.chains).toBeLessThanOrEqual(3);
  });

  it('tells chains that were checked with compatibility from those without', () => {
    const cache = createChainCache();
    const chain = testChain({ extensions: [extension('1.2.3.4', true, Uint8Array.of(5, 0))] });
    const compatibility = { unknownCriticalExtensions: true };
    expect(reason(() => openEnvelope(rawEnvelope({ chain }), jws, { cache }))).toBe('unknown-critical-extension');
    expect(openEnvelope(rawEnvelope({ chain }), jws, { cache, compatibility }).chain).toHaveLength(2);
    expect(reason(() => openEnvelope(rawEnvelope({ chain }), jws, { cache }))).toBe('unknown-critical-extension');
  });

  it('uses certificates that are given, as they are', () => {
    const known = parseCertificate(testChain()[1]);
    const { chain } = openEnvelope(rawEnvelope(), jws, { certificates: [known], cache: createChainCache() });
    expect(chain[1]).toBe(known);
  });

  it.each<[string, object]>([
    ['a cache of somebody else', { cache: { certificates: 0, chains: 0, clear() {} } }],
    ['certificates that are no list', { certificates: {} }],
    ['an unknown option', { cached: true }],
    ['an unknown compatibility', { compatibility: { anything: true } }],
    ['a compatibility that is no boolean', { compatibility: { unsortedMaps: 1 } }],
  ])('is refused as %s', (_, options) => {
    expect(thrown(() => openEnvelope(rawEnvelope(), jws, options)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('has a size of at least one', () => {
    for (const maxEntries of [0, -1, 1.5, Number.NaN, '5'])
      expect(thrown(() => createChainCache({ maxEntries } as object)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(isChainCache(createChainCache({ maxEntries: 1 }))).toBe(true);
  });

  it.each([1_000, 10])('keeps no envelope whose certificates it holds: of at most %i entries', (maxEntries) => {
    const cache = createChainCache({ maxEntries });
    const chain = testChain();
    const padding = 'x'.repeat(1_000_000);
    const padded = (i: number) =>
      rawEnvelope({
        chain: i < 4 ? testChain({ notAfter: now + day + i * 1_000 }) : chain,
        change: ({ header }) => Object.assign(header as object, { padding: `${padding}${i}` }),
      });
    const envelopes = Array.from({ length: 8 }, (_, i) => padded(i));
    const before = heapUsed();
    for (const bytes of envelopes) openEnvelope(bytes, jws, { cache });
    expect(heapUsed() - before).toBeLessThan(500_000);
    expect(cache.certificates).toBe(6);
  });
});
