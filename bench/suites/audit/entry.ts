import type { AuditEntry } from '@securosys/sign/audit';

const hex = (index: number, length: number) => index.toString(16).padStart(length, '0');

/** A record as long as that of an image signed for Notary, with everything that a guard is told. */
export function sampleEntry(index: number): AuditEntry {
  const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: `sha256:${hex(index, 64)}`, size: 1234 };
  return {
    kind: 'intent',
    requester: 'release pipeline',
    backend: 'tsb:https://tsb.example:8443/partition',
    key: { spkiSha256: hex(7, 64), label: 'release', spec: 'ec-p256', assurance: 'attested' },
    algorithm: 'ecdsa-sha256',
    domain: 'jws',
    inputSha256: hex(index, 64),
    facts: { format: 'notation-jws', title: 'Sign an image for Notary', subject, signedAt: '2026-11-22T07:00:00Z' },
    target: { repository: 'registry.example/team/app', tag: `1.4.${index}`, digest: subject.digest },
    claims: { commit: hex(index, 40), build: `https://ci.example/team/app/builds/${index}` },
  };
}
