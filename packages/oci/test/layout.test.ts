import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, utf8Bytes } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOci, digestOf, mediaTypes } from '../src/index.js';
import {
  attachMark,
  collect,
  describe256,
  imageManifest,
  jsonBytes,
  signatureManifest,
  signatureType,
} from './support/images.js';

let root: string;
let layout: string;
const oci = createOci();
const open = (suffix = '') => oci.open(`oci:${layout}${suffix}`);
const indexJson = async () =>
  JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as { manifests: Record<string, unknown>[] };
const subject = describe256(imageManifest(), mediaTypes.imageManifest);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'oci-layout-'));
  layout = join(root, 'images');
  await open().pushManifest(imageManifest(), mediaTypes.imageManifest, { tag: '1' });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('an image layout', () => {
  it('gives back what was pushed, by tag and by digest', async () => {
    const image = await open(':1').resolve();
    expect(image).toMatchObject({ descriptor: subject, reference: `oci:${layout}@${subject.digest}` });
    expect((await oci.open(image.reference).resolve()).bytes).toEqual(imageManifest());
    expect(open(':1').name).toBe(layout);
  });

  it('is what the image-spec describes', async () => {
    expect(await readFile(join(layout, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(await indexJson()).toEqual({
      schemaVersion: 2,
      mediaType: mediaTypes.imageIndex,
      manifests: [{ ...subject, annotations: { 'org.opencontainers.image.ref.name': '1' } }],
    });
    expect((await readdir(join(layout, 'blobs/sha256'))).map((hex) => `sha256:${hex}`)).toEqual([subject.digest]);
  });

  it('leaves no temporary files and no file that others may write', async () => {
    await open().pushBlob(utf8Bytes('x'), 'a/b');
    for (const file of await readdir(layout, { recursive: true })) {
      expect(file).not.toMatch(/tmp/);
      if (process.platform !== 'win32') expect((await stat(join(layout, file))).mode & 0o022).toBe(0);
    }
  });

  it('moves a tag and keeps the old image listed', async () => {
    const moved = await open().pushManifest(imageManifest('two'), mediaTypes.imageManifest, { tag: '1' });
    expect((await open(':1').resolve()).descriptor).toEqual(moved);
    expect((await indexJson()).manifests[0]).toEqual(subject);
  });

  it('lists what is attached, without a name in index.json', async () => {
    const entry = await attachMark(open(), subject, 'a');
    await attachMark(open(), subject, 'sbom', 'application/spdx+json');
    expect(await collect(open().referrers(subject, { artifactType: signatureType }))).toEqual([entry]);
    expect(await collect(open().referrers(subject))).toHaveLength(2);
    expect((await indexJson()).manifests[1]).toEqual({ ...entry });
  });

  it('twenty writers at once lose nothing', async () => {
    const marks = Array.from({ length: 20 }, (_, i) => `m${i}`);
    await Promise.all(marks.map((mark) => attachMark(createOci().open(`oci:${layout}`), subject, mark)));
    expect((await collect(open().referrers(subject))).map((d) => d.annotations?.mark).sort()).toEqual([...marks].sort());
  });

  it('many writers who all find no layout lose nothing either', async () => {
    for (let round = 0; round < 5; round++) {
      layout = join(root, `fresh${round}`);
      const tags = Array.from({ length: 8 }, (_, i) => `t${i}`);
      const push = (tag: string) => open().pushManifest(imageManifest(tag), mediaTypes.imageManifest, { tag });
      await Promise.all(tags.map(push));
      expect((await indexJson()).manifests).toHaveLength(8);
      expect((await readdir(layout)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
    }
  });

  it.skipIf(process.platform === 'win32')('may be named by a link, for every call alike', async () => {
    await attachMark(open(), subject, 'one');
    await symlink(layout, join(root, 'current'));
    const linked = oci.open(`oci:${join(root, 'current')}:1`);
    expect((await linked.resolve()).descriptor).toEqual(subject);
    expect(await collect(linked.referrers(subject))).toHaveLength(1);
  });

  it('keeps members that we do not know', async () => {
    const index = await indexJson();
    await writeFile(
      join(layout, 'index.json'),
      JSON.stringify({ ...index, 'x-note': 1, manifests: [{ ...index.manifests[0], 'x-own': 2 }] }),
    );
    await attachMark(open(), subject, 'a');
    expect(await indexJson()).toMatchObject({ 'x-note': 1, manifests: [{ 'x-own': 2 }, {}] });
  });

  it('skips one unusable entry, tells the logger, and finds the good one', async () => {
    const broken = await attachMark(open(), subject, 'broken');
    await attachMark(open(), subject, 'good');
    await writeFile(join(layout, 'blobs/sha256', broken.digest.slice(7)), 'garbage');
    const warned: unknown[] = [];
    const silent = () => undefined;
    const logger: Logger = { debug: silent, info: silent, error: silent, warn: (_, fields) => warned.push(fields) };
    const found = await collect(open().referrers(subject, { logger }));
    expect(found.map((d) => d.annotations?.mark)).toEqual(['good']);
    expect(warned).toEqual([{ digest: broken.digest, code: 'ERR_DIGEST_MISMATCH' }]);
  });

  it('a referrer of the same digest with another size or media type is none', async () => {
    await attachMark(open(), { ...subject, size: subject.size + 1 }, 'a');
    await attachMark(open(), { ...subject, mediaType: mediaTypes.dockerManifest }, 'b');
    expect(await collect(open().referrers(subject))).toEqual([]);
  });
});

describe('a hostile image layout', () => {
  it('content that its digest does not fit is refused', async () => {
    await writeFile(join(layout, 'blobs/sha256', subject.digest.slice(7)), imageManifest('two'));
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('one tag on two images is refused', async () => {
    const two = describe256(imageManifest('two'), mediaTypes.imageManifest);
    const annotations = { 'org.opencontainers.image.ref.name': '1' };
    const index = { schemaVersion: 2, manifests: [subject, two].map((d) => ({ ...d, annotations })) };
    await writeFile(join(layout, 'index.json'), jsonBytes(index));
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it.each([
    ['missing tag', ':none', 'ERR_NOT_FOUND'],
    ['missing digest', `@${digestOf(utf8Bytes('none'))}`, 'ERR_NOT_FOUND'],
  ])('%s', async (_, suffix, code) => {
    await expect(open(suffix).resolve()).rejects.toMatchObject({ code });
  });

  it('a folder that is no layout, or of another version, is refused', async () => {
    await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"2.0.0"}');
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    await rm(join(layout, 'oci-layout'));
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });

  it('a size of 2^53 in index.json allocates nothing', async () => {
    const text = (await readFile(join(layout, 'index.json'), 'utf8')).replace(/"size":\d+/, '"size":9007199254740991');
    await writeFile(join(layout, 'index.json'), text);
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });
});

describe.skipIf(process.platform === 'win32')('S29: links in a layout are not followed', () => {
  const outside = () => join(root, 'outside');
  const replaceByLink = async (path: string) => {
    await rename(join(layout, path), outside());
    await symlink(outside(), join(layout, path));
  };

  it.each(['index.json', 'oci-layout', 'blobs', 'blobs/sha256', `blobs/sha256/${subject.digest.slice(7)}`])(
    '%s, reading',
    async (path) => {
      await replaceByLink(path);
      await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_STORE' });
    },
  );

  it.each(['index.json', 'oci-layout', 'blobs', 'blobs/sha256'])('%s, writing: nothing outside changes', async (path) => {
    await replaceByLink(path);
    const before = (await stat(outside())).isDirectory()
      ? await readdir(outside(), { recursive: true })
      : await readFile(outside(), 'utf8');
    await expect(open().pushManifest(imageManifest('two'), mediaTypes.imageManifest, { tag: '2' })).rejects.toMatchObject({
      code: 'ERR_STORE',
    });
    const after = (await stat(outside())).isDirectory()
      ? await readdir(outside(), { recursive: true })
      : await readFile(outside(), 'utf8');
    expect(after).toEqual(before);
  });

  it('a link where a blob will be written is replaced, its target stays', async () => {
    const bytes = signatureManifest(subject);
    await writeFile(outside(), 'precious');
    await symlink(outside(), join(layout, 'blobs/sha256', digestOf(bytes).slice(7)));
    await open().attach(bytes, mediaTypes.imageManifest, subject);
    expect(await readFile(outside(), 'utf8')).toBe('precious');
    expect(await collect(open().referrers(subject))).toHaveLength(1);
  });

  it('a named pipe in the place of a blob does not hang the reader', async () => {
    const { execFileSync } = await import('node:child_process');
    const path = join(layout, 'blobs/sha256', subject.digest.slice(7));
    await rm(path);
    execFileSync('mkfifo', [path]);
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_STORE' });
  });

  it('a folder in the place of a file is refused', async () => {
    await rm(join(layout, 'index.json'));
    await mkdir(join(layout, 'index.json'));
    await expect(open(':1').resolve()).rejects.toMatchObject({ code: 'ERR_STORE' });
  });
});

describe('limits and deadlines of a layout are those of a registry', () => {
  const five = async () => {
    for (let i = 0; i < 5; i++) await attachMark(open(), subject, `mark ${i}`);
  };
  const drain = async (source: AsyncIterable<unknown>, each = () => {}) => {
    let count = 0;
    const error = await (async () => {
      for await (const _ of source) {
        count++;
        each();
      }
    })().catch((thrown: unknown) => thrown);
    return { count, error };
  };

  it('referrers over the cap are ERR_LIMIT after the last one below it (S23)', async () => {
    await five();
    const { count, error } = await drain(
      createOci({ limits: { referrers: 2 } })
        .open(`oci:${layout}`)
        .referrers(subject),
    );
    expect(count).toBe(2);
    expect(error).toMatchObject({ code: 'ERR_LIMIT' });
    expect(
      await collect(
        createOci({ limits: { referrers: 5 } })
          .open(`oci:${layout}`)
          .referrers(subject),
      ),
    ).toHaveLength(5);
  });

  it('at most ten times as many entries are looked at', async () => {
    for (let i = 0; i < 11; i++) await open().pushManifest(imageManifest(`other ${i}`), mediaTypes.imageManifest);
    const { count, error } = await drain(
      createOci({ limits: { referrers: 1 } })
        .open(`oci:${layout}`)
        .referrers(subject),
    );
    expect(count).toBe(0);
    expect(error).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('the deadline covers the whole iteration, with what the caller does in between', async () => {
    await five();
    const clock = createTestClock();
    const source = createOci({ clock }).open(`oci:${layout}`).referrers(subject, { timeoutMs: 300 });
    const { count, error } = await drain(source, () => clock.advance(200));
    expect(count).toBe(2);
    expect(error).toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('every reading call ends at its deadline', async () => {
    let now = 0;
    const clock = { ...createTestClock(), now: () => (now += 100) };
    const late = createOci({ clock, timeoutMs: 50 }).open(`oci:${layout}:1`);
    const timeout = { code: 'ERR_TIMEOUT' };
    await expect(late.resolve()).rejects.toMatchObject(timeout);
    await expect(late.fetchManifest(subject)).rejects.toMatchObject(timeout);
    await expect(late.fetchBlob(subject, { maxBytes: 1e6 })).rejects.toMatchObject(timeout);
    await expect(late.hasBlob(subject)).rejects.toMatchObject(timeout);
    await expect(late.pushBlob(utf8Bytes('late'), 'a/b')).rejects.toMatchObject(timeout);
    expect(await open().hasBlob(describe256(utf8Bytes('late'), 'a/b'))).toBe(false);
  });
});
