import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatBytes, utf8Bytes } from '@securosys/core';
import { createTestClock, expectOwnMemory, type RegistryFault } from '@securosys/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOci, digestOf } from '../src/index.js';
import { inChunks } from '../src/internal/pieces.js';
import { collect, describe256, seeded } from './support/images.js';

const octets = 'application/octet-stream';
const content = Uint8Array.from({ length: 1000 }, (_, i) => (i * 7) % 251);
const blob = describe256(content, octets);
const slow = { clock: createTestClock(), random: () => 0.5 };

async function* inPieces(size: number, bytes = content) {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size);
}

const lost = () => {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
};

/** Lets so many answers of a kind be what `fault` says; then the registry is well again. */
function times(count: number, when: (request: Request) => boolean, fault: RegistryFault): RegistryFault {
  let left = count;
  return async (request, answer) => (left > 0 && when(request) && left-- > 0 ? fault(request, answer) : undefined);
}

describe('chunks', () => {
  it('hold the same bytes, each of the size that was asked for but the last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 32 }), async (parts, size) => {
        const chunks: Uint8Array[] = [];
        const source = async function* () {
          yield* parts;
        };
        for await (const chunk of inChunks(source(), size)) chunks.push(Uint8Array.from(chunk));
        expect(concatBytes(...chunks)).toEqual(concatBytes(...parts));
        expect(chunks.slice(0, -1).every((chunk) => chunk.byteLength === size)).toBe(true);
        expect(chunks.every((chunk) => chunk.byteLength > 0)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe('uploading', () => {
  const patches = (registry: Awaited<ReturnType<typeof seeded>>['registry']) =>
    registry.requests.filter(({ method }) => method === 'PATCH').length;

  it('in pieces, the digest is computed on the way', async () => {
    const { app, registry } = await seeded();
    expect(await app.pushBlobStream(inPieces(7), octets, { chunkBytes: 300 })).toEqual(blob);
    expect(registry.blobs.get(blob.digest)).toEqual(content);
    expect(patches(registry)).toBe(4);
  });

  it('nothing at all is a blob too', async () => {
    const { app, registry } = await seeded();
    const empty = await app.pushBlobStream([], octets);
    expect(empty).toEqual(describe256(new Uint8Array(), octets));
    expect(registry.blobs.get(empty.digest)?.byteLength).toBe(0);
  });

  it('bytes in memory go in one request, or in chunks if that is asked for', async () => {
    for (const [options, count] of [
      [{}, 0],
      [{ chunkBytes: 2000 }, 0],
      [{ chunkBytes: 256 }, 4],
    ] as const) {
      const { app, registry } = await seeded();
      expect(await app.pushBlob(content, octets, options)).toEqual(blob);
      expect(registry.blobs.get(blob.digest)).toEqual(content);
      expect(patches(registry)).toBe(count);
    }
  });

  it('chunks are as large as the registry asks for', async () => {
    const { app, registry } = await seeded({ minChunk: 600 });
    await app.pushBlobStream(inPieces(50), octets, { chunkBytes: 10 });
    expect(patches(registry)).toBe(2);
  });

  it.each<[string, RegistryFault]>([
    ['before a chunk arrived', lost],
    [
      'after it arrived',
      async (_, answer) => {
        await answer();
        return lost();
      },
    ],
    ['by a gateway', () => new Response(null, { status: 502 })],
    [
      'in the middle of a chunk',
      async (request, answer) => {
        // What the registry kept before the connection broke.
        const half = (await request.clone().arrayBuffer()).slice(0, 100);
        const from = Number(request.headers.get('content-range')?.split('-')[0]);
        const { registry } = current;
        await registry.handle(
          new Request(request.url, { method: 'PATCH', body: half, headers: { 'content-range': `${from}-${from + 99}` } }),
        );
        void answer;
        return lost();
      },
    ],
  ])('a connection that breaks %s is taken up where it broke', async (_, fault) => {
    const setup = await seeded({}, slow);
    current = setup;
    let broken = false;
    setup.registry.faults.push(async (request, answer) => {
      if (broken || request.method !== 'PATCH' || !request.headers.get('content-range')?.startsWith('300-')) return undefined;
      broken = true;
      return fault(request, answer);
    });
    expect(await setup.app.pushBlobStream(inPieces(7), octets, { chunkBytes: 300 })).toEqual(blob);
    expect(broken).toBe(true);
    expect(setup.registry.blobs.get(blob.digest)).toEqual(content);
    expect(setup.registry.requests.some(({ method, url }) => method === 'GET' && url.includes('/uploads/'))).toBe(true);
  });
  let current: Awaited<ReturnType<typeof seeded>>;

  it('a registry that claims more than it was sent, or less than it confirmed, is ERR_PROTOCOL', async () => {
    for (const range of ['0-5000', '0-99', undefined]) {
      const { app, registry } = await seeded({}, slow);
      registry.faults.push(
        times(1, (r) => r.method === 'PATCH' && r.headers.get('content-range') === '300-599', lost),
        (r) =>
          r.method === 'GET' && r.url.includes('/uploads/')
            ? new Response(null, { status: 204, headers: range ? { range } : {} })
            : undefined,
      );
      await expect(app.pushBlobStream(inPieces(7), octets, { chunkBytes: 300 })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
      expect(registry.requests.at(-1)?.method).toBe('DELETE');
    }
  });

  it.each([404, 400, 405])(
    'a registry that forgets an upload that broke (%i) gets it from the beginning, if the source can',
    async (status) => {
      const forget = (): RegistryFault[] => [
        times(1, (r) => r.method === 'PATCH' && r.headers.get('content-range') === '300-599', lost),
        (r) => (r.method === 'GET' && r.url.includes('/uploads/') ? new Response(null, { status }) : undefined),
      ];
      const { app, registry } = await seeded({}, slow);
      registry.faults.push(...forget());
      expect(await app.pushBlobStream(() => inPieces(7), octets, { chunkBytes: 300 })).toEqual(blob);
      expect(registry.blobs.get(blob.digest)).toEqual(content);

      const memory = await seeded({}, slow);
      memory.registry.faults.push(...forget());
      expect(await memory.app.pushBlob(content, octets, { chunkBytes: 300 })).toEqual(blob);

      const once = await seeded({}, slow);
      once.registry.faults.push(...forget());
      await expect(once.app.pushBlobStream(inPieces(7), octets, { chunkBytes: 300 })).rejects.toMatchObject({
        code: 'ERR_UNAVAILABLE',
        message: expect.stringContaining('begin anew'),
      });
    },
  );

  it('a registry that confirms chunks with 204, as the one of crane’s library, is understood', async () => {
    const { app, registry } = await seeded();
    registry.faults.push(async (r, answer) => {
      if (r.method !== 'PATCH') return undefined;
      const { headers } = await answer();
      return new Response(null, { status: 204, headers });
    });
    expect(await app.pushBlobStream(inPieces(7), octets, { chunkBytes: 300 })).toEqual(blob);
  });

  it.each([
    ['one byte', content.subarray(0, 1), 300],
    ['chunks of one byte', content.subarray(0, 3), 1],
  ])('%s: `Range: 0-0` means the first byte where it was sent', async (_, bytes, chunkBytes) => {
    const { app, registry } = await seeded();
    const { digest } = await app.pushBlobStream([bytes], octets, { chunkBytes });
    expect(registry.blobs.get(digest)).toEqual(Uint8Array.from(bytes));
    expect(patches(registry)).toBe(bytes.byteLength);
  });

  it.each([
    ['before', 300],
    ['before', 1],
    ['after', 300],
    ['after', 1],
  ])('a connection that breaks %s the first byte arrived, in chunks of %i', async (when, chunkBytes) => {
    const { app, registry } = await seeded({}, slow);
    const bytes = content.subarray(0, 2);
    registry.faults.push(
      times(
        1,
        (r) => r.method === 'PATCH',
        async (request) => {
          const first = { method: 'PATCH', body: content.slice(0, 1), headers: { 'content-range': '0-0' } };
          if (when === 'after') await registry.handle(new Request(request.url, first));
          return lost();
        },
      ),
    );
    const { digest } = await app.pushBlobStream([bytes], octets, { chunkBytes });
    expect(registry.blobs.get(digest)).toEqual(Uint8Array.from(bytes));
  });

  it('memory follows what comes, not the chunk that the registry asks for', async () => {
    const { app } = await seeded({ minChunk: 2 ** 30 });
    const before = process.memoryUsage().arrayBuffers;
    let held = 0;
    const source = function* () {
      for (const part of [content, content]) {
        held = process.memoryUsage().arrayBuffers - before;
        yield part;
      }
    };
    await app.pushBlobStream(source(), octets);
    expect(held).toBeLessThan(64 * 1024 * 1024);
  });

  it('a registry that asks for chunks over a gibibyte gets none', async () => {
    const { app, registry } = await seeded({ minChunk: 2 ** 40 });
    await expect(app.pushBlobStream(inPieces(7), octets)).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(patches(registry)).toBe(0);
  });

  it('whose answer was lost at the end is not sent again', async () => {
    for (const push of ['pushBlob', 'pushBlobStream'] as const) {
      const { app, registry } = await seeded({}, slow);
      registry.faults.push(
        times(
          1,
          (r) => r.method === 'PUT',
          async (_, answer) => {
            await answer();
            return lost();
          },
        ),
      );
      expect(await (push === 'pushBlob' ? app.pushBlob(content, octets) : app.pushBlobStream(inPieces(7), octets))).toEqual(blob);
      expect(registry.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1);
    }
  });

  it('content that is not what was expected is never finished, and the upload given up', async () => {
    for (const expected of [
      { ...blob, digest: digestOf(utf8Bytes('other')) },
      { ...blob, size: 999 },
      { ...blob, size: 1001 },
    ]) {
      const { app, registry } = await seeded();
      await expect(app.pushBlobStream(inPieces(100), octets, { expected })).rejects.toMatchObject({
        code: 'ERR_DIGEST_MISMATCH',
      });
      expect(registry.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
      expect(registry.requests.at(-1)?.method).toBe('DELETE');
    }
  });

  it('what is there already is not read from the source', async () => {
    const { app } = await seeded();
    await app.pushBlob(content, octets);
    const source = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => {
        throw new Error('nobody asked');
      },
    });
    expect(await app.pushBlobStream(source(), octets, { expected: blob })).toEqual(blob);
  });

  it('an error of the source is the caller’s own, and the upload is given up', async () => {
    const { app, registry } = await seeded();
    const own = new Error('disk on fire');
    const source = async function* () {
      yield content;
      throw own;
    };
    await expect(app.pushBlobStream(source(), octets, { chunkBytes: 100 })).rejects.toBe(own);
    expect(registry.requests.at(-1)?.method).toBe('DELETE');
  });

  it('a source that cannot be closed does not hide what went wrong', async () => {
    const { app } = await seeded();
    const next = async () => {
      throw new Error('mine');
    };
    const close = () => {
      throw new Error('another');
    };
    const source = { [Symbol.asyncIterator]: () => ({ next, return: close }) };
    await expect(app.pushBlobStream(source, octets)).rejects.toThrow('mine');
  });

  it('a source that hangs ends at the deadline', async () => {
    const { app } = await seeded();
    const source = async function* () {
      yield content;
      await new Promise(() => undefined);
    };
    await expect(app.pushBlobStream(source(), octets, { timeoutMs: 30 })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
  });

  it.each<[string, unknown, unknown]>([
    ['bytes instead of pieces', content, {}],
    ['text', 'abc', {}],
    ['nothing', undefined, {}],
    ['pieces that are text', ['abc'], {}],
    ['a chunk of no bytes', [content], { chunkBytes: 0 }],
    ['a chunk of half bytes', [content], { chunkBytes: 1.5 }],
    ['a repository with a host', [content], { mountFrom: 'Registry.example/app' }],
    ['a repository with dots', [content], { mountFrom: '../app' }],
    ['a misspelt option', [content], { mountfrom: 'app' }],
    ['an expectation without size', [content], { expected: { digest: blob.digest } }],
  ])('%s: ERR_INVALID_ARGUMENT', async (_, source, options) => {
    const { app } = await seeded();
    await expect(app.pushBlobStream(source as never, octets, options as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

describe('mounting', () => {
  const nowhere: RegistryFault = (request) => (request.method === 'HEAD' ? new Response(null, { status: 404 }) : undefined);
  const login = { username: 'ci', password: 'x' };

  it('from another repository sends nothing, with one token for both', async () => {
    const { oci, registry } = await seeded({ auth: { type: 'bearer', ...login } }, { credentials: () => login });
    registry.blobs.set(blob.digest, content);
    registry.faults.push(nowhere);
    const target = oci.open('registry.example/team/new');
    expect(await target.pushBlob(content, octets, { mountFrom: 'team/base' })).toEqual(blob);
    expect(await target.pushBlobStream(inPieces(7), octets, { mountFrom: 'team/base', expected: blob })).toEqual(blob);
    expect(registry.requests.filter(({ method }) => method === 'PUT' || method === 'PATCH')).toEqual([]);
    const scopes = registry.requests
      .filter(({ url }) => url.includes('/token'))
      .map(({ url }) => new URL(url).searchParams.getAll('scope'));
    expect(scopes).toContainEqual(['repository:team/new:pull,push', 'repository:team/base:pull']);
  });

  it.each<[string, RegistryFault]>([
    ['does not have it', () => undefined],
    ['refuses', () => Response.json({ errors: [{ code: 'DENIED' }] }, { status: 403 })],
    ['knows no mounts', () => new Response(null, { status: 400 })],
  ])('where the registry %s the bytes are sent', async (_, fault) => {
    const { app, registry } = await seeded();
    registry.faults.push((request, answer) => (request.url.includes('mount=') ? fault(request, answer) : undefined));
    expect(await app.pushBlob(content, octets, { mountFrom: 'team/base' })).toEqual(blob);
    expect(registry.blobs.get(blob.digest)).toEqual(content);
  });
});

describe('downloading', () => {
  /** A body that breaks off after `count` bytes. */
  const breaking = (bytes: Uint8Array, count: number) =>
    new Response(
      new ReadableStream({
        pull(controller) {
          controller.enqueue(bytes.slice(0, count));
          controller.error(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
        },
      }),
    );
  // A stream in error drops what it queued, so the break comes one turn later.
  const broken = (bytes: Uint8Array, count: number) => {
    let sent = false;
    return new Response(
      new ReadableStream({
        pull(controller) {
          if (sent) return controller.error(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
          sent = true;
          controller.enqueue(bytes.slice(0, count));
        },
      }),
    );
  };

  it('in pieces of their own memory, the same bytes', async () => {
    const { app, registry } = await seeded();
    registry.blobs.set(blob.digest, content);
    const parts = await collect(app.fetchBlobStream(blob));
    expect(concatBytes(...parts)).toEqual(content);
    expect(expectOwnMemory(parts)).toBeGreaterThan(0);
  });

  it('whole, although it comes byte by byte', async () => {
    // A list of so many pieces was more than a function takes as arguments.
    const bytes = new Uint8Array(process.env.SLOW ? 150_000 : 2_000).fill(7);
    const { app, registry } = await seeded();
    let left = bytes.byteLength;
    const trickle = new ReadableStream({
      pull: (controller) => (left-- > 0 ? controller.enqueue(Uint8Array.of(7)) : controller.close()),
    });
    registry.faults.push((r) => (r.url.includes('/blobs/') ? new Response(trickle) : undefined));
    expect((await app.fetchBlob(describe256(bytes, octets), { maxBytes: 1e6 })).byteLength).toBe(bytes.byteLength);
  });

  it.each([true, false])('what breaks is taken up where it broke (registry with ranges: %s)', async (ranges) => {
    const { app, registry } = await seeded({}, slow);
    registry.blobs.set(blob.digest, content);
    const asked: (string | null)[] = [];
    registry.faults.push(async (request) => {
      if (!request.url.includes('/blobs/')) return undefined;
      asked.push(request.headers.get('range'));
      if (asked.length === 1) return broken(content, 400);
      return ranges ? undefined : new Response(content.slice());
    });
    expect(await app.fetchBlob(blob, { maxBytes: 5000 })).toEqual(content);
    expect(asked).toEqual([null, 'bytes=400-999']);
  });

  it('a registry that refuses ranges (416) is asked for everything again', async () => {
    const { app, registry } = await seeded({}, slow);
    let n = 0;
    registry.faults.push((request) => {
      if (request.headers.has('range')) return new Response(null, { status: 416 });
      return n++ === 0 ? broken(content, 400) : new Response(content.slice());
    });
    expect(await app.fetchBlob(blob, { maxBytes: 5000 })).toEqual(content);
  });

  it('a registry that answers with another part is ERR_PROTOCOL', async () => {
    const { app, registry } = await seeded({}, slow);
    let n = 0;
    registry.faults.push(() =>
      n++ === 0
        ? broken(content, 400)
        : new Response(content.slice(300), { status: 206, headers: { 'content-range': 'bytes 300-999/1000' } }),
    );
    await expect(app.fetchBlob(blob, { maxBytes: 5000 })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('other content after a break is found out at the end', async () => {
    const { app, registry } = await seeded({}, slow);
    let n = 0;
    const other = content.map((byte) => byte ^ 1);
    registry.faults.push(() =>
      n++ === 0
        ? broken(content, 400)
        : new Response(other.slice(400), { status: 206, headers: { 'content-range': 'bytes 400-999/1000' } }),
    );
    await expect(collect(app.fetchBlobStream(blob))).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('a connection that breaks for ever ends after some tries', async () => {
    const { app, registry } = await seeded({}, slow);
    registry.faults.push(() => breaking(content, 10));
    await expect(app.fetchBlob(blob, { maxBytes: 5000 })).rejects.toMatchObject({ code: 'ERR_NETWORK' });
    expect(registry.requests.length).toBeLessThan(10);
  });

  it('more than was promised ends at once, over the cap of the caller before anything is asked', async () => {
    const { app, registry } = await seeded();
    let pulled = 0;
    registry.faults.push(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled++;
              controller.enqueue(new Uint8Array(600));
            },
          }),
        ),
    );
    await expect(collect(app.fetchBlobStream(blob, { maxBytes: 10_000 }))).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    expect(pulled).toBeLessThan(5);
    registry.requests.length = 0;
    await expect(collect(app.fetchBlobStream(blob, { maxBytes: 999 }))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(registry.requests).toEqual([]);
  });

  it('a reader who stops early lets go of the connection', async () => {
    const { app, registry } = await seeded();
    let cancelled = false;
    registry.faults.push(
      () =>
        new Response(
          new ReadableStream({
            pull: (c) => c.enqueue(new Uint8Array(10)),
            cancel: () => {
              cancelled = true;
            },
          }),
        ),
    );
    for await (const part of app.fetchBlobStream(blob)) {
      expect(part.byteLength).toBe(10);
      break;
    }
    expect(cancelled).toBe(true);
  });
});

describe('a layout', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'oci-blobs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('takes and gives blobs in pieces', async () => {
    const layout = createOci().open(`oci:${folder}/a`);
    expect(await layout.pushBlobStream(inPieces(7), octets)).toEqual(blob);
    const parts = await collect(layout.fetchBlobStream(blob));
    expect(concatBytes(...parts)).toEqual(content);
    expect(expectOwnMemory(parts)).toBeGreaterThan(0);
    const sha512 = { digest: digestOf(content, 'sha512'), size: content.byteLength };
    expect(await layout.pushBlobStream(inPieces(99), octets, { expected: sha512 })).toMatchObject(sha512);
    expect(await readdir(join(folder, 'a/blobs/sha512'))).toEqual([sha512.digest.slice(7)]);
  });

  it('keeps nothing of content that breaks off or is another', async () => {
    const layout = createOci().open(`oci:${folder}/b`);
    const own = new Error('disk on fire');
    const source = async function* () {
      yield content;
      throw own;
    };
    await expect(layout.pushBlobStream(source(), octets)).rejects.toBe(own);
    const expected = { ...blob, size: 999 };
    await expect(layout.pushBlobStream(inPieces(7), octets, { expected })).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
    expect(await readdir(join(folder, 'b/blobs/sha256'))).toEqual([]);
  });

  it('with a damaged blob is found out', async () => {
    const layout = createOci().open(`oci:${folder}/c`);
    await layout.pushBlob(content, octets);
    const lie = { ...blob, size: 500 };
    await expect(collect(layout.fetchBlobStream(lie, { maxBytes: 5000 }))).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });
});
