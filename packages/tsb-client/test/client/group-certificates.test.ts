import { pemText } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { certificateOfResult, csrOfText } from '../../src/client/certificate-text.js';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import { bytes, failureOf, id, itRefuses, itSends, password, passwordOnWire, type Row, text } from './group-rows.js';

/** No certificate, but DER, which is all that is looked at here. Over 127 bytes, as real ones are. */
const der = Uint8Array.from([0x30, 0x81, 0x80, 0x04, 0x7e, ...new Uint8Array(126)]);
const certificate = pemText(der, 'CERTIFICATE');
const csr = pemText(der, 'CERTIFICATE REQUEST');
const newCsr = pemText(der, 'NEW CERTIFICATE REQUEST');

const plain = { commonName: 'a "quoted" name, with comma' };
const subject = { ...plain, country: 'CH', organizationName: 'Müller & Söhne' };
const usages = { keyUsage: ['DIGITAL_SIGNATURE', 'KEY_CERT_SIGN'], extendedKeyUsage: ['CODE_SIGNING'] } as const;
const key = { label: 'k', algorithm: 'SHA256_WITH_ECDSA' } as const;
const keyOnWire = { signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' };
const selfSigned = { ...key, subject, validity: 365, certificateAuthority: true } as const;
const signed = { ...key, subject, certificateAuthority: false, certificateSigningRequest: der } as const;

const rows: Record<string, Row> = {
  'a signing request at once; lists stay lists': {
    call: (c) => c.certificates.request.synchronous({ ...key, password, subject, ...usages }),
    sends: 'POST /v1/certificate/synchronous/request',
    body: { ...keyOnWire, keyPassword: passwordOnWire, standardCertificateAttributes: subject, ...usages },
    answer: { label: 'k', certificateSigningRequest: newCsr },
    gives: der,
  },
  'a signing request with a validity, for the servers that want one': {
    call: (c) => c.certificates.request.synchronous({ ...key, subject, validity: 30 }),
    sends: 'POST /v1/certificate/synchronous/request',
    body: { ...keyOnWire, standardCertificateAttributes: subject, validity: 30 },
    answer: { certificateSigningRequest: csr },
    gives: der,
  },
  'a signing request after approval': {
    call: (c) => c.certificates.request.asynchronous({ ...key, algorithm: 'ML_DSA', subject, metaData: bytes(1) }),
    sends: 'POST /v1/certificate/request',
    body: {
      csrSignRequest: {
        signKeyName: 'k',
        signatureAlgorithm: 'ML_DSA',
        standardCertificateAttributes: subject,
        metaData: 'AQ==',
      },
    },
    answer: { signRequestId: id },
    gives: id,
  },
  'a self-signed certificate at once': {
    call: (c) => c.certificates.selfSign.synchronous({ ...selfSigned, ...usages }),
    sends: 'POST /v1/certificate/synchronous/selfsign',
    body: { ...keyOnWire, standardCertificateAttributes: subject, validity: 365, certificateAuthority: true, ...usages },
    answer: { label: 'k', certificate },
    gives: der,
  },
  'a self-signed certificate from an older server': {
    call: (c) => c.certificates.selfSign.synchronous({ ...selfSigned, subject: plain }, { apiLevel: 'commonName' }),
    sends: 'POST /v1/certificate/synchronous/selfsign',
    body: { ...keyOnWire, ...plain, validity: 365, certificateAuthority: true },
    answer: { label: 'k', certificate },
    gives: der,
  },
  'a self-signed certificate after approval': {
    call: (c) => c.certificates.selfSign.asynchronous({ ...selfSigned, password }, { allowPasswordInRequest: true }),
    sends: 'POST /v1/certificate/selfsign',
    body: {
      selfSignCertificateRequest: {
        ...keyOnWire,
        keyPassword: passwordOnWire,
        standardCertificateAttributes: subject,
        validity: 365,
        certificateAuthority: true,
      },
    },
    answer: { signRequestId: id },
    gives: id,
  },
  'a certificate for a signing request': {
    call: (c) => c.certificates.sign.synchronous(signed),
    sends: 'POST /v1/certificate/synchronous/sign',
    body: {
      ...keyOnWire,
      standardCertificateAttributes: subject,
      certificateAuthority: false,
      certificateSigningRequest: csr,
    },
    answer: { label: 'k', certificate },
    gives: der,
  },
  'a certificate after approval, with what newer servers know': {
    call: (c) =>
      c.certificates.sign.asynchronous({
        ...signed,
        validity: 10,
        keyName: 'other',
        copyExtensions: 'COPY',
        subjectAlternativeNames: [{ sanType: 'DNS', sanValue: 'a.example' }],
      }),
    sends: 'POST /v1/certificate/sign',
    body: {
      signCertificateRequest: {
        ...keyOnWire,
        standardCertificateAttributes: subject,
        certificateAuthority: false,
        certificateSigningRequest: csr,
        validity: 10,
        keyName: 'other',
        copyExtensions: 'COPY',
        subjectAlternativeNames: [{ sanType: 'DNS', sanValue: 'a.example' }],
      },
    },
    answer: { signRequestId: id },
    gives: id,
  },
  'an import': {
    call: (c) => c.certificates.import('k', bytes(1)),
    sends: 'POST /v1/certificate/import/plain',
    body: { label: 'k', certificate: 'AQ==' },
    answer: { label: 'k', certificate },
  },
  'a deletion': { call: (c) => c.certificates.delete('k/1'), sends: 'DELETE /v1/certificate/k%2F1' },
  'the certificates of a key, under the newer name': {
    call: (c) => c.certificates.get('k'),
    sends: 'GET /v1/certificate/k',
    answer: { label: 'k', rawCertificate: Buffer.from(der).toString('base64') },
    gives: [der],
  },
};

describe('client.certificates (§2.7):', () => {
  itSends(rows);

  itRefuses({
    'a whole subject for an older server': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.selfSign.synchronous(selfSigned, { apiLevel: 'commonName' }),
    ],
    'an API level that nobody has': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.selfSign.synchronous(selfSigned, { apiLevel: 'v2' as never }),
    ],
    'an algorithm that only the asynchronous calls take': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.selfSign.synchronous({ ...selfSigned, algorithm: 'SHA256_WITH_RSA_PSS' as never }),
    ],
    'no subject': ['ERR_INVALID_ARGUMENT', (c) => c.certificates.request.synchronous(key as never)],
    'key usages in one text': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.request.synchronous({ ...key, subject, keyUsage: 'DIGITAL_SIGNATURE,CRL_SIGN' as never }),
    ],
    'a password that approvers would see': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.sign.asynchronous({ ...signed, password }),
    ],
    'PEM where DER belongs': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.certificates.sign.synchronous({ ...signed, certificateSigningRequest: csr as never }),
    ],
  });

  it.each([
    ['PEM', text(newCsr)],
    ['DER', der],
  ])('a downloaded signing request in %s is DER', async (_, file) => {
    const { fetch, seen } = fakeFetch(new Response(file));
    expect(await clientOf(fetch).certificates.request.download({ ...key, subject })).toEqual(der);
    expect(seen[0]?.url).toBe('https://tsb.example/v1/certificate/synchronous/request/download');
  });

  it.each(['', 'true', certificate, newCsr + newCsr, newCsr.replace('-----END', '----END')])(
    'an answer that is not one signing request is ERR_PROTOCOL (%#)',
    async (certificateSigningRequest) => {
      const { fetch } = fakeFetch(json({ certificateSigningRequest }));
      const call = clientOf(fetch).certificates.request.synchronous({ ...key, subject });
      expect((await failureOf(call)).code).toBe('ERR_PROTOCOL');
    },
  );

  it('both labels of a signing request are read', () => {
    expect(csrOfText(csr)).toEqual(der);
    expect(csrOfText(newCsr)).toEqual(der);
  });
});

