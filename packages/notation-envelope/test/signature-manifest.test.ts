import { type Descriptor, sha256Hex, utf8Bytes } from '@securosys/core';
import { readSignatureManifest, signatureManifest } from '@securosys/notation-envelope';
import { decodeManifest } from '@securosys/oci';
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

  it('takes annotations of a plugin, but for those that are the signature’s own', () => {
    const annotations = { 'com.example.job': '7', 'org.opencontainers.image.created': '1970-01-01T00:00:00Z' };
    const bytes = signatureManifest(signature, descriptor, { annotations });
    expect(JSON.parse(new TextDecoder().decode(bytes)).annotations).toEqual({ ...signature.annotations, 'com.example.job': '7' });
    for (const wrong of [{ a: 1 }, { '': 'a' }])
      expect(
        thrown(() => signatureManifest(signature, descriptor, { annotations: wrong as object as Record<string, string> })).code,
      ).toBe('ERR_INVALID_ARGUMENT');
  });

  it('is refused for unknown styles and options', () => {
    for (const options of [{ style: 'legacy' }, { styles: 'config' }])
      expect(thrown(() => signatureManifest(signature, descriptor, options as object)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('reading a signature manifest (§11.1)', () => {
  const imageType = 'application/vnd.oci.image.manifest.v1+json';
  const artifactManifestType = 'application/vnd.oci.artifact.manifest.v1+json';
  const read = (document: Record<string, unknown>, about: Descriptor = subject) =>
    readSignatureManifest(decodeManifest(utf8Bytes(JSON.stringify(document)), String(document.mediaType)), about);
  /** As notation wrote it before 1.0. */
  const withdrawn = {
    mediaType: artifactManifestType,
    artifactType: 'application/vnd.cncf.notary.signature',
    blobs: [descriptor],
    subject,
    annotations: signature.annotations,
  };

  it('knows three generations', () => {
    for (const style of ['config', 'artifact-type'] as const)
      expect(read(manifest(style))).toEqual({ style, envelope: descriptor, subject, annotations: signature.annotations });
    expect(read(withdrawn)).toMatchObject({ style: 'artifact-manifest', envelope: descriptor });
    expect(read({ ...manifest(), annotations: undefined })).toMatchObject({ annotations: {} });
  });

  it.each<[string, Record<string, unknown>]>([
    ['another artifact type', { ...manifest('artifact-type'), artifactType: 'application/spdx+json' }],
    [
      'another config type',
      { ...manifest(), config: { ...manifest().config, mediaType: 'application/vnd.oci.image.config.v1+json' } },
    ],
    ['our artifact type and a foreign config', { ...manifest(), artifactType: 'application/vnd.cncf.notary.signature' }],
    ['no layer', { ...manifest(), layers: [] }],
    ['two layers', { ...manifest(), layers: [descriptor, descriptor] }],
    ['two blobs', { ...withdrawn, blobs: [descriptor, descriptor] }],
    ['a withdrawn manifest of another type', { ...withdrawn, artifactType: 'application/spdx+json' }],
    ['no subject', { ...manifest(), subject: undefined }],
    ['another subject', { ...manifest(), subject: { ...subject, digest: emptyDigest } }],
    ['a subject of another size', { ...manifest(), subject: { ...subject, size: 1 } }],
    ['a subject of another media type', { ...manifest(), subject: { ...subject, mediaType: artifactManifestType } }],
    ['an index', { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [] }],
  ])('refuses %s', (_, document) => {
    expect(thrown(() => read({ mediaType: imageType, ...document })).code).toBe('ERR_MALFORMED');
  });
});
