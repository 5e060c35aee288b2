import { createPublicKey, ECDH, generateKeyPairSync } from 'node:crypto';
import { type KeySpec, spkiOf } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { deriveWith } from '../../src/operations/derive.js';
import { stubKey, stubToken } from './stub-token.js';

const curves = [
  ['ec-p256', 'prime256v1', 32],
  ['ec-p384', 'secp384r1', 48],
  ['ec-p521', 'secp521r1', 66],
] as const;
const other = (curve: string) => generateKeyPairSync('ec', { namedCurve: curve }).publicKey;
const request = (publicKey: Uint8Array) => ({ algorithm: 'ecdh', publicKey }) as const;
/** SubjectPublicKeyInfo with the point in its short form. */
function compressed(publicKey: ReturnType<typeof other>): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const raw = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const short = ECDH.convertKey(raw, 'prime256v1', undefined, undefined, 'compressed') as Buffer;
  const head = Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex');
  return Uint8Array.from(Buffer.concat([head, short]));
}

describe('what the token is asked to derive', () => {
  it.each(curves)('on %s is a readable session secret as wide as the curve, from the raw point', async (spec, curve, width) => {
    const stub = stubToken(() => new Uint8Array(width));
    const publicKey = spkiOf(other(curve));
    expect((await deriveWith(stub.context, stubKey({ spec }), request(publicKey))).byteLength).toBe(width);
    const { mechanism, template = [] } = stub.asked[0] ?? {};
    // CKM_ECDH1_DERIVE, CKD_NULL; the point ends the SubjectPublicKeyInfo.
    const publicData = publicKey.slice(-(2 * width + 1));
    expect(mechanism).toEqual({ type: 0x1050, parameter: { kind: 'ecdh', kdf: 1, publicData } });
    const values = new Map(template.map(({ type, value }) => [type, value]));
    // CKA_TOKEN, CKA_SENSITIVE, CKA_EXTRACTABLE, CKA_VALUE_LEN.
    expect([0x1, 0x103, 0x162, 0x161].map((type) => values.get(type))).toEqual([false, false, true, width]);
  });

  it('is an uncompressed point, however the public key was written', async () => {
    const stub = stubToken(() => new Uint8Array(32));
    const key = other('prime256v1');
    const short = compressed(key);
    expect(createPublicKey({ key: Buffer.from(short), format: 'der', type: 'spki' }).equals(key)).toBe(true);
    await deriveWith(stub.context, stubKey({ spec: 'ec-p256' }), request(short));
    expect(stub.asked[0]?.mechanism.parameter).toMatchObject({ publicData: spkiOf(key).slice(-65) });
  });

  it.each([31, 33])('is refused when it comes back with %i bytes on P-256', async (bytes) => {
    const stub = stubToken(() => new Uint8Array(bytes));
    const publicKey = spkiOf(other('prime256v1'));
    await expect(deriveWith(stub.context, stubKey({ spec: 'ec-p256' }), request(publicKey))).rejects.toMatchObject({
      code: 'ERR_PROTOCOL',
    });
  });

  it('never meets a point of another curve, nor a key that may not derive, nor a token that cannot', async () => {
    const stub = stubToken();
    const publicKey = spkiOf(other('prime256v1'));
    const refused = (spec: KeySpec, key = stubKey({ spec }), context = stub.context) =>
      deriveWith(context, key, request(publicKey)).catch((error: { code: string }) => error.code);
    expect(await refused('ec-p384')).toBe('ERR_INVALID_ARGUMENT');
    expect(await refused('rsa-2048')).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await refused('ec-p256', stubKey({ spec: 'ec-p256', usages: ['sign'] }))).toBe('ERR_KEY_NOT_USABLE');
    expect(await refused('ec-p256', stubKey({ spec: 'ec-p256' }), stubToken(undefined, new Map()).context)).toBe(
      'ERR_ALGORITHM_UNSUPPORTED',
    );
    expect(stub.asked).toEqual([]);
  });
});
