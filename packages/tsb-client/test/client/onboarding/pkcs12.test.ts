import { createHmac, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64Bytes, concatBytes, derChildren, derWrap, readDer, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPkcs12 } from '../../../src/client/onboarding/pkcs12.js';
import { pkcs12Bytes, purposes } from '../../../src/client/onboarding/pkcs12-kdf.js';

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

const seq = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
const oid = (hex: string) => derWrap(0x06, Uint8Array.from(Buffer.from(hex, 'hex')));
const octets = (bytes: Uint8Array) => derWrap(0x04, bytes);
const nothing = new Uint8Array(8);
/** Two's complement as short as it goes: one octet, or three, which is all that is needed here. */
const integer = (value: number) =>
  derWrap(0x02, Uint8Array.from(value < 128 ? [value] : value < 0x8000 ? [value >> 8, value] : [value >> 16, value >> 8, value]));
const [dataType, encryptedType, keyBag] = ['2a864886f70d010701', '2a864886f70d010706', '2a864886f70d010c0a0102'];
/** PBES2 with AES-256 and PBKDF2, whose HMAC is SHA-1 unless told otherwise: two blocks for a key (RFC 8018 A.2). */
const pbes2 = (iterations: number) => {
  const derivation = seq(oid('2a864886f70d01050c'), seq(octets(nothing), integer(iterations)));
  const cipher = seq(oid('60864801650304012a'), octets(new Uint8Array(16)));
  return seq(oid('2a864886f70d01050d'), seq(derivation, cipher));
};
const encrypted = (algorithm: Uint8Array) =>
  seq(
    oid(encryptedType as string),
    derWrap(0xa0, seq(integer(0), seq(oid(dataType as string), algorithm, derWrap(0x80, nothing)))),
  );
const keys = (...algorithms: Uint8Array[]) => {
  const bags = algorithms.map((one) => seq(oid(keyBag as string), derWrap(0xa0, seq(one, octets(nothing)))));
  return seq(oid(dataType as string), derWrap(0xa0, octets(seq(...bags))));
};

/** A file of these contents with the right MAC for the password `x` (RFC 7292 §4, appendix A). */
async function crafted(contents: readonly Uint8Array[], { macIterations = 1 } = {}): Promise<Uint8Array> {
  const safe = seq(...contents);
  const derivation = { hash: 'sha256', password: 'x', salt: nothing, iterations: 1 };
  const macKey = await pkcs12Bytes(derivation, purposes.mac, 32, { spend: () => undefined, pause: async () => undefined });
  const mac = createHmac('sha256', macKey).update(safe).digest();
  const digest = seq(seq(oid('608648016503040201')), octets(mac));
  return seq(
    integer(3),
    seq(oid(dataType as string), derWrap(0xa0, octets(safe))),
    seq(digest, octets(nothing), integer(macIterations)),
  );
}

describe('a PKCS#12 file that costs more than it is worth', () => {
  it('is refused when all of its derivations together take over two million rounds, before they are computed', async () => {
    expect(await codeOf(openPkcs12(await crafted([encrypted(pbes2(1_000_000))]), 'x'))).toBe('ERR_LIMIT');
    expect(await codeOf(openPkcs12(await crafted([keys(pbes2(1_000_000))]), 'x'))).toBe('ERR_LIMIT');
    expect(await codeOf(openPkcs12(await crafted([encrypted(pbes2(1_000_001))]), 'x'))).toBe('ERR_LIMIT');
    // A cheaper one gets as far as its contents, which are none.
    expect(await codeOf(openPkcs12(await crafted([encrypted(pbes2(1_000))]), 'x'))).toBe('ERR_MALFORMED');
  });

  it('of more keys than one is refused before any of them is derived', async () => {
    const cipherOfNobody = seq(oid('2a0304'), seq());
    expect(await codeOf(openPkcs12(await crafted([keys(cipherOfNobody)]), 'x'))).toBe('ERR_ALGORITHM_UNSUPPORTED');
    expect(await codeOf(openPkcs12(await crafted([keys(cipherOfNobody, cipherOfNobody)]), 'x'))).toBe('ERR_MALFORMED');
    expect(await codeOf(openPkcs12(await crafted([keys(cipherOfNobody), keys(cipherOfNobody)]), 'x'))).toBe('ERR_MALFORMED');
  });

  it('lets the process go on while the derivation of its MAC runs', async () => {
    let turns = 0;
    let open = true;
    const turn = () => {
      turns++;
      if (open) setImmediate(turn);
    };
    setImmediate(turn);
    // The MAC is right for one iteration only.
    expect(await codeOf(openPkcs12(await crafted([], { macIterations: 50_000 }), 'x'))).toBe('ERR_AUTHENTICATION');
    open = false;
    expect(turns).toBeGreaterThan(10);
  });

  it('is given up at the deadline, and when aborted, with the reason unchanged', async () => {
    const costly = await crafted([], { macIterations: 1_000_000 });
    expect(await codeOf(openPkcs12(costly, 'x', { timeoutMs: 1 }))).toBe('ERR_TIMEOUT');
    const stop = new AbortController();
    const reason = new Error('enough');
    setImmediate(() => stop.abort(reason));
    expect(await codeOf(openPkcs12(costly, 'x', { signal: stop.signal }))).toBe(reason);
    expect(await codeOf(openPkcs12(costly, 'x', { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  it('stops computing after the deadline, not only waiting', async () => {
    let pauses = 0;
    const derivation = { hash: 'sha1', password: 'x', salt: nothing, iterations: 1_000_000 };
    const pause = async () => {
      if (++pauses === 3) throw new SignError('ERR_TIMEOUT', 'over');
    };
    expect(await codeOf(pkcs12Bytes(derivation, purposes.key, 24, { spend: () => undefined, pause }))).toBe('ERR_TIMEOUT');
    expect(pauses).toBe(3);
  });
});

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
