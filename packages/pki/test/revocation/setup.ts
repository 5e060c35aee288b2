import { concatBytes, derWrap } from '@securosys/core';
import { createTestClock } from '../../../testing/src/index.js';
import type { RevocationSigner } from '../../../testing/src/revocation/der.js';
import { createRevocationServer } from '../../../testing/src/revocation-server.js';
import {
  type Certificate,
  createRevocationChecker,
  parseCertificate,
  type RevocationCheckerOptions,
  type RevocationCheckOptions,
} from '../../src/index.js';
import {
  ascii,
  basicConstraints,
  type Craft,
  type CraftedExtension,
  commonName,
  craft,
  extendedKeyUsage,
  keyUsage,
  oid,
  seq,
} from '../craft.js';
import { testKey } from '../issue.js';

export const now = Date.UTC(2026, 10, 21, 12);
export const hour = 3_600_000;
export const ocspUrl = 'http://ocsp.example/q';
export const crlUrl = 'http://crl.example/ca.crl';
export const deltaUrl = 'http://crl.example/delta.crl';

const uri = (url: string) => derWrap(0x86, ascii(url));

export const aia = (...urls: string[]): CraftedExtension => ({
  id: '1.3.6.1.5.5.7.1.1',
  value: seq(...urls.map((url) => seq(oid('1.3.6.1.5.5.7.48.1'), uri(url)))),
});
export const points = (urls: readonly string[], id = '2.5.29.31'): CraftedExtension => ({
  id,
  value: seq(...urls.map((url) => seq(derWrap(0xa0, derWrap(0xa0, uri(url)))))),
});
export const freshest = (...urls: string[]) => points(urls, '2.5.29.46');

/** `IssuingDistributionPoint` of these parts, as an extension of a CRL. */
export const scope = (...parts: Uint8Array[]) => ({ oid: '2.5.29.28', critical: true, value: seq(...parts) });
export const scopeUrl = (url: string) => derWrap(0xa0, derWrap(0xa0, uri(url)));

export const caUsage = keyUsage(['keyCertSign', 'cRLSign']);
const rootKey = testKey('ec-p256', 'revocation root');
const leafKey = testKey('ec-p256', 'revocation leaf');
export const caName = commonName('Revocation CA');

export function ca(options: Craft = {}): RevocationSigner & { certificate: Certificate } {
  const der = craft({ key: rootKey, subject: caName, extensions: [basicConstraints(true), caUsage], ...options });
  return { certificate: parseCertificate(der), privateKey: (options.key ?? rootKey).privateKey };
}
export const root = ca();
/** Same name, another key: whose answers nobody may believe. */
export const impostor = ca({ key: testKey('ec-p256', 'impostor') });

export const leafSerial = '0a01';
export function leafWith(extensions: readonly CraftedExtension[], options: Craft = {}): Certificate {
  return parseCertificate(
    craft({
      key: leafKey,
      signer: rootKey,
      issuer: caName,
      subject: commonName('leaf'),
      serial: derWrap(0x02, Uint8Array.of(0x0a, 0x01)),
      extensions: [keyUsage(['digitalSignature']), ...extensions],
      ...options,
    }),
  );
}

export const ocspSigning = '1.3.6.1.5.5.7.3.9';
export const noCheck: CraftedExtension = { id: '1.3.6.1.5.5.7.48.1.5', value: Uint8Array.of(5, 0) };

/** A responder that the root issued a certificate to. */
export function delegate(
  extensions: readonly CraftedExtension[] = [extendedKeyUsage([ocspSigning]), noCheck],
  options: Craft = {},
): RevocationSigner & { certificate: Certificate } {
  const key = testKey('ec-p256', 'responder');
  const serial = derWrap(0x02, Uint8Array.of(0x0b));
  const shape = { key, signer: rootKey, issuer: caName, subject: commonName('responder'), serial };
  return { certificate: parseCertificate(craft({ ...shape, extensions, ...options })), privateKey: key.privateKey };
}

/** Validity of a certificate, as UTCTime texts. */
export const validFor = (from: string, to: string) => concatBytes(seq(derWrap(0x17, ascii(from)), derWrap(0x17, ascii(to))));

export interface Bench {
  readonly server: ReturnType<typeof createRevocationServer>;
  readonly authority: ReturnType<ReturnType<typeof createRevocationServer>['addAuthority']>;
  readonly check: (
    leaf: Certificate,
    options?: Partial<RevocationCheckerOptions>,
    call?: Partial<RevocationCheckOptions>,
  ) => ReturnType<ReturnType<typeof createRevocationChecker>['check']>;
  readonly clock: ReturnType<typeof createTestClock>;
}

/** A server for the root's certificates, and a checker that asks it. */
export function bench(responder?: RevocationSigner): Bench {
  const clock = createTestClock(now);
  const server = createRevocationServer({ clock });
  const authority = server.addAuthority({ issuer: root, ...(responder && { responder }), ocspUrl, crlUrl });
  return {
    server,
    authority,
    clock,
    check: (leaf, options = {}, call = {}) =>
      createRevocationChecker({ fetch: server.fetch, clock, ...options }).check([leaf, root.certificate], {
        purpose: 'code-signing',
        ...call,
      }),
  };
}

/** Status, rules of what failed, and methods: what a report comes to for the leaf. */
export function summary(report: Awaited<ReturnType<Bench['check']>>) {
  const [leaf] = report.certificates;
  return {
    status: leaf?.status,
    method: leaf?.method,
    rules: leaf?.sources.map(({ error }) => error?.details.rule ?? error?.code),
  };
}
