import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { concatBytes, derWrap, nodeFiles, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import {
  checkNotaryChain,
  createFolderCrlCache,
  extendedKeyUsages,
  isSelfSigned,
  parseCertificate,
  parseCertificates,
} from '../../src/index.js';
import { parseSubject } from '../../src/subject.js';
import { craft, extendedKeyUsage, hex, keyUsage, rdn, seq } from '../craft.js';
import { testKey } from '../issue.js';
import { bench, crlUrl, leafWith, points, summary } from '../revocation/setup.js';

/** Milliseconds and heap bytes that something took. */
function cost(work: () => void): { ms: number; bytes: number } {
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  work();
  return { ms: performance.now() - start, bytes: process.memoryUsage().heapUsed - before };
}

const refused = (bytes: Uint8Array, codes: readonly string[]) => {
  try {
    parseCertificate(bytes);
  } catch (error) {
    if (SignError.is(error) && codes.includes(error.code)) return;
    throw error;
  }
  throw new Error('accepted');
};

test('CVE-2023-25656 (notation-go): subjects with =# cost neither time nor memory', () => {
  const value = fc.string({ unit: fc.constantFrom('=', '#', '=#', 'a', ',', '+', '\\', 'f'), maxLength: 400 });
  const spent = cost(() =>
    fc.assert(
      fc.property(value, (text) => {
        const certificate = parseCertificate(craft({ subject: seq(rdn(['2.5.4.3', text]), rdn(['2.5.4.10', `=#${text}`])) }));
        expect(certificate.subjectText.length).toBeLessThan(6 * text.length + 40);
        try {
          parseSubject(`CN=${text}`);
        } catch (error) {
          if (!SignError.is(error)) throw error;
        }
      }),
      { numRuns: 300 },
    ),
  );
  expect(spent.ms).toBeLessThan(60_000);
  expect(spent.bytes).toBeLessThan(512 * 1024 * 1024);
});

describe('CVE-2025-66564 (timestamp authority): an object identifier of 10 MB', () => {
  const long = derWrap(0x06, new Uint8Array(10 * 1024 * 1024).fill(0x81));
  test('is refused by size before it is read', () => {
    const bytes = craft({ extensions: [{ id: '2.5.29.37', value: derWrap(0x30, long) }] });
    const spent = cost(() => refused(bytes, ['ERR_LIMIT']));
    expect(spent.ms).toBeLessThan(3_000);
    expect(() => parseCertificates(bytes)).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
  test('is refused by its own length when it fits into a certificate', () => {
    const shorter = derWrap(0x06, concatBytes(new Uint8Array(60_000).fill(0x81), Uint8Array.of(1)));
    refused(craft({ extensions: [{ id: '2.5.29.37', value: derWrap(0x30, shorter) }] }), ['ERR_MALFORMED', 'ERR_LIMIT']);
    refused(craft({ identifier: derWrap(0x30, shorter), signature: () => new Uint8Array(64) }), ['ERR_LIMIT']);
  });
});

test('CVE-2025-66031 (node-forge): nesting is bounded and never exhausts the stack', () => {
  let deep: Uint8Array = hex('0500');
  for (let i = 0; i < 5_000; i++) deep = derWrap(0x30, deep);
  for (const change of [
    { subject: deep },
    { identifier: deep },
    { validity: deep },
    { extensions: [{ id: '2.5.29.32', value: deep }] },
  ])
    refused(craft({ ...change, signature: () => new Uint8Array(64) }), ['ERR_LIMIT', 'ERR_MALFORMED']);
});

test('CVE-2025-12816 (node-forge): optional parts that are left out or doubled cannot shift the ones behind them', () => {
  const key = testKey('ec-p256');
  const good = craft({ key, extensions: [keyUsage(['digitalSignature'])] });
  const { tbs } = parseCertificate(good);
  expect(tbs[0]).toBe(0x30);
  const wrapped = derWrap(0xa3, seq(seq(hex('0603551d13'), hex('0101ff'), derWrap(0x04, hex('30030101ff')))));
  for (const spki of [
    concatBytes(wrapped, key.spki),
    concatBytes(key.spki, wrapped, wrapped),
    concatBytes(key.spki, hex('0500')),
  ])
    refused(craft({ key: { ...key, spki } }), ['ERR_MALFORMED']);
  refused(craft({ key, version: concatBytes(hex('a003020102'), hex('a003020102')) }), ['ERR_MALFORMED']);
  refused(craft({ key, serial: new Uint8Array() }), ['ERR_MALFORMED']);
});

describe('CVE-2022-21449 (Java): r = s = 0', () => {
  const extensions = [keyUsage(['digitalSignature']), extendedKeyUsage([extendedKeyUsages.codeSigning])];
  const order = 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551';
  test.each([
    ['zero and zero', '3006020100020100'],
    ['empty integers', '300402000200'],
    ['r = 0', '3006020100020101'],
    ['s = 0', '3006020101020100'],
    ['r and s equal to the order', `3046022100${order}022100${order}`],
    ['raw zeros', '00'.repeat(64)],
    ['nothing', ''],
  ])('%s is no signature of any certificate', (_, signature) => {
    const certificate = parseCertificate(craft({ extensions, signature: () => hex(signature) }));
    expect(isSelfSigned(certificate)).toBe(false);
    expect(() => checkNotaryChain([certificate], { purpose: 'code-signing' })).toThrow(
      expect.objectContaining({ code: 'ERR_CHAIN_INVALID', details: { rule: 'self-signed-invalid', index: 0 } }),
    );
  });
});

test('CVE-2022-24771 (node-forge): a PKCS#1 signature of another length or with s = 0 or 1 is none', () => {
  const key = testKey('rsa-2048');
  for (const signature of [
    new Uint8Array(256),
    Uint8Array.from({ length: 256 }, (_, i) => Number(i === 255)),
    new Uint8Array(255),
    new Uint8Array(257),
  ])
    expect(isSelfSigned(parseCertificate(craft({ key, signature: () => signature })))).toBe(false);
});

test('CVE-2024-51491 (notation-go): a CRL is renamed inside the folder of its cache, and a cache that cannot be written is a warning', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'advisory-'));
  const { check } = bench();
  const leaf = leafWith([points([crlUrl])]);
  const rename = vi.spyOn(nodeFiles(), 'rename');
  try {
    const folder = join(parent, 'crl');
    expect(summary(await check(leaf, { cache: createFolderCrlCache(folder) })).status).toBe('ok');
    expect(rename.mock.calls.map((paths) => paths.map((path) => dirname(String(path))))).toEqual([[folder, folder]]);
    rename.mockRejectedValue(Object.assign(new Error('cross-device link'), { code: 'EXDEV' }));
    const other = join(parent, 'other');
    expect(summary(await check(leaf, { cache: createFolderCrlCache(other) })).status).toBe('ok');
    expect(await readdir(other)).toEqual([]);
  } finally {
    rename.mockRestore();
    await rm(parent, { recursive: true });
  }
});
