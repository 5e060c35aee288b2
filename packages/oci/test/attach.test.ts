import { type Descriptor, SignError } from '@securosys/core';
import { createTestClock, type RegistryFault } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import { createOci, digestOf, mediaTypes } from '../src/index.js';
import { attachMark, collect, jsonBytes, name, seeded, signatureManifest, signatureType } from './support/images.js';

const marks = async (repository: ReturnType<ReturnType<typeof createOci>['open']>, subject: Parameters<typeof attachMark>[1]) =>
  (await collect(repository.referrers(subject))).map((entry) => entry.annotations?.mark).sort();

/** Old tools: read the index once, write it once, look never again. */
async function carelessWriter(setup: Awaited<ReturnType<typeof seeded>>, mark: string, between: () => Promise<unknown>) {
  const { registry, subject } = setup;
  const tag = `app:${subject.digest.replace(':', '-')}`;
  const before = registry.manifests.get(`app@${registry.tags.get(tag)}`);
  await between();
  const { manifests = [] } = before ? (JSON.parse(new TextDecoder().decode(before.bytes)) as { manifests: object[] }) : {};
  const bytes = signatureManifest(subject, mark);
  const entry = {
    mediaType: mediaTypes.imageManifest,
    digest: digestOf(bytes),
    size: bytes.byteLength,
    artifactType: signatureType,
    annotations: { mark },
  };
  const index = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [...manifests, entry] });
  registry.manifests.set(`app@${digestOf(index)}`, { mediaType: mediaTypes.imageIndex, bytes: index });
  registry.tags.set(tag, digestOf(index));
}

