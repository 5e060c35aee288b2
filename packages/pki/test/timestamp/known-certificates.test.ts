import { expect, it } from 'vitest';
import { parseTimestampToken, verifyTimestampToken } from '../../src/index.js';
import { knownCertificate } from '../../src/timestamp/known-certificates.js';
import { craft, hex } from '../craft.js';
import { authority, genTime, message, token } from './craft-token.js';

const from = authority({ name: 'met again' });

it('the certificates of an authority that is met again are the same objects', () => {
  const [one, two] = [parseTimestampToken(token(from)), parseTimestampToken(token(from))];
  expect(one.certificates).toHaveLength(2);
  for (const [i, certificate] of one.certificates.entries()) expect(two.certificates[i]).toBe(certificate);
});

it('who writes into what was given out changes nothing for the next', async () => {
  const der = token(from);
  for (const certificate of parseTimestampToken(der).certificates) certificate.der.fill(0);
  expect((await verifyTimestampToken(der, { message, anchors: [from.root] })).genTime).toBe(genTime);
});

it('only the latest are remembered', () => {
  const serials = Array.from({ length: 65 }, (_, i) => `0201${(i + 1).toString(16).padStart(2, '0')}`);
  const [first, ...others] = serials.map((serial) => craft({ serial: hex(serial), signature: () => new Uint8Array(64) }));
  if (!first) throw new Error('no certificate');
  const met = knownCertificate(first);
  expect(knownCertificate(first)).toBe(met);
  for (const der of others) knownCertificate(der);
  expect(knownCertificate(first)).not.toBe(met);
  expect(knownCertificate(first).serial).toBe('01');
});
