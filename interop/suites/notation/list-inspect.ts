import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { pushImage } from '../../lib/images.js';
import { formatIds, specs, type World } from './world.js';

const names: Readonly<Record<(typeof specs)[number], string>> = {
  'rsa-2048': 'RSASSA-PSS-SHA-256',
  'rsa-3072': 'RSASSA-PSS-SHA-384',
  'rsa-4096': 'RSASSA-PSS-SHA-512',
  'ec-p256': 'ECDSA-SHA-256',
  'ec-p384': 'ECDSA-SHA-384',
  'ec-p521': 'ECDSA-SHA-512',
};

/** `notation list` and `notation inspect` read everything we wrote. */
export async function listAndInspect({ registries, report, oci, home, root, sign, signer }: World): Promise<void> {
  for (const [at, registry] of registries.entries())
    for (const [format, spec] of formatIds.flatMap((id) =>
      (at === 0 ? specs : (['ec-p256'] as const)).map((s) => [id, s] as const),
    ))
      await report.case(`notation lists and inspects our ${format} ${spec} signature on ${registry.name}`, async () => {
        const tagged = `${registry.host}/inspected/${format}-${spec}:1`;
        const reference = await pushImage(oci, tagged);
        const { signature, subject } = await sign(tagged, spec, { format, annotations: { commit: '4f2a9c1' } });
        const listed = await home.notation('list', '--insecure-registry', reference);
        assert.equal(listed.code, 0, listed.stderr);
        assert.ok(listed.stdout.includes(signature.digest), listed.stdout);

        const inspected = await home.notation('inspect', '--insecure-registry', '-o', 'json', reference);
        assert.equal(inspected.code, 0, inspected.stderr);
        const [found, ...more] = JSON.parse(inspected.stdout).Signatures;
        assert.equal(more.length, 0);
        assert.equal(found.digest, signature.digest);
        assert.equal(found.mediaType, format === 'notation-jws' ? 'application/jose+json' : 'application/cose');
        assert.equal(found.signatureAlgorithm, names[spec]);
        assert.equal(found.signedAttributes.signingScheme, 'notary.x509');
        const days = (Date.parse(found.signedAttributes.expiry) - Date.parse(found.signedAttributes.signingTime)) / 86_400_000;
        assert.equal(days, 90);
        assert.match(found.unsignedAttributes.signingAgent, /emulated/);
        assert.deepEqual(found.userDefinedAttributes, { commit: '4f2a9c1' });
        assert.deepEqual(found.signedArtifact, { ...subject });
        const thumbprints = (await signer(spec).chain()).map((der) => createHash('sha256').update(der).digest('hex'));
        assert.deepEqual(
          found.certificates.map((certificate: Record<string, string>) => certificate.SHA256Fingerprint?.toLowerCase()),
          thumbprints,
        );
        assert.equal(thumbprints.at(-1), createHash('sha256').update(root).digest('hex'));
      });
}
