import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { spkiOf } from '@securosys/core';
import { EMULATED_POLICY_OID, isEmulated, parseCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { createFakeTsb } from '../src/index.js';

const spki = spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
const subject = 'CN=release,O=Example,ST=Zurich,C=CH';

describe('the emulated CA (S34)', () => {
  it('marks its root and everything it issues, twice each', async () => {
    const { certificateAuthority: ca } = createFakeTsb();
    for (const der of [await ca.root(), await ca.issue({ spki, subject }), await ca.issue({ spki, subject, profile: 'ca' })]) {
      const certificate = parseCertificate(der);
      expect(isEmulated(certificate)).toBe(true);
      expect(certificate.policies).toContain(EMULATED_POLICY_OID);
      expect(EMULATED_POLICY_OID).toBe('2.999.101.109.117');
      expect(new X509Certificate(der).subject).toContain('serialNumber=EMULATED');
    }
  });

  it('leaves the attributes that identities match on as they were asked for', async () => {
    const der = await createFakeTsb().certificateAuthority.issue({ spki, subject });
    const lines = new X509Certificate(der).subject.split('\n');
    expect(lines).toEqual(expect.arrayContaining(['C=CH', 'ST=Zurich', 'O=Example', 'CN=release']));
  });

  it('issues leaves that OpenSSL accepts under its root', async () => {
    const { certificateAuthority: ca } = createFakeTsb();
    const root = new X509Certificate(await ca.root());
    const leaf = new X509Certificate(await ca.issue({ spki, subject }));
    expect(leaf.checkIssued(root)).toBe(true);
    expect(leaf.verify(root.publicKey)).toBe(true);
    expect(root.verify(root.publicKey)).toBe(true);
  });

  it('has a fresh root in each instance and one root in one instance', async () => {
    const a = createFakeTsb().certificateAuthority;
    const b = createFakeTsb().certificateAuthority;
    const [first, again, other] = await Promise.all([a.root(), a.root(), b.root()]);
    expect(again).toEqual(first);
    expect(new X509Certificate(other).publicKey.equals(new X509Certificate(first).publicKey)).toBe(false);
  });

  it('cannot be asked to leave the mark out', async () => {
    const options = { spki, subject, emulated: false };
    await expect(createFakeTsb().certificateAuthority.issue(options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