describe('the referrers tag under many writers (notation.md §20 no. 61)', () => {
  it('twelve signers of our own, with answers that take their time, lose nothing', async () => {
    const { subject, registry, app } = await seeded({ referrersApi: false });
    let n = 0;
    registry.faults.push(async () => {
      await new Promise((resolve) => setTimeout(resolve, (n++ * 7) % 5));
      return undefined;
    });
    const all = Array.from({ length: 12 }, (_, i) => `m${String(i).padStart(2, '0')}`);
    await Promise.all(all.map((mark) => attachMark(createOci({ fetch: registry.fetch }).open(name), subject, mark)));
    expect(await marks(app, subject)).toEqual(all);
  });

  it('an entry that a careless tool wrote over comes back, with everything that it lost besides', async () => {
    const setup = await seeded({ referrersApi: false }, { clock: createTestClock() });
    const { app, subject, registry } = setup;
    let armed = true;
    await attachMark(app, subject, 'first');
    await carelessWriter(setup, 'careless', async () => {
      registry.faults.push(async (request, answer) => {
        if (!armed || request.method !== 'PUT' || !request.url.includes('/manifests/sha256-')) return undefined;
        armed = false;
        const response = await answer();
        // What a writer stores who read the index when it was empty.
        registry.tags.delete(`app:${subject.digest.replace(':', '-')}`);
        await carelessWriter(setup, 'late', async () => undefined);
        return response;
      });
    });
    await attachMark(app, subject, 'ours');
    expect(armed).toBe(false);
    expect(await marks(app, subject)).toEqual(['careless', 'first', 'late', 'ours']);
  });

  it('a write whose answer was lost is looked for, not sent blindly again', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock(), random: () => 0.5 });
    let lost = 0;
    registry.faults.push(async (request, answer) => {
      if (request.method !== 'PUT' || !request.url.includes('/manifests/sha256-') || lost++ > 0) return undefined;
      await answer();
      throw new TypeError('fetch failed', { cause: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
    });
    await attachMark(app, subject, 'a');
    expect(lost).toBe(1);
    expect(await marks(app, subject)).toEqual(['a']);
  });

  it('a tag that cannot be read while somebody writes it (500 of Docker’s registry) is read again', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock() });
    let failures = 0;
    registry.faults.push((request) =>
      request.method === 'GET' && request.url.includes('/manifests/sha256-') && failures++ % 2 === 0
        ? new Response(null, { status: 500 })
        : undefined,
    );
    await attachMark(app, subject, 'a');
    registry.faults.length = 0;
    expect(await marks(app, subject)).toEqual(['a']);
  });

  it('a manifest that Docker’s registry calls DIGEST_INVALID, because a link is just being written, is sent again, and not for ever', async () => {
    const { app, subject, registry } = await seeded({}, { clock: createTestClock() });
    let left = 1;
    const body = JSON.stringify({
      errors: [{ code: 'DIGEST_INVALID', message: 'provided digest did not match uploaded content' }],
    });
    registry.faults.push((request) =>
      request.method === 'PUT' && request.url.includes('/manifests/') && left-- > 0
        ? new Response(body, { status: 400 })
        : undefined,
    );
    await attachMark(app, subject, 'a');
    expect(await marks(app, subject)).toEqual(['a']);
    left = Number.POSITIVE_INFINITY;
    await expect(attachMark(app, subject, 'b')).rejects.toMatchObject({ details: { upstreamName: 'DIGEST_INVALID' } });
  });

  it('who is written over for ever says so, and that the manifest is stored', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock() });
    registry.faults.push((request) =>
      request.method === 'PUT' && request.url.includes('/manifests/sha256-') ? new Response(null, { status: 201 }) : undefined,
    );
    await expect(attachMark(app, subject, 'a')).rejects.toMatchObject({
      code: 'ERR_CONFLICT',
      message: expect.stringContaining('is stored'),
    });
  });

  it.each([
    ['deletes', true],
    ['refuses to delete', false],
  ])('a registry that %s old indexes: signing succeeds, others stay listed (§20 no. 56)', async (_, deletes) => {
    const { app, subject, registry } = await seeded({ referrersApi: false, deletes }, { clock: createTestClock() });
    const indexes = () => [...registry.manifests.values()].filter(({ mediaType }) => mediaType === mediaTypes.imageIndex).length;
    const warnings: unknown[] = [];
    const log = () => undefined;
    const logger = { debug: log, info: log, error: log, warn: (_: string, fields?: object) => warnings.push(fields) };
    for (const mark of ['a', 'b', 'c'])
      await app.attach(signatureManifest(subject, mark), mediaTypes.imageManifest, subject, { deleteReplaced: true, logger });
    expect(await marks(app, subject)).toEqual(['a', 'b', 'c']);
    expect(indexes()).toBe(deletes ? 1 : 3);
    expect(warnings).toHaveLength(deletes ? 0 : 2);
  });

  /** Puts an index on the referrers tag of a subject. */
  const tagIndex = ({ registry }: Pick<Awaited<ReturnType<typeof seeded>>, 'registry'>, subject: Descriptor, index: object) => {
    const bytes = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, ...index });
    registry.manifests.set(`app@${digestOf(bytes)}`, { mediaType: mediaTypes.imageIndex, bytes });
    registry.tags.set(`app:${subject.digest.replace(':', '-')}`, digestOf(bytes));
    return digestOf(bytes);
  };
  const tagged = ({ registry }: Pick<Awaited<ReturnType<typeof seeded>>, 'registry'>, subject: Descriptor) =>
    JSON.parse(
      new TextDecoder().decode(
        registry.manifests.get(`app@${registry.tags.get(`app:${subject.digest.replace(':', '-')}`)}`)?.bytes,
      ),
    ) as { manifests: object[] };

  it('an image on the referrers tag, be it the subject itself, is never deleted', async () => {
    const setup = await seeded({ referrersApi: false }, { clock: createTestClock() });
    const { app, registry, subject } = setup;
    const image = tagIndex(setup, subject, { manifests: [{ ...subject, platform: { os: 'linux', architecture: 'amd64' } }] });
    const other = { mediaType: mediaTypes.imageIndex, digest: image, size: registry.manifests.get(`app@${image}`)?.bytes.length };
    registry.tags.set(`app:${image.replace(':', '-')}`, image);
    for (const signed of [subject, other as Descriptor])
      await app.attach(signatureManifest(signed), mediaTypes.imageManifest, signed, { deleteReplaced: true });
    expect(registry.manifests.has(`app@${image}`)).toBe(true);
    expect(registry.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });

  it('what is signed is signed, although the old indexes cannot be looked at for deleting them', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock() });
    await attachMark(app, subject, 'a');
    let reads = 0;
    registry.faults.push((r) =>
      r.method === 'GET' && r.url.includes('/manifests/sha256-') && ++reads > 3 ? new Response(null, { status: 403 }) : undefined,
    );
    await app.attach(signatureManifest(subject, 'b'), mediaTypes.imageManifest, subject, { deleteReplaced: true });
    registry.faults.length = 0;
    expect(await marks(app, subject)).toEqual(['a', 'b']);
  });

  it('entries of others stay as they are, unusable ones and members of the index too', async () => {
    const setup = await seeded({ referrersApi: false }, { clock: createTestClock() });
    const theirs = [
      { mediaType: 'a/b', digest: digestOf(jsonBytes(1)), size: 1, artifactType: 'x'.repeat(300), 'x-own': { deep: [1, null] } },
      {},
      { digest: 'none' },
    ];
    tagIndex(setup, setup.subject, { annotations: { kept: 'yes' }, 'x-tool': 7, manifests: theirs });
    await attachMark(setup.app, setup.subject, 'ours');
    const after = tagged(setup, setup.subject);
    expect(after).toMatchObject({ annotations: { kept: 'yes' }, 'x-tool': 7 });
    expect(after.manifests.slice(0, 3)).toEqual(theirs);
    expect(await marks(setup.app, setup.subject)).toEqual(['ours']);
  });

  it('a pause that the registry asked for does not count as slowness of writers', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock() });
    let busy = true;
    registry.faults.push((r) => {
      if (!busy || !r.url.includes('/manifests/sha256-')) return undefined;
      busy = false;
      return new Response(null, { status: 503, headers: { 'retry-after': '20' } });
    });
    await attachMark(app, subject, 'a');
    expect(await marks(app, subject)).toEqual(['a']);
  });

  it('a registry that takes six seconds for each answer is not too slow to sign', async () => {
    const clock = createTestClock();
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock });
    registry.faults.push(async () => {
      await clock.sleep(6000);
      return undefined;
    });
    await attachMark(app, subject, 'a');
    expect(await marks(app, subject)).toEqual(['a']);
  });

  it('without being asked, nothing is deleted', async () => {
    const { app, subject, registry } = await seeded({ referrersApi: false }, { clock: createTestClock() });
    for (const mark of ['a', 'b']) await attachMark(app, subject, mark);
    expect(registry.requests.filter(({ method }) => method === 'DELETE')).toEqual([]);
  });
});