describe('a server that does not know standardCertificateAttributes (§8, 4)', () => {
  const refusal = (member = 'standardCertificateAttributes') =>
    failure(
      621,
      400,
      'res.error.invalid.json',
      `Unrecognized field "${member}" (class SelfSignCertificateDto), not marked as ignorable`,
    );
  const created = json({ signRequestId: id }, 201);

  it.each([
    [
      'a self-signed certificate',
      (f: typeof fetch) => clientOf(f).certificates.selfSign.synchronous({ ...selfSigned, subject: plain }),
      json({ certificate }),
    ],
    [
      'one after approval',
      (f: typeof fetch) => clientOf(f).certificates.selfSign.asynchronous({ ...selfSigned, subject: plain }),
      created,
    ],
    [
      'a certificate',
      (f: typeof fetch) => clientOf(f).certificates.sign.synchronous({ ...signed, subject: plain }),
      json({ certificate }),
    ],
    [
      'one after approval',
      (f: typeof fetch) => clientOf(f).certificates.sign.asynchronous({ ...signed, subject: plain }),
      created,
    ],
  ] as const)('is asked for %s once more, by the common name', async (_, call, answer) => {
    const { fetch, seen } = fakeFetch(refusal(), answer);
    await call(fetch);
    expect(seen.map(({ body }) => [body?.includes('standardCertificateAttributes'), body?.includes('commonName')])).toEqual([
      [true, true],
      [false, true],
    ]);
  });

  it.each([
    ['a subject that would lose parts', refusal(), {}, subject],
    ['a level that was stated', refusal(), { apiLevel: 'standardAttributes' } as const, plain],
    ['another unknown member', refusal('validity'), {}, plain],
    [
      'another refusal',
      failure(600, 400, 'res.error.input.validation.failed', 'standardCertificateAttributes: too long'),
      {},
      plain,
    ],
    ['a failure that may have come too late', failure(1, 500, 'x', 'Unrecognized standardCertificateAttributes'), {}, plain],
  ])('but not with %s', async (_, answer, options, of) => {
    const { fetch, seen } = fakeFetch(answer, json({ certificate }));
    await failureOf(clientOf(fetch).certificates.selfSign.synchronous({ ...selfSigned, subject: of }, options));
    expect(seen).toHaveLength(1);
  });
});

describe('the result of a request for a certificate (§8, 6)', () => {
  const stored = async () => [der];
  const none = async () => [];

  it('is the certificate, or the word true, upon which it is read from the key', async () => {
    expect(await certificateOfResult(certificate, none)).toEqual(der);
    expect(await certificateOfResult('true', stored)).toEqual(der);
  });

  it.each([
    ['true', none],
    [null, stored],
    ['false', stored],
  ])('%j without a certificate is ERR_PROTOCOL', async (result, read) => {
    expect((await failureOf(certificateOfResult(result, read))).code).toBe('ERR_PROTOCOL');
  });
});
