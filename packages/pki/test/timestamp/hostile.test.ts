import { SignError } from '@securosys/core';
import { describe, expect, it, vi } from 'vitest';
import {
  checkTimestampRevocation,
  createTimestamper,
  parseCertificate,
  parseTimestampToken,
  verifyTimestampToken,
} from '../../src/index.js';
import { commonName, craft, hex } from '../craft.js';
import { testKey } from '../issue.js';
import { authority, caExtensions, leafExtensions, message, signerInfo, token, tstInfo } from './craft-token.js';

const good = authority();
const anchors = [good.root];
const der = token(good);

describe('a token that nobody trusted signed', () => {
  it('costs a bounded number of signatures, however many signers and CAs of one name it brings', async () => {
    const key = testKey('ec-p256', 'maze');
    const name = commonName('maze');
    const made = (serial: number, leaf: boolean) =>
      parseCertificate(
        craft({
          key,
          subject: leaf ? commonName(`leaf ${serial}`) : name,
          issuer: name,
          serial: hex(`0202 01${serial.toString(16).padStart(2, '0')}`),
          extensions: leaf ? leafExtensions : caExtensions,
        }),
      );
    const leaves = Array.from({ length: 8 }, (_, i) => made(i, true));
    const cas = Array.from({ length: 24 }, (_, i) => made(i + 8, false));
    const info = tstInfo();
    const signers = leaves.map((leaf) => signerInfo({ ...good, leaf, key }, info));
    const bag = [...leaves, ...cas].map((certificate) => certificate.der);
    const crypto = await import('node:crypto');
    const verify = vi.spyOn(crypto.default, 'verify');
    try {
      await expect(verifyTimestampToken(token(good, { info, signers, bag }), { message, anchors })).rejects.toMatchObject({
        code: 'ERR_LIMIT',
        details: { reason: 'chain-limit' },
      });
      expect(verify.mock.calls.length).toBeGreaterThan(10);
      expect(verify.mock.calls.length).toBeLessThan(150);
    } finally {
      verify.mockRestore();
    }
  });
});

describe('a nonce', () => {
  it('is its INTEGER with its sign, so that a negative one echoes no positive one', () => {
    const nonce = (text: string) => parseTimestampToken(token(good, { info: tstInfo({ rest: hex(text) }) })).nonce;
    expect([nonce('0203 00ff01'), nonce('0202 ff01')]).toEqual(['00ff01', 'ff01']);
  });
});

describe('arguments that are none are ERR_INVALID_ARGUMENT:', () => {
  const base = { url: 'http://tsa.example', anchors, fetch: async () => new Response('x') };
  const silent = { check: async () => ({ status: 'ok', certificates: [] }) as const };
  it.each<[string, () => unknown]>([
    ['no token', () => verifyTimestampToken(undefined as never, { message, anchors })],
    ['a token that is text', () => verifyTimestampToken('MII' as never, { message, anchors })],
    ['anchors that are bytes', () => verifyTimestampToken(der, { message, anchors: [good.root.der] as never })],
    ['anchors that are objects', () => verifyTimestampToken(der, { message, anchors: [{}] as never })],
    ['a misspelt option', () => parseTimestampToken(der, { allowber: true } as never)],
    ['nothing to parse', () => parseTimestampToken(undefined as never)],
    ['anchors of an authority that are objects', () => createTimestamper({ ...base, anchors: [{}] as never })],
    ['anchors of an authority that are null', () => createTimestamper({ ...base, anchors: [null] as never })],
    ['a misspelt option of a call', () => createTimestamper(base).timestamp(message, 'sha256', { timeout: 1 } as never)],
    ['options of a call that are null', () => createTimestamper(base).timestamp(message, 'sha256', null as never)],
    [
      'random bytes that are none',
      () => createTimestamper({ ...base, randomBytes: () => 7 as never }).timestamp(message, 'sha256'),
    ],
    ['no checker', () => checkTimestampRevocation([good.leaf, good.root], {} as never)],
    ['an empty chain', () => checkTimestampRevocation([], silent)],
    ['a misspelt option of a check', () => checkTimestampRevocation([good.leaf], silent, { signl: 1 } as never)],
  ])('%s', async (_, call) => {
    const error: unknown = await Promise.resolve()
      .then(call)
      .catch((reason: unknown) => reason);
    expect(SignError.is(error, 'ERR_INVALID_ARGUMENT'), String(error)).toBe(true);
  });

  it('allowBer is true or off', async () => {
    const ber = Uint8Array.from([0x30, 0x80, ...der.subarray(4), 0, 0]);
    await expect(verifyTimestampToken(ber, { message, anchors, allowBer: true })).resolves.toBeDefined();
    await expect(verifyTimestampToken(ber, { message, anchors, allowBer: 'no' as never })).rejects.toMatchObject({
      code: 'ERR_MALFORMED',
    });
  });
});
