import { concatBytes, derWrap } from '@securosys/core';
import { describe, expect, test } from 'vitest';
import { createFakeTsa } from '../../../testing/src/index.js';
import {
  checkTimestampRevocation,
  createTimestamper,
  extendedKeyUsages,
  parseTimestampToken,
  type RevocationChecker,
  verifyTimestampToken,
} from '../../src/index.js';
import { extendedKeyUsage, hex, keyUsage, seq } from '../craft.js';
import { testKey } from '../issue.js';
import { aia, bench, delegate, leafWith, noCheck, ocspUrl, summary } from '../revocation/setup.js';
import { authority, leafExtensions, message, token } from '../timestamp/craft-token.js';

describe('CVE-2025-66564 (timestamp authority): object identifiers in timestamps', () => {
  const long = (bytes: number) => derWrap(0x06, concatBytes(new Uint8Array(bytes).fill(0x81), Uint8Array.of(1)));
  const from = authority();
  test.each<[string, () => Uint8Array, string]>([
    ['of 10 MB as type', () => seq(long(10 * 1024 * 1024)), 'ERR_LIMIT'],
    ['of 500 KB as policy', () => token(from, { info: seq(hex('020101'), long(500_000)) }), 'ERR_LIMIT'],
    ['of 500 KB as type', () => seq(long(500_000)), 'ERR_LIMIT'],
    ['of 500 KB as attribute', () => token(from, { more: [seq(long(500_000), derWrap(0x31, hex('0500')))] }), 'ERR_LIMIT'],
    ['of 100 bytes as policy', () => token(from, { info: seq(hex('020101'), long(100)) }), 'ERR_MALFORMED'],
  ])('%s costs nothing and is refused', (_, make, code) => {
    const bytes = make();
    const before = process.memoryUsage().heapUsed;
    expect(() => parseTimestampToken(bytes)).toThrow(expect.objectContaining({ code }));
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 1024 * 1024);
  });
});

describe('CVE-2026-39984 (timestamp authority): constraints checked on another certificate of the bag', () => {
  const good = authority();
  const anchors = [good.root];
  const forger = testKey('ec-p256', 'forger');
  const forged = authority({ root: { key: forger }, intermediate: { signer: forger } });

  test('a certificate in the first place never stands for the one that signed', async () => {
    // The one that signed was issued for code signing; each one in front of it has what it lacks.
    const extensions = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsages.codeSigning], true)];
    const wrong = authority({ leaf: { extensions } });
    const stolen = authority({ leaf: { key: testKey('ec-p256', 'other'), extensions: leafExtensions } });
    for (const first of [stolen.leaf, good.leaf]) {
      const bag = [first, wrong.leaf, wrong.intermediate].map(({ der }) => der);
      await expect(verifyTimestampToken(token(wrong, { bag }), { message, anchors })).rejects.toMatchObject({
        code: 'ERR_CHAIN_INVALID',
        details: { rule: 'leaf-extended-key-usage-forbidden' },
      });
    }
  });

  test('a forger is not saved by certificates of a real authority in front', async () => {
    const own = authority({ key: testKey('ec-p256', 'forger leaf'), leaf: { signer: forger } });
    const bag = [good.leaf, good.intermediate, own.leaf, forged.intermediate].map(({ der }) => der);
    await expect(verifyTimestampToken(token(own, { bag }), { message, anchors })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
      details: { reason: 'chain-not-trusted' },
    });
  });

  test('nor does a forged certificate in front spoil a good token', async () => {
    const bag = [forged.leaf, forged.intermediate, good.leaf, good.intermediate].map(({ der }) => der);
    const { chain } = await verifyTimestampToken(token(good, { bag }), { message, anchors });
    expect(chain[0].thumbprint).toBe(good.leaf.thumbprint);
  });
});

test('CVE-2026-39984 (timestamp authority): nor is a responder judged by another certificate that its answer brings', async () => {
  const eku = extendedKeyUsage([extendedKeyUsages.ocspSigning]);
  const appointed = delegate([eku, noCheck]);
  const leaf = leafWith([aia(ocspUrl)]);
  // All three have the name that the answer names.
  const codeSigner = delegate([extendedKeyUsage([extendedKeyUsages.codeSigning])], { key: testKey('ec-p256', 'other') });
  const stranger = delegate([eku, noCheck], { signer: testKey('ec-p256', 'forger') });
  const stolen = { ...codeSigner, privateKey: testKey('ec-p256', 'other').privateKey };
  for (const [responder, bag, expected] of [
    [stolen, [appointed, stolen], { status: 'unknown', rules: ['ocsp-responder-usage'] }],
    [appointed, [stranger, stolen, appointed], { status: 'ok' }],
  ] as const) {
    const { check, server } = bench(responder);
    server.fault(ocspUrl, { ocsp: () => ({ certificates: bag.map(({ certificate }) => certificate.der) }) });
    expect(summary(await check(leaf))).toMatchObject(expected);
  }
});

describe('CVE-2024-56138 (notation-go): revocation of the timestamping chain unchecked', () => {
  const revokes = (index: number): RevocationChecker => ({
    check: async (chain) => ({
      status: 'revoked',
      certificates: chain.map((certificate, i) => ({
        certificate,
        status: i === index ? 'revoked' : 'ok',
        method: 'crl',
        sources: [],
      })),
    }),
  });

  test.each([0, 1])('a revoked authority is refused when signing and when verifying (certificate %i)', async (index) => {
    const revocation = revokes(index);
    const tsa = await createFakeTsa();
    const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, revocation });
    const revoked = { code: 'ERR_NOT_TRUSTED', details: { reason: 'chain-revoked' } };
    await expect(timestamper.timestamp(message, 'sha256')).rejects.toMatchObject(revoked);

    const from = authority();
    const { chain } = await verifyTimestampToken(token(from), { message, anchors: [from.root] });
    await expect(checkTimestampRevocation(chain, revocation)).rejects.toMatchObject(revoked);
  });
});
