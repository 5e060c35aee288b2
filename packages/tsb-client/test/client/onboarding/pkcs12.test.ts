import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64Bytes, concatBytes, derChildren, derWrap, readDer, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPkcs12 } from '../../../src/client/onboarding/pkcs12.js';

/**
 * Files of one EC key and its self-signed certificate. `java` is what keytool of JDK 17 writes by default; the others are from
 * OpenSSL 3.0: `aes256` by default, `tripleDes` and `rc2` (-legacy) as programs wrote before, `plainCertificate` with -certpbe NONE.
 */
interface Vectors {
  readonly certificate: string;
  readonly privateKey: string;
  readonly files: Readonly<Record<string, string>>;
}
const vectors = JSON.parse(readFileSync(new URL('./pkcs12-files.json', import.meta.url), 'utf8')) as Vectors;
const file = (name: string) => base64Bytes(vectors.files[name] ?? '');
const pkcs8 = Buffer.from(vectors.privateKey, 'base64');
const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'opened',
    (error: unknown) => (SignError.is(error) ? error.code : error),
  );

/** The same value with an indefinite length, as BER has it. */
const indefinite = (tag: number, contents: Uint8Array) => concatBytes(Uint8Array.of(tag, 0x80), contents, Uint8Array.of(0, 0));

/** The file as BouncyCastle writes it: lengths left open, the octets in pieces. */
function inBer(der: Uint8Array): Uint8Array {
  const [version, authSafe, mac] = derChildren(der, readDer(der, 0)).map((one) => der.subarray(one.start, one.end));
  const info = authSafe as Uint8Array;
  const [type, content] = derChildren(info, readDer(info, 0));
  if (!version || !mac || !type || !content) throw new Error('not a PFX');
  const octets = readDer(info, content.contents);
  const whole = info.subarray(octets.contents, octets.end);
  const pieces = [whole.subarray(0, 100), whole.subarray(100)].map((piece) => derWrap(0x04, piece));
  const inside = indefinite(0xa0, indefinite(0x24, concatBytes(...pieces)));
  return indefinite(0x30, concatBytes(version, indefinite(0x30, concatBytes(info.subarray(type.start, type.end), inside)), mac));
}

describe('a PKCS#12 file', () => {
  it.each([
    ['aes256', 'bäckup "1"'],
    ['tripleDes', 'backup'],
    ['plainCertificate', 'backup'],
    ['java', 'backup'],
    ['chain', 'backup'],
  ])('of the kind %s opens', async (name, password) => {
    const { privateKey, certificate } = await openPkcs12(file(name), password);
    expect(privateKey.equals(key)).toBe(true);
    expect(Buffer.from(certificate).toString('base64')).toBe(vectors.certificate);
  });

  it('opens in BER, with open lengths and octets in pieces', async () => {
    expect((await openPkcs12(inBer(file('java')), 'backup')).privateKey.equals(key)).toBe(true);
  });

  it.each([
    ['aes256', 'backup', 'ERR_AUTHENTICATION'],
    ['java', 'Backup', 'ERR_AUTHENTICATION'],
    ['tripleDes', 'backup ', 'ERR_AUTHENTICATION'],
    ['rc2', 'backup', 'ERR_ALGORITHM_UNSUPPORTED'],
    ['withoutMac', 'backup', 'ERR_MALFORMED'],
    ['withoutKey', 'backup', 'ERR_MALFORMED'],
    ['costly', 'backup', 'ERR_LIMIT'],
  ])('%s with the password %j is refused', async (name, password, code) => {
    expect(await codeOf(openPkcs12(file(name), password))).toBe(code);
  });

  it('that is too long, or nested without end, is refused', async () => {
    expect(await codeOf(openPkcs12(new Uint8Array(300_000), 'x'))).toBe('ERR_LIMIT');
    const deep = Buffer.concat(Array.from({ length: 60_000 }, () => Buffer.of(0x30, 0x80)));
    expect(await codeOf(openPkcs12(Uint8Array.from(deep), 'x'))).toBe('ERR_MALFORMED');
  });

  it('changed anywhere is refused by a code, or opens as before', async () => {
    const whole = file('plainCertificate');
    const known = ['ERR_AUTHENTICATION', 'ERR_MALFORMED', 'ERR_LIMIT', 'ERR_ALGORITHM_UNSUPPORTED', 'opened'];
    const opened = async (bytes: Uint8Array) => {
      expect((await openPkcs12(bytes, 'backup')).privateKey.equals(key)).toBe(true);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.byteLength - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), async (at, xor, cut) => {
        const other = cut ? whole.slice(0, at) : Uint8Array.from(whole, (byte, i) => (i === at ? byte ^ xor : byte));
        expect(known).toContain(await codeOf(opened(other)));
      }),
      { numRuns: process.env.SLOW ? 5_000 : 200 },
    );
  });

  it('says nothing of its password or key in an error', async () => {
    const error = await openPkcs12(file('java'), 'sentinel-password').catch((e: unknown) => e);
    expect(JSON.stringify(error) + String(error)).not.toContain('sentinel');
  });
});
