import { createHash } from 'node:crypto';
import { hashBytes, type SignatureAlgorithm, type SignInput } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { mechanismFlags } from '../../src/cryptoki/flags.js';
import { CKM } from '../../src/cryptoki/mechanisms.js';
import { planToSign, signWith } from '../../src/operations/sign.js';
import { longestWholeMessage } from '../../src/operations/sign-input.js';
import { pssFits, signPlan } from '../../src/operations/sign-plan.js';
import type { UsableKey } from '../../src/operations/usable-key.js';
import { type Asked, stubKey, stubToken } from './stub-token.js';

const message = new TextEncoder().encode('an image');
const lengths = { 'rsa-2048': 256, 'rsa-3072': 384, 'rsa-4096': 512, 'ec-p256': 64, 'ec-p384': 96, 'ec-p521': 132, ed25519: 64 };

async function signed(algorithm: SignatureAlgorithm, key: UsableKey, input: SignInput, stub = stubToken(lengthOf(key))) {
  const plan = await planToSign(stub.context, key, algorithm);
  await signWith(stub.context, key, plan, input);
  return stub.asked[0] as Asked;
}
const lengthOf =
  ({ spec }: UsableKey) =>
  () =>
    new Uint8Array(lengths[spec as keyof typeof lengths]);
const ofSpec = (spec: keyof typeof lengths) => stubKey({ spec });
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('what the token is asked to sign', () => {
  it.each([
    // RFC 8017 §9.2, note 1.
    ['sha256', '3031300d060960864801650304020105000420'],
    ['sha384', '3041300d060960864801650304020205000430'],
    ['sha512', '3051300d060960864801650304020305000440'],
  ] as const)('PKCS#1 v1.5 with %s is the DigestInfo, made here', async (hash, prefix) => {
    const { mechanism, data } = await signed(`rsa-pkcs1-${hash}`, ofSpec('rsa-2048'), { message });
    expect(mechanism).toEqual({ type: 0x1 });
    expect(hex(data)).toBe(prefix + createHash(hash).update(message).digest('hex'));
  });

  it.each([
    ['sha256', 0x250, 2, 32],
    ['sha384', 0x260, 3, 48],
    ['sha512', 0x270, 4, 64],
  ] as const)('PSS with %s has its hash for the mask and its length for the salt', async (hash, hashAlg, mgf, saltLen) => {
    const { mechanism, data } = await signed(`rsa-pss-${hash}`, ofSpec('rsa-3072'), { message });
    expect(mechanism).toEqual({ type: 0xd, parameter: { kind: 'pss', hashAlg, mgf, saltLen } });
    expect(hex(data)).toBe(createHash(hash).update(message).digest('hex'));
  });

  it.each([
    ['ecdsa-sha256', 'ec-p256', 'sha256', 32],
    ['ecdsa-sha384', 'ec-p256', 'sha384', 32],
    ['ecdsa-sha512', 'ec-p384', 'sha512', 48],
    ['ecdsa-sha256', 'ec-p384', 'sha256', 32],
    ['ecdsa-sha512', 'ec-p521', 'sha512', 64],
  ] as const)('%s on %s is the leftmost bytes of %s, at most as many as the order has', async (algorithm, spec, hash, bytes) => {
    const { mechanism, data } = await signed(algorithm, ofSpec(spec), { message });
    expect(mechanism).toEqual({ type: 0x1041 });
    expect(hex(data)).toBe(
      createHash(hash)
        .update(message)
        .digest('hex')
        .slice(0, bytes * 2),
    );
  });

  it('Ed25519 is the whole message, without a parameter', async () => {
    const { mechanism, data } = await signed('ed25519', ofSpec('ed25519'), { message });
    expect(mechanism).toEqual({ type: 0x1057 });
    expect(data).toEqual(message);
  });

  it('a digest is taken as it is, and its preimage must be its own', async () => {
    const digest = hashBytes('sha256', message);
    for (const input of [{ digest }, { digest, preimage: message }, { message }])
      expect((await signed('ecdsa-sha256', ofSpec('ec-p256'), input)).data).toEqual(digest);
    await expect(signed('ecdsa-sha256', ofSpec('ec-p256'), { digest, preimage: digest })).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
  });

  it('is a copy: a caller who uses his memory for the next digest gets no signature of that', async () => {
    const bytes = new Uint8Array(32).fill(1);
    for (const [algorithm, spec, input] of [
      ['ecdsa-sha256', 'ec-p256', { digest: bytes.fill(1) }],
      ['ed25519', 'ed25519', { message: bytes.fill(1) }],
    ] as const) {
      const { data } = await signed(algorithm, ofSpec(spec), input);
      bytes.fill(2);
      expect(data).toEqual(new Uint8Array(32).fill(1));
      bytes.fill(1);
    }
  });

  it('a long message is hashed in pieces, with turns of the event loop in between', async () => {
    const long = new Uint8Array(3_000_000).fill(7);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    const { data } = await signed('rsa-pss-sha512', ofSpec('rsa-2048'), { message: long });
    clearInterval(counting);
    expect(hex(data)).toBe(createHash('sha512').update(long).digest('hex'));
    expect(turns).toBeGreaterThan(0);
  });
});

