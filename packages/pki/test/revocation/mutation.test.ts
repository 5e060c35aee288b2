import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { concatBytes, derWrap, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Certificate, parseCertificate } from '../../src/index.js';
import { parseCrl } from '../../src/revocation/crl.js';
import { checkCrl } from '../../src/revocation/crl-check.js';
import { findEntries } from '../../src/revocation/crl-entries.js';
import { crlAnswer } from '../../src/revocation/crl-status.js';
import { checkOcsp } from '../../src/revocation/ocsp-status.js';

const vector = (name: string) => new Uint8Array(readFileSync(join(import.meta.dirname, '../vectors/revocation', name)));
const now = Date.UTC(2026, 10, 22);
const ca = parseCertificate(vector('ca.cer'));
const revoked = parseCertificate(vector('revoked.cer'));

const judgeCrl = (der: Uint8Array, issuer = ca) => {
  const base = parseCrl(der);
  checkCrl(base, issuer, now);
  return crlAnswer({ base }, revoked, revoked.crlUrls).status;
};
const judgeOcsp = (der: Uint8Array, certificate: Certificate = revoked) =>
  checkOcsp(der, { certificate, issuer: ca, now, delegates: 'designated' }).answer.status;

/** A sample by default, more with SLOW. */
const numRuns = process.env.SLOW ? 5_000 : 100;

/** What a judge says, or `refused`. Anything but a `SignError` is a crash. */
function verdict(judge: (der: Uint8Array) => string, der: Uint8Array): string {
  try {
    return judge(der);
  } catch (error) {
    if (SignError.is(error)) return 'refused';
    throw error;
  }
}

/** Cuts a piece out and puts other bytes there: truncations, doubled members, junk. */
const edits = (length: number) =>
  fc.record({
    at: fc.nat(length),
    cut: fc.nat(40),
    put: fc.oneof(fc.uint8Array({ maxLength: 12 }), fc.record({ from: fc.nat(length), size: fc.nat(60) })),
  });

describe.each<[string, (der: Uint8Array) => string]>([
  ['full.crl', judgeCrl],
  ['revoked.ocsp', judgeOcsp],
  ['delegated-revoked.ocsp', judgeOcsp],
])('%s', (name, judge) => {
  const good = vector(name);

  it('says revoked, and no edited form of it says anything else', () => {
    expect(judge(good)).toBe('revoked');
    fc.assert(
      fc.property(edits(good.byteLength), ({ at, cut, put }) => {
        const piece = put instanceof Uint8Array ? put : good.subarray(put.from, put.from + put.size);
        const mutant = concatBytes(good.subarray(0, at), piece, good.subarray(at + cut));
        expect(['revoked', 'refused']).toContain(verdict(judge, mutant));
      }),
      { numRuns },
    );
  });

  it('and no junk crashes what reads it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (junk) => {
        expect(verdict(judge, junk)).toBe('refused');
        expect(verdict(judge, derWrap(0x30, junk))).toBe('refused');
      }),
      { numRuns },
    );
  });
});

it('entries of a CRL are walked over alike, whatever stands in them', () => {
  const serial = Uint8Array.of(0x10, 0);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (junk) => {
      for (const bytes of [junk, derWrap(0x30, junk), derWrap(0x30, concatBytes(derWrap(2, serial), junk))])
        expect(['refused', '0', '1']).toContain(verdict((der) => String(findEntries(der, serial).length), bytes));
    }),
    { numRuns: 2 * numRuns },
  );
});
