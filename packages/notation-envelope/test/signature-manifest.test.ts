import { type Descriptor, sha256Hex } from '@securosys/core';
import { signatureManifest } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { rootCertificate } from './helpers/certificates.js';
import { jws, signed, subject } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const signature = signed({ prepare: { annotations: { a: 'b' } } });
const descriptor: Descriptor = {
  mediaType: jws,
  digest: `sha256:${sha256Hex(signature.envelope)}`,
  size: signature.envelope.byteLength,
};
const manifest = (style?: 'config' | 'artifact-type') =>
  JSON.parse(new TextDecoder().decode(signatureManifest(signature, descriptor, style && { style })));
const emptyDigest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

describe('a signature manifest (§11.1)', () => {
  it('is by default the form that every notation reads, in its member order', () => {
    expect(Object.keys(manifest())).toEqual(['schemaVersion', 'mediaType', 'config', 'layers', 'subject', 'annotations']);
    expect(manifest()).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.cncf.notary.signature', digest: emptyDigest, size: 2 },
      layers: [descriptor],
      subject,
      annotations: {
        'io.cncf.notary.x509chain.thumbprint#S256': expect.stringContaining(sha256Hex(rootCertificate())),
        'org.opencontainers.image.created': '2026-06-01T11:59:59Z',
      },
    });
  });

  it('names its artifact type and an empty config in the other form', () => {
    expect(manifest('artifact-type')).toMatchObject({
      artifactType: 'application/vnd.cncf.notary.signature',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: emptyDigest, size: 2, data: 'e30=' },
    });
  });

  it('is the same bytes for the same signature', () => {
    expect(signatureManifest(signature, descriptor)).toEqual(signatureManifest(signature, descriptor));
  });

  it.each([
    ['another digest', { digest: emptyDigest }],
    ['another size', { size: 1 }],
    ['another media type', { mediaType: 'application/cose' }],
    ['a digest of an unknown kind', { digest: 'md5:00' }],
  ])('is refused for %s', (_, change) => {
    expect(thrown(() => signatureManifest(signature, { ...descriptor, ...change })).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('is refused for unknown styles and options', () => {
    for (const options of [{ style: 'legacy' }, { styles: 'config' }])
      expect(thrown(() => signatureManifest(signature, descriptor, options as object)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});
