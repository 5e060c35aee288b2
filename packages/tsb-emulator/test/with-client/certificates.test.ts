import { parseCertificate } from '@securosys/pki';
import { quorum } from '@securosys/tsb-client';
import { describe, expect, it } from 'vitest';
import { approvers } from '../support.js';
import { connect } from './connect.js';

const [person] = approvers(1);
const needed = quorum(1, person ? [person] : [], { timeoutSeconds: 3600 });
const policy = { ruleUse: needed, ruleBlock: needed, ruleUnblock: needed, ruleModify: needed, keyStatus: { blocked: false } };
const subject = { commonName: 'Release "1"', organizationName: 'Müller & Söhne', country: 'CH' };
const key = { label: 'ca', algorithm: 'SHA256_WITH_ECDSA', subject } as const;
const authority = { ...key, validity: 30, certificateAuthority: true } as const;

describe('client.certificates and the emulator', () => {
  it('a self-signed certificate comes back in DER and is kept with its key, until it is deleted', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'ca', spec: 'ec-p256', policy: null });
    const made = await client.certificates.selfSign.synchronous({ ...authority, keyUsage: ['KEY_CERT_SIGN', 'CRL_SIGN'] });
    const certificate = parseCertificate(made);
    expect(certificate.subjectDer).toEqual(certificate.issuerDer);
    expect(certificate.subjectText).toContain('Müller & Söhne');
    expect(await client.certificates.get('ca')).toEqual([made]);
    await client.certificates.delete('ca');
    expect(await client.certificates.get('ca').catch(() => [])).toEqual([]);
  });

  it('a signing request of one key becomes a certificate by another', async () => {
    const { client } = connect();
    await client.keys.create({ label: 'ca', spec: 'ec-p256', policy: null });
    await client.keys.create({ label: 'leaf', spec: 'ec-p256', policy: null });
    const issuer = parseCertificate(await client.certificates.selfSign.synchronous(authority));
    const csr = await client.certificates.request.synchronous({ ...key, label: 'leaf', subject: { commonName: 'leaf' } });
    const file = await client.certificates.request.download({ ...key, label: 'leaf', subject: { commonName: 'leaf' } });
    // Signatures differ; what is signed does not.
    expect(file.subarray(8, 100)).toEqual(csr.subarray(8, 100));
    const made = parseCertificate(
      await client.certificates.sign.synchronous({
        ...key,
        subject: { commonName: 'leaf' },
        certificateAuthority: false,
        certificateSigningRequest: csr,
        extendedKeyUsage: ['CODE_SIGNING'],
      }),
    );
    expect(made.issuerDer).toEqual(issuer.subjectDer);
    expect(made.spki).toEqual(
      Uint8Array.from(Buffer.from((await client.keys.attributes('leaf')).json.publicKey ?? '', 'base64')),
    );
  });

  it('a self-signed certificate of a key with a policy waits for people', async () => {
    const { client, tsb } = connect();
    await client.keys.create({ label: 'ca', spec: 'ec-p256', policy });
    const id = await client.certificates.selfSign.asynchronous(authority);
    expect((await client.requests.get(id)).status).toBe('PENDING');
    if (person) await tsb.approve(id, person);
    const { status, result } = await client.requests.get(id);
    expect([status, result?.includes('BEGIN CERTIFICATE')]).toEqual(['EXECUTED', true]);
  });
});
