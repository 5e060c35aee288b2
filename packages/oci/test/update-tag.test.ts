import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@securosys/core';
import { createTestClock, type MemoryRegistry, type RegistryFault } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOci, mediaTypes, type Repository, type ResolvedManifest } from '../src/index.js';
import { eventClock } from './support/event-clock.js';
import { describe256, jsonBytes, name, seeded } from './support/images.js';

const tag = 'shared';
const marksOf = (current: ResolvedManifest | undefined): string[] => Object.keys(current?.manifest.annotations ?? {});
/** A manifest in which each writer has to find an annotation of its own. */
const withMarks = (marks: readonly string[]) => ({
  mediaType: mediaTypes.imageManifest,
  bytes: jsonBytes({
    schemaVersion: 2,
    mediaType: mediaTypes.imageManifest,
    config: describe256(jsonBytes({}), mediaTypes.imageConfig),
    layers: [],
    annotations: Object.fromEntries(marks.map((mark) => [mark, ''])),
  }),
});
const adding = (mark: string) => (current: ResolvedManifest | undefined) =>
  marksOf(current).includes(mark) ? undefined : withMarks([...marksOf(current), mark]);
const many = Array.from({ length: 20 }, (_, i) => `m${String(i).padStart(2, '0')}`);
const stored = async (repository: Repository) => marksOf(await repository.resolve(tag)).sort();

/** What a registry does that names versions and looks at `If-Match`. */
const versions =
  (registry: MemoryRegistry, seen: string[] = []): RegistryFault =>
  async (request, answer) => {
    if (!request.url.endsWith(`/manifests/${tag}`)) return undefined;
    const wanted = request.headers.get('if-match');
    if (request.method === 'PUT' && wanted !== null) {
      seen.push(wanted);
      if (wanted !== `"${registry.tags.get(`app:${tag}`)}"`) return new Response(null, { status: 412 });
    }
    const response = await answer();
    if (request.method === 'GET' && response.ok) response.headers.set('etag', `"${registry.tags.get(`app:${tag}`)}"`);
    return response;
  };
/** Answers that take their time before and after they are made, so that writers really meet. */
const slowly = (clock: Clock): RegistryFault => {
  let n = 0;
  return async (request, answer) => {
    if (!request.url.endsWith(`/manifests/${tag}`)) return undefined;
    await clock.sleep((n++ * 17) % 40);
    const response = await answer();
    await clock.sleep((n++ * 23) % 40);
    return response;
  };
};

describe('a tag that many writers change (cosign.md §3.4 no. 6)', () => {
  it.each([
    ['names no versions', false],
    ['refuses a write over another version', true],
  ])('twenty clients at once lose nothing where the registry %s', async (_, etags) => {
    const { registry, app } = await seeded();
    const clock = eventClock();
    const versioned = versions(registry);
    const slow = slowly(clock);
    registry.faults.push((request, answer) =>
      slow(request, async () => (etags ? await versioned(request, answer) : undefined) ?? answer()),
    );
    await Promise.all(
      many.map((mark) => createOci({ fetch: registry.fetch, clock, timeoutMs: 1e9 }).open(name).updateTag(tag, adding(mark))),
    );
    registry.faults.length = 0;
    expect(await stored(app)).toEqual(many);
  });

  it('a write is bound to the version that was read, and a first one to none', async () => {
    const { registry, app } = await seeded({}, { clock: createTestClock() });
    const seen: string[] = [];
    registry.faults.push(versions(registry, seen));
    const first = await app.updateTag(tag, adding('a'));
    expect(seen).toEqual([]);
    await app.updateTag(tag, adding('b'));
    expect(seen).toEqual([`"${first?.digest}"`]);
    expect(await stored(app)).toEqual(['a', 'b']);
  });

  it('who is written over for ever says so', async () => {
    const { app, registry } = await seeded({}, { clock: createTestClock(), timeoutMs: 1e9 });
    registry.faults.push((request) => (request.method === 'PUT' ? new Response(null, { status: 201 }) : undefined));
    await expect(app.updateTag(tag, adding('a'))).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
    registry.faults[0] = (request) => (request.method === 'PUT' ? new Response(null, { status: 412 }) : undefined);
    await expect(app.updateTag(tag, adding('a'))).rejects.toMatchObject({ code: 'ERR_CONFLICT' });
  });

  it('nothing is written where nothing has to be changed', async () => {
    const { app, registry } = await seeded({}, { clock: createTestClock() });
    expect(await app.updateTag('absent', () => undefined)).toBeUndefined();
    const { descriptor } = await app.resolve('1');
    expect(await app.updateTag('1', () => undefined)).toEqual(descriptor);
    expect(registry.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('what is no sound manifest is stored nowhere', async () => {
    const { app, registry } = await seeded();
    const broken = { mediaType: mediaTypes.imageManifest, bytes: jsonBytes({}) };
    await expect(app.updateTag(tag, () => broken)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    await expect(app.updateTag('no tag', () => undefined)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(registry.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('a tag of an image layout', () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'oci-update-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it('twenty writers at once lose nothing, and older versions are listed no longer', async () => {
    const folder = join(root, 'many');
    // Two spellings of one folder are what two processes are: they do not know of each other.
    const open = (i: number) => createOci().open(`oci:${i % 2 ? folder : `${root}/./many`}`);
    await Promise.all(many.map((mark, i) => open(i).updateTag(tag, adding(mark))));
    expect(await stored(open(0))).toEqual(many);
    const index: { manifests: unknown[] } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'));
    expect(index.manifests).toHaveLength(1);
  });

  it('other tags stay, and a tag that nobody wants is not made', async () => {
    const layout = createOci().open(`oci:${join(root, 'few')}`);
    const { bytes, mediaType } = withMarks(['image']);
    await layout.pushManifest(bytes, mediaType, { tag: '1' });
    expect(await layout.updateTag(tag, () => undefined)).toBeUndefined();
    await layout.updateTag(tag, adding('image'));
    await layout.updateTag(tag, adding('b'));
    expect(await stored(layout)).toEqual(['b', 'image']);
    expect(marksOf(await layout.resolve('1'))).toEqual(['image']);
  });
});
