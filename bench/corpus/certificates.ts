import { createSigner, type KeySpec } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { type Certificate, parseCertificate, prepareCertificate } from '@securosys/pki';

/** A certificate authority for one run. */
export interface Authority {
  /** Self-signed, DER. */
  readonly root: Uint8Array;
  /**
   * A signing certificate, DER.
   * @param spki SubjectPublicKeyInfo DER of the key that gets it
   * @param commonName tells it from the others
   */
  issue(commonName: string, spki: Uint8Array): Promise<Uint8Array>;
}

const dayMs = 86_400_000;

/** An authority with a fresh key whose certificates are valid from a day before `now` (milliseconds) to thirty days after. */
export async function createAuthority(spec: KeySpec, now: number): Promise<Authority> {
  const backend = createMemoryBackend();
  const key = await backend.createKey({ label: 'root', spec });
  const signer = createSigner(backend, { label: 'root' }, { allowCertificates: true });
  const validity = { notBefore: now - dayMs, notAfter: now + 30 * dayMs };
  // C, ST and O are what a trusted identity of a Notary trust policy must name.
  const subject = (commonName: string) => `CN=${commonName},O=bench,ST=ZH,C=CH`;
  async function certificate(commonName: string, leaf?: { issuer: Certificate; spki: Uint8Array }): Promise<Uint8Array> {
    const common = { subject: subject(commonName), key, validity };
    const prepared = await prepareCertificate(
      leaf
        ? { ...common, profile: 'leaf', issuer: { certificate: leaf.issuer }, subjectKey: leaf.spki }
        : { ...common, profile: 'ca' },
    );
    const signatures: Record<string, Uint8Array> = {};
    for (const { id, algorithm, input, domain, facts } of prepared.parts)
      signatures[id] = await signer.sign({ algorithm, input, domain, facts });
    return prepared.assemble(signatures);
  }
  const root = await certificate(`bench root ${spec}`);
  const issuer = parseCertificate(root);
  return { root, issue: (commonName, spki) => certificate(commonName, { issuer, spki }) };
}
