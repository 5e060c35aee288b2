import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { expectOwnMemory } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { packFolder } from '../../src/pack.js';
import { collect, describe256, seeded } from '../support/images.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oci-memory-'));
  await writeFile(join(folder, 'a'), 'a');
  await packFolder(folder, join(folder, 'layout'), { tag: '1' });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const blob = utf8Bytes('short enough for the pool');

async function readAll(repository: ReturnType<api.Oci['open']>) {
  const image = await repository.resolve();
  const stored = await repository.pushBlob(blob, 'application/octet-stream');
  const again = await repository.fetchManifest(image.descriptor);
  const parts = await collect(repository.fetchBlobStream(stored));
  return [image, again, await repository.fetchBlob(stored, { maxBytes: 100 }), parts];
}

/** Every exported function that gives out bytes, with calls of it. */
const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  'createOci: a registry': async () => readAll((await seeded()).app),
  'createOci: a registry that sends pooled pieces': async () => {
    const { app, registry } = await seeded();
    registry.blobs.set(api.digestOf(blob), blob);
    registry.faults.push((r) => (r.url.includes('/blobs/') && r.method === 'GET' ? new Response(Buffer.from(blob)) : undefined));
    return app.fetchBlob(describe256(blob, 'a/b'), { maxBytes: 100 });
  },
  'createOci: a layout': async () => readAll(api.createOci().open(`oci:${folder}/layout:1`)),
  openRegistryService: async () => {
    const fetch = async () => new Response(Buffer.from('an answer'));
    const service = api.openRegistryService('https://notary.example', 'registry.example/app', { fetch });
    const request = { method: 'GET', path: 'any', action: 'pull', accept: [200], maxBytes: 100, what: 'read' } as const;
    return service.request(request);
  },
};
const withoutBytes = [
  'copyImage',
  'decodeManifest',
  'digestOf',
  'formatReference',
  'indexChildren',
  'layoutBlobs',
  'parsePlatform',
  'parseReference',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const known = new Set([...Object.keys(samples).map((name) => name.split(':')[0]), ...withoutBytes]);
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !known.has(name))).toEqual([]);
  });
});
