import {
  type EvaluateOptions,
  evaluateSignature,
  notationCose,
  notationJws,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { createRevocationChecker, createTimestamper, parseCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { createFakeTsa, createRevocationServer } from '../../testing/src/index.js';
import {
  basicConstraints,
  certificate,
  crl,
  day,
  keyUsage,
  now,
  ocsp,
  rootCertificate,
  rootSubject,
  testChain,
  testKey,
} from './helpers/certificates.js';
import { clockAt, cose, jws, policyWith, signed, signWith, subject, trusting } from './helpers/envelopes.js';

/** Nothing faked between the parts: our formats, timestamps, revocation and verdicts together, against authorities in memory. */
const ocspUrl = 'http://ocsp.acme.example';
const crlUrl = 'http://crl.acme.example/ca.crl';
const rootKey = testKey('ec-p256', 'root');
/** Unlike the root of the other tests this one may sign CRLs. */
const root = parseCertificate(
  certificate({
    subject: rootSubject,
    key: rootKey,
    issuerKey: rootKey,
    extensions: [basicConstraints(true), keyUsage('0106')],
  }),
);

function authorities() {
  const clock = clockAt(now);
  const server = createRevocationServer({ clock });
  const issuer = { certificate: root, privateKey: rootKey.privateKey };
  const authority = server.addAuthority({ issuer, ocspUrl, crlUrl });
  return { server, authority, revocation: createRevocationChecker({ fetch: server.fetch, clock }) };
}
const said = async (envelope: Uint8Array, type: string, changes: Partial<EvaluateOptions>) => {
  const outcome = await evaluateSignature(envelope, type, trusting(changes));
  return outcome.verdict === 'not-trusted'
    ? outcome.failures.map(({ type: check, reason }) => `${check}: ${reason?.code}`)
    : outcome.verdict;
};
const formats = [
  [jws, notationJws],
  [cose, notationCose],
] as const;

describe.each(formats)('%s', (type, format) => {
  it.each([
    ['OCSP', ocsp(ocspUrl)],
    ['a CRL', crl(crlUrl)],
  ])('a signer that %s revokes is refused, and before that trusted', async (_, extension) => {
    const { authority, revocation } = authorities();
    const [leafDer] = testChain({ extensions: [extension] });
    const key = testKey('ec-p256');
    const formatKey = { spec: key.spec, spki: key.spki, chain: [leafDer, root.der] };
    const prepared = format.prepare(subject, formatKey, { signingTime: now - 1000 });
    const [part] = prepared.parts;
    const { envelope } = prepared.assemble({ [part!.id]: signWith(key, part!.algorithm, part!.input.message) });
    const changes = { revocation, trustStore: trustStoreFromCertificates({ 'ca:acme': [root.der] }) };
    expect(await said(envelope, type, changes)).toBe('trusted');
    authority.revoke(parseCertificate(leafDer).serial);
    expect(await said(envelope, type, changes)).toEqual(['revocation: revoked']);
  });

  it('a server that fails leaves it unknown, which refuses at strict', async () => {
    const { server, revocation } = authorities();
    server.fault(ocspUrl, { status: 503 });
    expect(await said(signed({ format, extensions: [ocsp(ocspUrl)] }).envelope, type, { revocation })).toEqual([
      'revocation: revocation-unknown',
    ]);
  });

  it('S26: the certificates of a stranger make no request at all', async () => {
    const { server, revocation } = authorities();
    const { envelope } = signed({ format, extensions: [ocsp('http://inside.example')] });
    for (const level of ['strict', 'permissive', 'audit'])
      await said(envelope, type, {
        revocation,
        trustPolicy: policyWith({}, { level }),
        trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate([crl('http://x.example')])] }),
      });
    expect(server.requests).toEqual([]);
  });

  it('a timestamp that finish asked for keeps a signature trusted after its certificate', async () => {
    const clock = clockAt(now);
    const tsa = await createFakeTsa({ clock });
    const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, clock });
    const key = testKey('ec-p256');
    const formatKey = { spec: key.spec, spki: key.spki, chain: testChain({ notAfter: now + day }) };
    const prepared = format.prepare(subject, formatKey, { signingTime: now - 1000 });
    const [part] = prepared.parts;
    const bare = prepared.assemble({ [part!.id]: signWith(key, part!.algorithm, part!.input.message) });
    const { envelope } = (await format.finish?.(bare, { timestamper, clock })) ?? bare;
    const changes = {
      clock: clockAt(now + 2 * day),
      trustPolicy: policyWith({ trustStores: ['ca:acme', 'tsa:clock'] }),
      trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate()], 'tsa:clock': [tsa.root] }),
    };
    expect(await said(envelope, type, changes)).toBe('trusted');
    expect(await said(bare.envelope, type, changes)).toEqual(['authenticTimestamp: timestamp-missing']);
  });
});
