import { createCipheriv } from 'node:crypto';
import { concatBytes, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { CKA } from '../../src/cryptoki/attributes.js';
import { mechanismFlags } from '../../src/cryptoki/flags.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import { capabilitiesOf } from '../../src/operations/capabilities.js';
import { unwrapWith, wrapWith } from '../../src/operations/wrap.js';
import { wrapMechanisms } from '../../src/operations/wrap-mechanism.js';
import type { TokenCalls } from '../../src/token/token-calls.js';
import { stubToken } from './stub-token.js';

/** What SoftHSM 2.6 does under 0x210A: zeros up to a multiple of 8 before RFC 5649. */
const filled = (key: Uint8Array) => concatBytes(key, new Uint8Array((8 - (key.byteLength % 8)) % 8));

/** What NSS does under 0x210A: PKCS padding to 8 bytes, then RFC 3394. */
function padded(key: Uint8Array): Uint8Array {
  const rest = 8 - (key.byteLength % 8);
  return concatBytes(key, new Uint8Array(rest).fill(rest));
}

/** RFC 3394 and RFC 5649 of node:crypto, by the size of the key-encryption key. */
function wrapped(kek: Uint8Array, key: Uint8Array, kwp: boolean): Uint8Array {
  const name = `id-aes${kek.byteLength * 8}-wrap${kwp ? '-pad' : ''}`;
  const iv = Buffer.from(kwp ? 'a65959a6' : 'a6a6a6a6a6a6a6a6', 'hex');
  return Uint8Array.from(createCipheriv(name, kek, iv).update(key));
}

/** A token that wraps session objects, with what it calls 0x210A. */
function wrapping(types: readonly number[], pad: 'rfc5649' | 'filled' | 'pkcs' | 'no') {
  const flags = mechanismFlags.WRAP | mechanismFlags.UNWRAP;
  const stub = stubToken(undefined, new Map(types.map((type) => [type, { minKeySize: 16, maxKeySize: 32, flags }])));
  const values: Uint8Array[] = [];
  const log: string[] = [];
  const token: TokenCalls = {
    ...stub.token,
    async createObject(template) {
      log.push('createObject');
      const value = template.find(({ type }) => type === CKA.VALUE)?.value;
      values.push(value instanceof Uint8Array ? value : new Uint8Array(0));
      return { bytes: Uint8Array.of(values.length - 1), epoch: 1 };
    },
    async destroyObject() {
      log.push('destroyObject');
    },
    async wrapKey(kek, { type }, key) {
      log.push('wrapKey');
      const [own, secret] = [kek, key].map(({ bytes }) => values[bytes[0] ?? 0] ?? new Uint8Array(0)) as [Uint8Array, Uint8Array];
      if (type !== CKM.AES_KEY_WRAP_PAD || pad === 'no') throw new SignError('ERR_KEY_NOT_USABLE', 'CKR_KEY_NOT_WRAPPABLE');
      if (pad === 'pkcs') return wrapped(own, padded(secret), false);
      return wrapped(own, pad === 'filled' ? filled(secret) : secret, true);
    },
    async unwrapKey() {
      log.push('unwrapKey');
      return { bytes: Uint8Array.of(9), epoch: 1 };
    },
  };
  return { token, log, choose: wrapMechanisms(token, capabilitiesOf(token)) };
}

const key = { handle: { bytes: Uint8Array.of(1), epoch: 1 }, label: 'kek', usages: ['wrap', 'unwrap'] } as const;
const inside = { handle: key.handle, extractable: true };

describe('AES key wrap of RFC 5649', () => {
  it('is CKM_AES_KEY_WRAP_KWP where the token has it, untested', async () => {
    const { choose, log } = wrapping([CKM.AES_KEY_WRAP_KWP, CKM.AES_KEY_WRAP_PAD], 'pkcs');
    expect(await choose('rfc5649', 'WRAP')).toEqual({ type: 0x210b });
    expect(log).toEqual([]);
  });

  it('is what node:crypto computes here: the first example of §6', () => {
    const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
    const kek = hex('5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8');
    const expected = hex('138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a');
    expect(wrapped(kek, hex('c37b7e6492584340bed12207808941155068f738'), true)).toEqual(expected);
  });

  it.each(['rfc5649', 'filled'] as const)(
    'is CKM_AES_KEY_WRAP_PAD where a known answer says so, which is asked for once and leaves nothing behind (%s)',
    async (pad) => {
      const { choose, log } = wrapping([CKM.AES_KEY_WRAP_PAD], pad);
      for (const use of ['WRAP', 'UNWRAP'] as const) expect(await choose('rfc5649', use)).toEqual({ type: 0x210a });
      expect(log).toEqual(['createObject', 'createObject', 'wrapKey', 'destroyObject', 'destroyObject']);
    },
  );

  it.each(['pkcs', 'no'] as const)(
    'is not there where CKM_AES_KEY_WRAP_PAD is another padding, or cannot be tested (%s)',
    async (pad) => {
      const { choose, log } = wrapping([CKM.AES_KEY_WRAP_PAD], pad);
      await expect(choose('rfc5649', 'WRAP')).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
      expect(log.filter((call) => call === 'destroyObject').length).toBe(2);
    },
  );

  it('is another mechanism than that of RFC 3394', async () => {
    const { choose } = wrapping([CKM.AES_KEY_WRAP], 'no');
    expect(await choose('rfc3394', 'WRAP')).toEqual({ type: 0x2109 });
    await expect(choose('rfc5649', 'WRAP')).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
  });
});

describe('refused before any native call:', () => {
  it('a key that does not leave its token, a key that may not wrap, an unknown format', async () => {
    const { token, choose, log } = wrapping([CKM.AES_KEY_WRAP_KWP], 'no');
    const codes = await Promise.all(
      [
        wrapWith(token, choose, key, { ...inside, extractable: false }, 'rfc5649'),
        wrapWith(token, choose, { ...key, usages: [] }, inside, 'rfc5649'),
        wrapWith(token, choose, key, inside, 'other' as 'rfc5649'),
      ].map((call) => call.catch((error: { code: string }) => error.code)),
    );
    expect(codes).toEqual(['ERR_KEY_NOT_USABLE', 'ERR_KEY_NOT_USABLE', 'ERR_INVALID_ARGUMENT']);
    expect(log).toEqual([]);
  });

  it.each([
    ['rfc5649', 8],
    ['rfc5649', 17],
    ['rfc3394', 16],
  ] as const)('%s of %i bytes, which nothing wrapped has', async (format, bytes) => {
    const { token, choose, log } = wrapping([CKM.AES_KEY_WRAP_KWP, CKM.AES_KEY_WRAP], 'no');
    await expect(unwrapWith(token, choose, key, new Uint8Array(bytes), [], format)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(log).toEqual([]);
    await unwrapWith(token, choose, key, new Uint8Array(24), [], format);
    expect(log).toEqual(['unwrapKey']);
  });
});