describe('refused before any native call:', () => {
  const digest = hashBytes('sha256', message);
  const cases: readonly (readonly [string, SignatureAlgorithm, UsableKey, unknown, string])[] = [
    ['a digest of another length', 'ecdsa-sha256', ofSpec('ec-p256'), { digest: digest.subarray(1) }, 'ERR_INVALID_ARGUMENT'],
    ['a digest for PSS of another length', 'rsa-pss-sha512', ofSpec('rsa-2048'), { digest }, 'ERR_INVALID_ARGUMENT'],
    ['a digest for Ed25519', 'ed25519', ofSpec('ed25519'), { digest }, 'ERR_ALGORITHM_UNSUPPORTED'],
    ['no input', 'ecdsa-sha256', ofSpec('ec-p256'), {}, 'ERR_INVALID_ARGUMENT'],
    ['text for bytes', 'ecdsa-sha256', ofSpec('ec-p256'), { message: 'text' }, 'ERR_INVALID_ARGUMENT'],
    ['a message and a digest', 'ecdsa-sha256', ofSpec('ec-p256'), { message, digest }, 'ERR_INVALID_ARGUMENT'],
    [
      'a message over 16 MiB for Ed25519',
      'ed25519',
      ofSpec('ed25519'),
      { message: new Uint8Array(longestWholeMessage + 1) },
      'ERR_LIMIT',
    ],
    ['RSA with a key on a curve', 'rsa-pss-sha256', ofSpec('ec-p256'), { message }, 'ERR_ALGORITHM_UNSUPPORTED'],
    ['a key that no format uses', 'ecdsa-sha256', stubKey({ spec: undefined }), { message }, 'ERR_ALGORITHM_UNSUPPORTED'],
    ['ML-DSA', 'ml-dsa-44', stubKey({ spec: 'ml-dsa-44' }), { message }, 'ERR_ALGORITHM_UNSUPPORTED'],
    [
      'a key that may not sign',
      'ecdsa-sha256',
      stubKey({ spec: 'ec-p256', usages: ['derive'] }),
      { message },
      'ERR_KEY_NOT_USABLE',
    ],
  ];
  it.each(cases)('%s', async (_, algorithm, key, input, code) => {
    const stub = stubToken();
    await expect(signed(algorithm, key, input as SignInput, stub)).rejects.toMatchObject({ code });
    expect(stub.asked).toEqual([]);
  });

  it('a mechanism that the token does not have, or not to sign, or not for keys of this size', async () => {
    const info = { minKeySize: 2048, maxKeySize: 3072, flags: mechanismFlags.SIGN };
    const lists = [
      new Map(),
      new Map([[CKM.RSA_PKCS_PSS as number, { ...info, flags: mechanismFlags.DECRYPT }]]),
      new Map([[CKM.RSA_PKCS_PSS as number, info]]),
    ];
    for (const mechanisms of lists) {
      const stub = stubToken(undefined, mechanisms);
      await expect(signed('rsa-pss-sha256', ofSpec('rsa-4096'), { message }, stub)).rejects.toMatchObject({
        code: 'ERR_ALGORITHM_UNSUPPORTED',
        message: expect.stringContaining('CKM_RSA_PKCS_PSS'),
      });
      expect(stub.asked).toEqual([]);
    }
  });

  it('a salt for which the modulus has no room (RFC 8017 §9.1.1)', () => {
    // 1024 bits: 128 − 64 − 2 = 62 bytes of salt with SHA-512, one bit more of modulus gives no byte more.
    expect([62, 63].map((salt) => pssFits(1024, 64, salt))).toEqual([true, false]);
    expect(pssFits(1025, 64, 62)).toBe(true);
    expect(pssFits(1025, 64, 63)).toBe(false);
    expect(pssFits(1026, 64, 63)).toBe(true);
  });
});

describe('a signature', () => {
  it.each([63, 65, 70])('of %i bytes is none of P-256: r‖s has 64', async (bytes) => {
    const stub = stubToken(() => new Uint8Array(bytes));
    await expect(signed('ecdsa-sha256', ofSpec('ec-p256'), { message }, stub)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('of P-521 has 132 bytes, of RSA as many as the modulus, of Ed25519 64', () => {
    const wide = (algorithm: SignatureAlgorithm, spec: keyof typeof lengths) => signPlan(algorithm, spec).signatureBytes;
    expect(wide('ecdsa-sha512', 'ec-p521')).toBe(132);
    expect(wide('rsa-pkcs1-sha256', 'rsa-3072')).toBe(384);
    expect(wide('ed25519', 'ed25519')).toBe(64);
  });

  it('with a key that wants the PIN each time is made with it, asked for by the name of the key', async () => {
    const stub = stubToken(() => new Uint8Array(64));
    const key = stubKey({ spec: 'ec-p256', alwaysAuthenticate: true });
    const { options } = await signed('ecdsa-sha256', key, { message }, stub);
    expect(await options?.contextPin?.()).toBe('1234');
    expect(stub.pins).toMatchObject([{ purpose: 'context', keyLabel: 'release' }]);
    expect((await signed('ecdsa-sha256', ofSpec('ec-p256'), { message })).options?.contextPin).toBeUndefined();
  });
});
