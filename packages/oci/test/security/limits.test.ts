import { utf8Bytes } from '@securosys/core';
import { createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { digestOf, mediaTypes } from '../../src/index.js';
import { attachMark, collect, describe256, imageManifest, jsonBytes, seeded, signatureType } from '../support/images.js';

const page = (entries: unknown[], link?: string) =>
  new Response(jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: entries }), {
    headers: { 'content-type': mediaTypes.imageIndex, ...(link && { link: `<${link}>; rel="next"` }) },
  });
const entry = (mark: string, artifactType = signatureType) => ({
  ...describe256(imageManifest(mark), mediaTypes.imageManifest),
  artifactType,
});

describe('S23: a registry that does not end', () => {
  it('endless pages end with ERR_LIMIT, not with an empty list', async () => {
    const { app, registry, subject } = await seeded({}, { limits: { pages: 7 } });
    let n = 0;
    registry.faults.push((r) => page([], `${new URL(r.url).pathname}?n=${++n}`));
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(registry.requests).toHaveLength(7);
  });

  it('pages that form a loop are refused at once', async () => {
    const { app, registry, subject } = await seeded();
    registry.faults.push((r) => page([], `${new URL(r.url).pathname}?n=${r.url.includes('n=1') ? 2 : 1}`));
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({
      code: 'ERR_PROTOCOL',
      message: expect.stringContaining('loop'),
    });
    expect(registry.requests).toHaveLength(3);
  });

  it('too many referrers: those below the cap are given, then ERR_LIMIT', async () => {
    const { app, registry, subject } = await seeded({}, { limits: { referrers: 5 } });
    registry.faults.push(() => page(Array.from({ length: 6 }, (_, i) => entry(`m${i}`))));
    const seen: string[] = [];
    const run = async () => {
      for await (const found of app.referrers(subject)) seen.push(found.digest);
    };
    await expect(run()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(seen).toHaveLength(5);
  });

  it('junk of other types before the good one does not hide it', async () => {
    const { app, registry, subject } = await seeded({}, { limits: { referrers: 50 } });
    registry.faults.push(() => page([...Array.from({ length: 400 }, (_, i) => entry(`m${i}`, 'junk/junk')), entry('good')]));
    const found = await collect(app.referrers(subject, { artifactType: signatureType }));
    expect(found.map((d) => d.digest)).toEqual([entry('good').digest]);
  });

  it.each([true, false])('an entry that is no descriptor does not hide the good one, and is told (API: %s)', async (api) => {
    const { app, registry, subject } = await seeded({ referrersApi: api }, { clock: createTestClock() });
    await attachMark(app, subject, 'good');
    const good = await collect(app.referrers(subject));
    const manifests = [
      { ...good[0], digest: digestOf(utf8Bytes('x')), artifactType: 'x'.repeat(300) },
      { digest: 'none' },
      7,
      ...good,
    ];
    registry.faults.push((r) =>
      r.url.includes(api ? '/referrers/' : '/manifests/sha256-')
        ? new Response(jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests }), {
            headers: { 'content-type': mediaTypes.imageIndex },
          })
        : undefined,
    );
    const warnings: unknown[] = [];
    const log = () => undefined;
    const logger = { debug: log, info: log, error: log, warn: (_: string, fields?: object) => warnings.push(fields) };
    expect(await collect(app.referrers(subject, { logger }))).toEqual(good);
    expect(warnings).toMatchObject([{ count: 3 }]);
  });

  it('unusable entries without end are ERR_LIMIT', async () => {
    const { app, registry, subject } = await seeded({}, { limits: { referrers: 5 } });
    let n = 0;
    registry.faults.push((r) =>
      r.url.includes('/referrers/')
        ? page(Array.from({ length: 20 }), `/v2/app/referrers/${subject.digest}?n=${++n}`)
        : undefined,
    );
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(n).toBe(3);
  });

  it('the same entry again and again is given once', async () => {
    const { app, registry, subject } = await seeded();
    registry.faults.push(() => page(Array.from({ length: 100 }, () => entry('same'))));
    expect(await collect(app.referrers(subject))).toHaveLength(1);
  });

  it('a listing that breaks off between pages is not completed from the tag', async () => {
    const { app, registry, subject } = await seeded();
    registry.faults.push((r) =>
      r.url.includes('n=1') ? new Response(null, { status: 404 }) : page([entry('a')], `${new URL(r.url).pathname}?n=1`),
    );
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it.each([401, 405, 500])('status %i of the listing is an error and not "none"', async (status) => {
    const { app, registry, subject } = await seeded({}, { clock: createTestClock() });
    registry.faults.push(() => new Response(null, { status }));
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ name: 'SignError' });
  });
});