describe('a registry that says it filed the manifest (OCI-Subject)', () => {
  const filed: RegistryFault = async (request, answer) => {
    if (request.method !== 'PUT' || request.url.includes('/manifests/sha256-')) return undefined;
    const response = await answer();
    const subject = (JSON.parse(new TextDecoder().decode(await request.arrayBuffer())) as { subject?: { digest: string } })
      .subject;
    const headers = new Headers(response.headers);
    if (subject) headers.set('oci-subject', subject.digest);
    return new Response(null, { status: 201, headers });
  };
  const attach = (setup: Awaited<ReturnType<typeof seeded>>, confirm: boolean) =>
    setup.app.attach(signatureManifest(setup.subject), mediaTypes.imageManifest, setup.subject, { confirm });

  it('is believed, and asked nothing more', async () => {
    const setup = await seeded({ referrersApi: false });
    setup.registry.faults.push(filed);
    await attach(setup, false);
    expect(setup.registry.requests.map(({ method }) => method)).toEqual(['PUT']);
  });

  it('but has no referrers API: with confirm the signature is found by the tag', async () => {
    const setup = await seeded({ referrersApi: false }, { clock: createTestClock() });
    setup.registry.faults.push(filed);
    await attach(setup, true);
    expect(await marks(setup.app, setup.subject)).toEqual(['one']);
  });

  it('and lists it: confirm costs one listing', async () => {
    const setup = await seeded();
    await attach(setup, true);
    expect(setup.registry.requests.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });

  it('but whose API leaves it out: with confirm that is an error', async () => {
    const setup = await seeded({}, { clock: createTestClock() });
    const headers = { 'content-type': mediaTypes.imageIndex };
    const empty = jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [] });
    setup.registry.faults.push((r) => (r.url.includes('/referrers/') ? new Response(empty, { headers }) : undefined));
    const error = await attach(setup, true).catch((e: unknown) => e);
    expect(SignError.is(error, 'ERR_PROTOCOL')).toBe(true);
  });

  it('for another subject is refused', async () => {
    const setup = await seeded();
    const other = digestOf(jsonBytes('other'));
    setup.registry.faults.push((r) =>
      r.method === 'PUT' ? new Response(null, { status: 201, headers: { 'oci-subject': other } }) : undefined,
    );
    await expect(attach(setup, false)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });
});
