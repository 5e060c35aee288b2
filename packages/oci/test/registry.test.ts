import { utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createOci, digestOf, mediaTypes } from '../src/index.js';
import { attachMark, collect, describe256, imageManifest, jsonBytes, name, seeded, signatureType } from './support/images.js';

describe('reading', () => {
  it('a tag is resolved with one request and named by digest', async () => {
    const { app, registry, subject, bytes } = await seeded();
    const image = await app.resolve();
    expect(image).toMatchObject({ descriptor: subject, reference: `${name}@${subject.digest}` });
    expect(image.bytes).toEqual(bytes);
    expect(registry.requests.map((r) => `${r.method} ${new URL(r.url).pathname}`)).toEqual(['GET /v2/app/manifests/1']);
  });

  it('a reference without tag and digest is not given a tag by us', async () => {
    const { oci, registry } = await seeded();
    await expect(oci.open(name).resolve()).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(registry.requests).toEqual([]);
  });

  it('a blob is fetched whole and in memory of its own', async () => {
    const { app, registry } = await seeded();
    const blob = utf8Bytes('content');
    registry.blobs.set(digestOf(blob), blob);
    const read = await app.fetchBlob(describe256(blob, 'text/plain'), { maxBytes: 100 });
    expect(read).toEqual(blob);
    expect(read.buffer.byteLength).toBe(read.byteLength);
  });

  it('a blob over the cap of the caller is not even asked for', async () => {
    const { app, registry } = await seeded();
    await expect(app.fetchBlob(describe256(utf8Bytes('content'), 'a/b'), { maxBytes: 3 })).rejects.toMatchObject({
      code: 'ERR_LIMIT',
    });
    expect(registry.requests).toEqual([]);
  });

  it.each([
    [401, 'ERR_AUTHENTICATION'],
    [403, 'ERR_FORBIDDEN'],
    [404, 'ERR_NOT_FOUND'],
    [429, 'ERR_RATE_LIMITED'],
    [503, 'ERR_UNAVAILABLE'],
    [418, 'ERR_PROTOCOL'],
  ])('status %i is %s with the status in the details', async (status, code) => {
    const { app, registry } = await seeded();
    const headers = { 'retry-after': '3600', 'www-authenticate': 'Negotiate' };
    registry.faults.push(() => Response.json({ errors: [{ code: 'UPSTREAM' }] }, { status, headers }));
    const error = await app.resolve().catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    if (status !== 401) expect(error).toMatchObject({ details: { status, upstreamName: 'UPSTREAM' } });
  });

  it('a failed connection is ERR_NETWORK', async () => {
    const refuse = async () => Promise.reject(new TypeError('fetch failed'));
    await expect(createOci({ fetch: refuse }).open(`${name}:1`).resolve(undefined, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ERR_NETWORK',
    });
  });

  it('an HTML page in place of a manifest is ERR_PROTOCOL', async () => {
    const { app, registry } = await seeded();
    registry.faults.push(() => new Response('<html>', { headers: { 'content-type': 'text/html' } }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('the caller who aborts gets his own reason', async () => {
    const { app, registry } = await seeded();
    registry.faults.push(() => new Promise<Response>(() => {}));
    const reason = new Error('enough');
    await expect(app.resolve(undefined, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const abort = new AbortController();
    setTimeout(() => abort.abort(reason), 10);
    await expect(app.resolve(undefined, { signal: abort.signal })).rejects.toBe(reason);
  });

  it('a registry that never answers ends at the deadline', async () => {
    const { app, registry } = await seeded();
    registry.faults.push(() => new Promise<Response>(() => {}));
    await expect(app.resolve(undefined, { timeoutMs: 20 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT', retryable: true });
  });

  it('a misspelt option is an error', async () => {
    const { app } = await seeded();
    await expect(app.resolve('1', { timeout: 5 } as object)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(() => createOci({ allowhosts: [] } as object)).toThrow(/allowhosts/);
    expect(() => createOci({ limits: { page: 1 } } as object)).toThrow(/page/);
  });
});

describe('repeating', () => {
  it('a read waits as long as Retry-After says and tries again', async () => {
    const { createTestClock } = await import('@securosys/testing');
    const clock = createTestClock();
    const { app, registry } = await seeded({}, { clock });
    let failures = 0;
    registry.faults.push(() =>
      failures++ === 0 ? new Response(null, { status: 429, headers: { 'retry-after': '7' } }) : undefined,
    );
    const start = clock.now();
    await app.resolve();
    expect(clock.now() - start).toBe(7000);
  });

  it('a read gives up after three tries', async () => {
    const { createTestClock } = await import('@securosys/testing');
    const { app, registry } = await seeded({}, { clock: createTestClock() });
    registry.faults.push(() => new Response(null, { status: 503 }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
    expect(registry.requests).toHaveLength(3);
  });

  it.each([408, 429, 502, 503, 504])('status %i to a write by digest is tried again, to a tag never', async (status) => {
    const { createTestClock } = await import('@securosys/testing');
    const { app, registry } = await seeded({}, { clock: createTestClock() });
    registry.faults.push((request) => (request.method === 'PUT' ? new Response(null, { status }) : undefined));
    const puts = () => registry.requests.filter((r) => r.method === 'PUT').length;
    await expect(app.pushManifest(imageManifest('two'), mediaTypes.imageManifest)).rejects.toMatchObject({ details: { status } });
    expect(puts()).toBe(3);
    await expect(app.pushManifest(imageManifest('two'), mediaTypes.imageManifest, { tag: '2' })).rejects.toMatchObject({
      details: { status },
    });
    expect(puts()).toBe(4);
  });

  it.each([400, 409, 500, 501])('status %i is final', async (status) => {
    const { app, registry } = await seeded();
    registry.faults.push(() => new Response(null, { status }));
    await expect(app.resolve()).rejects.toMatchObject({ details: { status } });
    expect(registry.requests).toHaveLength(1);
  });

  it('a lost connection is tried again', async () => {
    const { createTestClock } = await import('@securosys/testing');
    const { app, registry } = await seeded({}, { clock: createTestClock() });
    let lost = 0;
    registry.faults.push(() => {
      if (lost++ > 1) return undefined;
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    });
    await app.resolve();
    expect(lost).toBe(3);
  });

  it.each(['0', '-5', '2.5', '1e3', 'soon', '2001', 'Wed, 21 Oct 2015 07:28:00 GMT', '1 Jan 2100'])(
    'Retry-After %s is no word about a pause: we make our own',
    async (after) => {
      const { createTestClock } = await import('@securosys/testing');
      const clock = createTestClock();
      const { app, registry } = await seeded({}, { clock, random: () => 0.5 });
      registry.faults.push(() => new Response(null, { status: 503, headers: { 'retry-after': after } }));
      const start = clock.now();
      const error = await app.resolve().catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'ERR_UNAVAILABLE', details: { status: 503 } });
      // 200 ms and 800 ms before the second and third try; over half an hour would not be waited for.
      if (after === '2001') expect(registry.requests).toHaveLength(1);
      else expect([registry.requests.length, clock.now() - start]).toEqual([3, 1000]);
    },
  );

  it('Retry-After of any length is never waited for beyond the cap', async () => {
    for (const after of ['99999999999', 'Wed, 21 Oct 2099 07:28:00 GMT']) {
      const { createTestClock } = await import('@securosys/testing');
      const { app, registry } = await seeded({}, { clock: createTestClock(), timeoutMs: 1e15 });
      registry.faults.push(() => new Response(null, { status: 503, headers: { 'retry-after': after } }));
      await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE' });
      expect(registry.requests).toHaveLength(1);
    }
  });

  it('a pause longer than thirty seconds, or than the deadline, is nobody’s to wait for', async () => {
    const { createTestClock } = await import('@securosys/testing');
    for (const [after, timeoutMs] of [
      ['31', 600_000],
      ['20', 10_000],
    ] as const) {
      const { app, registry } = await seeded({}, { clock: createTestClock(), timeoutMs });
      registry.faults.push(() => new Response(null, { status: 503, headers: { 'retry-after': after } }));
      await expect(app.resolve()).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        details: { retryAfterMs: Number(after) * 1000 },
      });
      expect(registry.requests).toHaveLength(1);
    }
  });
});

describe('writing', () => {
  it('a blob and a tagged manifest arrive and are found again', async () => {
    const { oci, registry } = await seeded();
    const target = oci.open('registry.example/team/new');
    const blob = utf8Bytes('{}');
    const descriptor = await target.pushBlob(blob, mediaTypes.emptyJson);
    expect(await target.hasBlob(descriptor)).toBe(true);
    const manifest = await target.pushManifest(imageManifest('two'), mediaTypes.imageManifest, { tag: '2' });
    expect((await target.resolve('2')).descriptor).toEqual(manifest);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  it('a blob that is there is not sent again', async () => {
    const { app, registry } = await seeded();
    await app.pushBlob(utf8Bytes('{}'), mediaTypes.emptyJson);
    registry.requests.length = 0;
    await app.pushBlob(utf8Bytes('{}'), mediaTypes.emptyJson);
    expect(registry.requests.map((r) => r.method)).toEqual(['HEAD']);
  });

  it('a registry without permission to push says so', async () => {
    const { app, registry } = await seeded();
    registry.faults.push((r) =>
      r.method === 'POST' ? Response.json({ errors: [{ code: 'DENIED' }] }, { status: 403 }) : undefined,
    );
    await expect(app.pushBlob(utf8Bytes('x'), 'a/b')).rejects.toMatchObject({
      code: 'ERR_FORBIDDEN',
      message: expect.stringMatching(/push a blob to registry\.example\/app.*permission/),
      details: { status: 403, upstreamName: 'DENIED' },
    });
  });

  it('a registry that stores something else than was sent is found out', async () => {
    const { app, registry } = await seeded();
    const lie = { 'docker-content-digest': digestOf(utf8Bytes('other')) };
    registry.faults.push((r) => (r.method === 'PUT' ? new Response(null, { status: 201, headers: lie }) : undefined));
    await expect(app.pushManifest(imageManifest(), mediaTypes.imageManifest)).rejects.toMatchObject({
      code: 'ERR_DIGEST_MISMATCH',
    });
    await expect(app.pushBlob(utf8Bytes('x'), 'a/b')).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('bytes that are no manifest are refused before anything is sent', async () => {
    const { app, registry } = await seeded();
    await expect(app.pushManifest(jsonBytes({}), mediaTypes.imageManifest)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    expect(registry.requests).toEqual([]);
  });

  it('a manifest with another subject is not attached', async () => {
    const { app, subject, registry } = await seeded();
    const other = { ...subject, digest: digestOf(utf8Bytes('other')) };
    const { signatureManifest } = await import('./support/images.js');
    await expect(app.attach(signatureManifest(other), mediaTypes.imageManifest, subject)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
    expect(registry.requests).toEqual([]);
  });
});

describe('referrers', () => {
  it('with the API an attached manifest is listed by its type, over pages, and no tag is written', async () => {
    const { app, subject, registry } = await seeded({ pageSize: 2 });
    for (const mark of ['a', 'b', 'c', 'd', 'e']) await attachMark(app, subject, mark);
    await attachMark(app, subject, 'sbom', 'application/spdx+json');
    const found = await collect(app.referrers(subject, { artifactType: signatureType }));
    expect(found.map((d) => d.annotations?.mark)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(found.every((d) => d.artifactType === signatureType)).toBe(true);
    expect(await collect(app.referrers(subject))).toHaveLength(6);
    expect([...registry.tags.keys()]).toEqual(['app:1']);
  });

  it('a registry that does not filter is filtered here', async () => {
    const { app, subject } = await seeded({ filters: false });
    await attachMark(app, subject, 'sbom', 'application/spdx+json');
    await attachMark(app, subject, 'a');
    expect((await collect(app.referrers(subject, { artifactType: signatureType }))).map((d) => d.annotations?.mark)).toEqual([
      'a',
    ]);
  });

  it('without the API the referrers tag is written and read', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false });
    const first = await attachMark(app, subject, 'a');
    await attachMark(app, subject, 'b');
    expect((await collect(app.referrers(subject))).map((d) => d.annotations?.mark)).toEqual(['a', 'b']);
    const tag = registry.tags.get(`app:${subject.digest.replace(':', '-')}`);
    const index = JSON.parse(new TextDecoder().decode(registry.manifests.get(`app@${tag}`)?.bytes)) as { manifests: unknown[] };
    expect(index).toMatchObject({ schemaVersion: 2, mediaType: mediaTypes.imageIndex });
    expect(index.manifests[0]).toEqual({
      mediaType: mediaTypes.imageManifest,
      digest: first.digest,
      size: first.size,
      artifactType: signatureType,
      annotations: { mark: 'a' },
    });
  });

  it('attaching the same manifest twice lists it once', async () => {
    const { app, subject } = await seeded({ referrersApi: false });
    await attachMark(app, subject, 'a');
    await attachMark(app, subject, 'a');
    expect(await collect(app.referrers(subject))).toHaveLength(1);
  });

  it('an entry of another tool keeps members that we do not know', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false });
    const foreign = { ...describe256(imageManifest('x'), mediaTypes.imageManifest), artifactType: 'a/b', 'x-note': 'keep me' };
    const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [foreign] });
    const tag = subject.digest.replace(':', '-');
    registry.manifests.set(`app@${digestOf(bytes)}`, { mediaType: mediaTypes.imageIndex, bytes });
    registry.tags.set(`app:${tag}`, digestOf(bytes));
    await attachMark(app, subject, 'a');
    const now = registry.manifests.get(`app@${registry.tags.get(`app:${tag}`)}`);
    expect(JSON.parse(new TextDecoder().decode(now?.bytes)).manifests[0]).toEqual(foreign);
  });

  it.each([
    ['of one process', true],
    ['of many processes', false],
  ])('six writers %s at once lose no entry of the referrers tag', async (_, shared) => {
    const { oci, subject, registry } = await seeded({ referrersApi: false });
    const marks = Array.from({ length: 6 }, (_, i) => `m${i}`);
    const client = () => (shared ? oci : createOci({ fetch: registry.fetch }));
    await Promise.all(marks.map((mark) => attachMark(client().open(name), subject, mark)));
    const found = await collect(oci.open(name).referrers(subject));
    expect(found.map((d) => d.annotations?.mark).sort()).toEqual(marks);
  });

  it('an image nobody refers to has none, with and without the API', async () => {
    for (const referrersApi of [true, false]) {
      const { app, subject } = await seeded({ referrersApi });
      expect(await collect(app.referrers(subject))).toEqual([]);
    }
  });

  it('an unknown repository is an error and not an empty list', async () => {
    const { app, subject, registry } = await seeded();
    registry.faults.push(() => Response.json({ errors: [{ code: 'NAME_UNKNOWN' }] }, { status: 404 }));
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
  });
});
