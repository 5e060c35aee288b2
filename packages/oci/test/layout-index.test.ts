import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JsonObject, utf8Bytes } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOci } from '../src/index.js';
import { readIndex } from '../src/layout/index-contents.js';
import { updateIndex, withEntry } from '../src/layout/index-file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'layout-index-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const entry = (i: number) => ({ mediaType, digest: `sha256:${String(i).padStart(64, '0')}`, size: i });

async function layoutOf(name: string): Promise<string> {
  const layout = join(folder, name);
  await createOci().open(`oci:${layout}`).pushBlob(utf8Bytes('x'), 'text/plain');
  return layout;
}

describe('many changes of the index of a layout', () => {
  it('at once are all made, and what was there before stays as it is', async () => {
    const layout = await layoutOf('many');
    const strange = { ...entry(1_000), annotations: { 'org.example': '"manifests":[]' }, unknown: { manifests: [] } };
    const document = { schemaVersion: 2, manifests: [strange], annotations: { of: 'somebody' } };
    await writeFile(join(layout, 'index.json'), JSON.stringify(document));
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => updateIndex(layout, 1 << 20, (entries) => withEntry(entries, entry(i), `t${i}`))),
    );
    const { manifests, ...rest } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
    expect(rest).toEqual({ schemaVersion: 2, annotations: { of: 'somebody' } });
    expect(manifests[0]).toEqual(strange);
    expect(
      manifests
        .slice(1)
        .map(({ digest }: JsonObject) => digest)
        .sort(),
    ).toEqual(Array.from({ length: 100 }, (_, i) => entry(i).digest));
    // What is remembered is what whoever reads the file anew sees.
    const remembered = await readIndex(layout, 1 << 20);
    expect(remembered.entries).toHaveLength(101);
    expect(JSON.parse(JSON.stringify(remembered.raw))).toEqual(manifests);
  });

  it('at once: one that fails, or would make it too large, leaves the others alone', async () => {
    const layout = await layoutOf('failing');
    const huge = { ...entry(7), annotations: { large: 'x'.repeat(5_000) } };
    const changes = [
      updateIndex(layout, 4_000, (entries) => withEntry(entries, entry(1), undefined)),
      updateIndex(layout, 4_000, () => {
        throw new Error('not this one');
      }),
      updateIndex(layout, 4_000, (entries) => withEntry(entries, huge, undefined)),
      updateIndex(layout, 4_000, (entries) => [...entries, { digest: 'none' }]),
      updateIndex(layout, 4_000, (entries) => withEntry(entries, entry(2), undefined)),
    ];
    const settled = await Promise.allSettled(changes);
    expect(settled.map((one) => (one.status === 'rejected' ? (one.reason.code ?? one.reason.message) : 'made'))).toEqual([
      'made',
      'not this one',
      'ERR_LIMIT',
      'ERR_MALFORMED',
      'made',
    ]);
    const { entries } = await readIndex(layout, 4_000);
    expect(entries.map(({ size }) => size).sort()).toEqual([1, 2]);
  });

  it('what another process has written meanwhile is read, not what was remembered', async () => {
    const layout = await layoutOf('other');
    await updateIndex(layout, 4_000, (entries) => withEntry(entries, entry(1), undefined));
    await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry(5)] }));
    await updateIndex(layout, 4_000, (entries) => withEntry(entries, entry(2), undefined));
    expect((await readIndex(layout, 4_000)).entries.map(({ size }) => size)).toEqual([5, 2]);
  });
});

it('a damaged blob heals when it is stored again, and a layout that lost its index gets one', async () => {
  const layout = await layoutOf('damaged');
  const repository = createOci().open(`oci:${layout}`);
  const blob = await repository.pushBlob(utf8Bytes('the content'), 'text/plain');
  const path = join(layout, 'blobs', 'sha256', blob.digest.slice('sha256:'.length));
  for (const damage of ['the c0ntent', 'short', '']) {
    await writeFile(path, damage);
    await repository.pushBlob(utf8Bytes('the content'), 'text/plain');
    expect(await readFile(path, 'utf8')).toBe('the content');
  }
  await rm(join(layout, 'index.json'));
  await repository.pushBlob(utf8Bytes('more'), 'text/plain');
  expect((await readIndex(layout, 4_000)).entries).toEqual([]);
});