describe('S23: bodies', () => {
  const dripping = (clock: ReturnType<typeof createTestClock>, ms: number) =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        clock.advance(ms);
        controller.enqueue(new Uint8Array(1));
      },
    });

  it('one byte a second is too slow', async () => {
    const clock = createTestClock();
    const { app, registry } = await seeded({}, { clock });
    registry.faults.push(() => new Response(dripping(clock, 1000), { headers: { 'content-type': mediaTypes.imageManifest } }));
    const start = clock.now();
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_LIMIT', message: expect.stringContaining('slowly') });
    expect(clock.now() - start).toBeLessThan(10_000);
  });

  it('the deadline of a listing covers what the caller does between two referrers', async () => {
    const clock = createTestClock();
    const { app, registry, subject } = await seeded({}, { clock });
    registry.faults.push(() => page(Array.from({ length: 5 }, (_, i) => entry(`m${i}`))));
    let count = 0;
    const run = async () => {
      for await (const _ of app.referrers(subject, { timeoutMs: 300 })) {
        count++;
        clock.advance(200);
      }
    };
    await expect(run()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(count).toBe(2);
  });

  it('the deadline holds while a body arrives', async () => {
    const clock = createTestClock();
    const { app, registry } = await seeded({}, { clock, timeoutMs: 3000, limits: { minBytesPerSecond: 0 } });
    registry.faults.push(() => new Response(dripping(clock, 1000), { headers: { 'content-type': mediaTypes.imageManifest } }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('a body that stalls ends at the deadline', async () => {
    const { app, registry } = await seeded({}, { timeoutMs: 30 });
    registry.faults.push(() => new Response(new ReadableStream(), { headers: { 'content-type': mediaTypes.imageManifest } }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it('an endless body is cut at the cap without being kept', async () => {
    const { app, registry } = await seeded();
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65536;
        controller.enqueue(new Uint8Array(65536));
      },
    });
    registry.faults.push(() => new Response(endless, { headers: { 'content-type': mediaTypes.imageManifest } }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(sent).toBeLessThan(6 * 1024 * 1024);
  });

  it('an announced length over the cap is refused before a byte is read', async () => {
    const { app, registry } = await seeded();
    const headers = { 'content-type': mediaTypes.imageManifest, 'content-length': String(2 ** 40) };
    registry.faults.push(() => new Response(new ReadableStream(), { headers }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  it.each(['gzip', 'br', Array.from({ length: 1000 }, () => 'gzip').join(', ')])(
    'content coding %.20s is refused unread',
    async (coding) => {
      const { app, registry } = await seeded();
      registry.faults.push(
        () => new Response('x', { headers: { 'content-encoding': coding, 'content-type': mediaTypes.imageManifest } }),
      );
      await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    },
  );

  it('every request asks for no content coding', async () => {
    const { app, registry } = await seeded();
    const codings: (string | null)[] = [];
    registry.faults.push((r) => {
      codings.push(r.headers.get('accept-encoding'));
      return undefined;
    });
    await app.resolve();
    expect(codings).toEqual(['identity']);
  });

  it('redirects without end are ERR_LIMIT', async () => {
    const { app, registry } = await seeded();
    let n = 0;
    registry.faults.push(() => new Response(null, { status: 307, headers: { location: `https://s${++n}.example/` } }));
    await expect(app.fetchBlob(describe256(utf8Bytes('x'), 'a/b'), { maxBytes: 9 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(registry.requests).toHaveLength(6);
  });

  it('ten thousand entries behind the referrers tag stay below a second and 200 MB', async () => {
    const { app, registry, subject } = await seeded();
    await attachMark(app, subject, 'a');
    registry.faults.push(() =>
      page(Array.from({ length: 10_000 }, (_, i) => ({ ...entry('x'), digest: `sha256:${i.toString(16).padStart(64, '0')}` }))),
    );
    const before = process.memoryUsage().rss;
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('S18: a registry that changes its mind', () => {
  it('one answer makes one verdict, and the tag is looked up once', async () => {
    const { app, registry, subject } = await seeded();
    const other = imageManifest('other');
    let calls = 0;
    registry.faults.push((r) => {
      if (!r.url.endsWith('/manifests/1')) return undefined;
      const body = r.method === 'HEAD' || calls++ % 2 ? other : undefined;
      return body && new Response(body, { headers: { 'content-type': mediaTypes.imageManifest } });
    });
    const first = await app.resolve();
    expect(first.descriptor).toEqual(subject);
    expect(registry.requests.filter((r) => r.url.endsWith('/manifests/1')).map((r) => r.method)).toEqual(['GET']);
    const second = await app.resolve();
    expect(second.bytes).toEqual(other);
    expect(second.reference.endsWith(second.descriptor.digest)).toBe(true);
  });

  it('other content under a digest is refused', async () => {
    const { app, registry, subject } = await seeded();
    registry.manifests.set(`app@${subject.digest}`, { mediaType: mediaTypes.imageManifest, bytes: imageManifest('other') });
    await expect(app.resolve(subject.digest)).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    await expect(app.fetchManifest(subject)).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('a stated digest that is not the one of the content is refused', async () => {
    const { app, registry } = await seeded();
    const headers = { 'content-type': mediaTypes.imageManifest, 'docker-content-digest': `sha256:${'0'.repeat(64)}` };
    registry.faults.push(() => new Response(imageManifest('other'), { headers }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it.each([
    ['size', { size: 1 }, 'ERR_DIGEST_MISMATCH'],
    ['media type', { mediaType: mediaTypes.dockerManifest }, 'ERR_MALFORMED'],
  ])('a descriptor with another %s does not fit', async (_, change, code) => {
    const { app, subject } = await seeded();
    await expect(app.fetchManifest({ ...subject, ...change })).rejects.toMatchObject({ code });
  });
});
