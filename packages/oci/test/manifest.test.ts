import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDigest, parseDigest } from '../src/digest.js';
import { decodeManifest, digestOf, mediaTypes } from '../src/index.js';
import { describe256, imageManifest, jsonBytes } from './support/images.js';

const config = describe256(jsonBytes({}), mediaTypes.imageConfig);
const manifest = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [config] };
const index = { schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [config] };
const good = `sha256:${'a'.repeat(64)}`;

describe('digests', () => {
  it('SHA-256 of the empty string is the published one', () => {
    expect(digestOf(new Uint8Array(0))).toBe('sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  const refused = [
    '',
    'sha256:',
    'a'.repeat(64),
    `sha256:${'a'.repeat(63)}`,
    `sha256:${'a'.repeat(65)}`,
    `sha256:${'A'.repeat(64)}`,
    `SHA256:${'a'.repeat(64)}`,
    `sha1:${'a'.repeat(40)}`,
    `sha384:${'a'.repeat(96)}`,
    `md5:${'a'.repeat(32)}`,
    `sha512:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(61)}/..`,
    'sha256:../../../../etc/passwd',
    `sha256:..%2f${'a'.repeat(59)}`,
    `sha256:${'a'.repeat(64)}\n`,
    ` ${good}`,
    `sha256+b64:${'a'.repeat(64)}`,
    `sha256-${'a'.repeat(64)}`,
    `sha256:${'ａ'.repeat(64)}`,
  ];
  it.each(refused)('%j is no digest', (text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(() =>
      decodeManifest(jsonBytes({ ...manifest, layers: [{ ...config, digest: text }] }), mediaTypes.imageManifest),
    ).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('what is made of bytes can be read back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom('sha256' as const, 'sha512' as const), (bytes, algorithm) => {
        const { hex, algorithm: read } = parseDigest(digestOf(bytes, algorithm));
        expect([read, hex.length]).toEqual([algorithm, algorithm === 'sha256' ? 64 : 128]);
      }),
    );
  });
});

describe('S19: one document, one reading', () => {
  it('the four manifest types are read', () => {
    expect(decodeManifest(imageManifest(), mediaTypes.imageManifest)).toMatchObject({ kind: 'manifest', layers: [] });
    expect(decodeManifest(jsonBytes(index), mediaTypes.imageIndex)).toMatchObject({ kind: 'index', manifests: [config] });
    const docker = { ...manifest, mediaType: mediaTypes.dockerManifest };
    expect(decodeManifest(jsonBytes(docker), mediaTypes.dockerManifest).kind).toBe('manifest');
    const list = { ...index, mediaType: mediaTypes.dockerManifestList };
    expect(decodeManifest(jsonBytes(list), mediaTypes.dockerManifestList).kind).toBe('index');
  });

  it('an OCI manifest may leave its own media type out, a Docker manifest may not', () => {
    const { mediaType: _, ...bare } = manifest;
    expect(decodeManifest(jsonBytes(bare), mediaTypes.imageManifest).mediaType).toBe(mediaTypes.imageManifest);
    expect(() => decodeManifest(jsonBytes(bare), mediaTypes.dockerManifest)).toThrow(/media type/);
  });

  const layers = (change: object) => ({ ...manifest, layers: [{ ...config, ...change }] });
  const wrong: readonly (readonly [string, unknown, string?])[] = [
    ['manifests beside layers', { ...manifest, manifests: [] }],
    ['layers beside manifests', { ...index, layers: [] }],
    ['a config beside manifests', { ...index, config }],
    ['fsLayers of schema 1', { ...manifest, fsLayers: [] }],
    ['blobs of the withdrawn artifact manifest', { ...manifest, blobs: [] }],
    ['a manifest declared as an index', manifest, mediaTypes.imageIndex],
    ['an index declared as a manifest', index, mediaTypes.imageManifest],
    ['its own type differing from the header', { ...manifest, mediaType: mediaTypes.dockerManifest }],
    ['its own type being null', { ...manifest, mediaType: null }],
    ['schemaVersion 1', { ...manifest, schemaVersion: 1 }],
    ['schemaVersion as text', { ...manifest, schemaVersion: '2' }],
    ['Layers in another case', { ...manifest, Layers: [] }],
    ['MANIFESTS in another case', { ...manifest, MANIFESTS: [] }],
    ['Digest of a layer in another case', layers({ Digest: good })],
    ['no config', { ...manifest, config: undefined }],
    ['no layers', { ...manifest, layers: undefined }],
    ['layers that are null', { ...manifest, layers: null }],
    ['a layer that is null', { ...manifest, layers: [null] }],
    ['a negative size', layers({ size: -1 })],
    ['a fractional size', layers({ size: 1.5 })],
    ['a size as text', layers({ size: '1' })],
    ['no size', layers({ size: undefined })],
    ['a media type with parameters', layers({ mediaType: 'a/b; c=d' })],
    ['no media type of a layer', layers({ mediaType: undefined })],
    ['an annotation that is a number', { ...manifest, annotations: { a: 1 } }],
    ['annotations that are a list', { ...manifest, annotations: [] }],
    ['a subject without a digest', { ...manifest, subject: { mediaType: 'a/b', size: 1 } }],
    ['an array', [manifest]],
  ];
  it.each(wrong)('%s is refused', (_, document, declared) => {
    const isIndex =
      typeof document === 'object' &&
      document !== null &&
      'manifests' in document &&
      !('mediaType' in document && document.mediaType === mediaTypes.imageManifest);
    const type = typeof declared === 'string' ? declared : isIndex ? mediaTypes.imageIndex : mediaTypes.imageManifest;
    expect(() => decodeManifest(jsonBytes(document), type)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('a repeated member is refused', () => {
    const text = JSON.stringify(manifest).replace('"layers"', '"config":{},"layers"');
    expect(() => decodeManifest(new TextEncoder().encode(text), mediaTypes.imageManifest)).toThrow(/duplicate/);
  });

  it('a size over 2^53 is refused, before anything is allocated for it', () => {
    const text = JSON.stringify(manifest).replace(/"size":\d+/, '"size":9007199254740993');
    expect(() => decodeManifest(new TextEncoder().encode(text), mediaTypes.imageManifest)).toThrow(/2\^53/);
  });

  it('a schema 1 manifest and other types are no manifests here', () => {
    for (const type of ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'application/json', ''])
      expect(() => decodeManifest(jsonBytes(manifest), type)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
  });

  it('over 10,000 entries are refused, over 4 MiB too', () => {
    const many = { ...index, manifests: Array.from({ length: 10_001 }, () => ({ mediaType: 'a/b', digest: good, size: 1 })) };
    expect(() => decodeManifest(jsonBytes(many), mediaTypes.imageIndex)).toThrow(/over 10000 entries/);
    expect(() => decodeManifest(new Uint8Array(4 * 1024 * 1024 + 1), mediaTypes.imageIndex)).toThrow(
      expect.objectContaining({ code: 'ERR_LIMIT' }),
    );
  });

  it('annotations named like members of Object are plain annotations', () => {
    const text = JSON.stringify({ ...manifest, annotations: { a: 'b' } }).replace('"a":"b"', '"__proto__":"x","constructor":"y"');
    const { annotations } = decodeManifest(new TextEncoder().encode(text), mediaTypes.imageManifest);
    expect(Object.entries(annotations ?? {})).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
  });

  it('no bytes whatever make the decoder fail in another way than with a SignError', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          decodeManifest(new TextEncoder().encode(text), mediaTypes.imageManifest);
        } catch (error) {
          expect(error).toMatchObject({ name: 'SignError' });
        }
      }),
    );
  });
});
