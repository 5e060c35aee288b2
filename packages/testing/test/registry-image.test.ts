import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemoryRegistry } from '../src/index.js';

const accept = { accept: 'application/vnd.oci.image.manifest.v1+json' };
const sha256 = (bytes: ArrayBuffer) => `sha256:${createHash('sha256').update(new Uint8Array(bytes)).digest('hex')}`;

describe('an image put into the memory registry', () => {
  it('is served by tag and by digest, with every blob that its manifest names', async () => {
    const registry = createMemoryRegistry();
    const image = registry.addImage('registry.example/team/app:1.4', { content: 'hello' });
    const base = 'https://registry.example/v2/team/app';
    const byTag = await registry.fetch(`${base}/manifests/1.4`, { headers: accept });
    expect(byTag.headers.get('content-type')).toBe(image.mediaType);
    const bytes = await byTag.arrayBuffer();
    expect(sha256(bytes)).toBe(image.digest);
    expect(bytes.byteLength).toBe(image.size);
    expect(image.reference).toBe(`registry.example/team/app@${image.digest}`);
    expect((await registry.fetch(`${base}/manifests/${image.digest}`)).status).toBe(200);
    const { config, layers } = JSON.parse(new TextDecoder().decode(bytes));
    for (const { digest, size } of [config, ...layers]) {
      const blob = await (await registry.fetch(`${base}/blobs/${digest}`)).arrayBuffer();
      expect([sha256(blob), blob.byteLength]).toEqual([digest, size]);
    }
    expect(await (await registry.fetch(`${base}/blobs/${layers[0].digest}`)).text()).toBe('hello');
  });

  it('takes its tag over from the one before, and differs from others without being told to', () => {
    const registry = createMemoryRegistry();
    const first = registry.addImage('registry.example/app:1');
    const other = registry.addImage('registry.example/app:2');
    expect(other.digest).not.toBe(first.digest);
    const second = registry.addImage('registry.example/app:1', { content: 'patched' });
    expect(registry.tags.get('app:1')).toBe(second.digest);
    expect([...registry.manifests.keys()]).toContain(`app@${first.digest}`);
  });

  it.each(['app:1', 'registry.example/app', 'registry.example/App:1', `registry.example/app@sha256:${'0'.repeat(64)}`])(
    'is not put under %s',
    (reference) => {
      expect(() => createMemoryRegistry().addImage(reference)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    },
  );
});
