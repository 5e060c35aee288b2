import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { createOci, decodeManifest, digestOf, mediaTypes } from '../../src/index.js';
import {
  attachMark,
  collect,
  describe256,
  imageManifest,
  jsonBytes,
  name,
  seeded,
  signatureManifest,
  signatureType,
} from '../support/images.js';

/** Mistakes of others (threat model §5) that concern registries and manifests; the id of the advisory names the test. */
const login = { username: 'ci', password: 'sentinel-password' };
const toElsewhere = (requests: readonly { url: string; authorization: string | null }[]) =>
  requests.filter((r) => !r.url.startsWith('https://registry.example/'));

describe('advisories', () => {
  it('CVE-2023-33959: a manifest swapped after it was resolved is noticed', async () => {
    const { app, registry } = await seeded();
    const { descriptor } = await app.resolve();
    registry.manifests.set(`app@${descriptor.digest}`, { mediaType: mediaTypes.imageManifest, bytes: imageManifest('swapped') });
    await expect(app.fetchManifest(descriptor)).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('CVE-2023-33957, CVE-2023-33958, CVE-2023-46737, CVE-2023-42813: endless signatures end at a cap, in bounded time', async () => {
    const { app, registry, subject } = await seeded();
    let n = 0;
    registry.faults.push((r) => {
      const manifests = Array.from({ length: 500 }, () => ({
        ...describe256(utf8Bytes(`${n++}`), mediaTypes.imageManifest),
        artifactType: signatureType,
      }));
      const headers = { 'content-type': mediaTypes.imageIndex, link: `<${new URL(r.url).pathname}?n=${n}>; rel="next"` };
      return new Response(jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests }), { headers });
    });
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(registry.requests.length).toBeLessThanOrEqual(3);
  });

  it('CVE-2024-51491: a file is renamed inside its own folder, never across mounts', async () => {
    const root = await mkdtemp(join(tmpdir(), 'oci-advisory-'));
    try {
      const { temporaryName } = await import('../../src/layout/files.js');
      const path = join(root, 'index.json');
      expect(join(temporaryName(path), '..')).toBe(root);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('CVE-2024-29902, CVE-2024-29903: sizes and counts are capped before anything is allocated', async () => {
    const { app, registry } = await seeded();
    const huge = { ...describe256(utf8Bytes('x'), 'a/b'), size: 2 ** 50 };
    await expect(app.fetchBlob(huge, { maxBytes: 1 << 20 })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    expect(registry.requests).toEqual([]);
    const layers = Array.from({ length: 10_001 }, () => describe256(utf8Bytes('x'), 'a/b'));
    const many = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config: layers[0], layers };
    expect(() => decodeManifest(jsonBytes(many), mediaTypes.imageManifest)).toThrow(/over 10000 entries/);
  });

  it('CVE-2026-48815: an option that does not exist is an error and not ignored', async () => {
    const { app, subject } = await seeded();
    expect(() => createOci({ allowPrivates: false } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
    await expect(collect(app.referrers(subject, { artifacttype: signatureType } as object))).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  it('CVE-2026-48978: a realm on another host gets no login', async () => {
    const auth = { type: 'bearer', ...login, realm: 'https://elsewhere.example/token' } as const;
    const { app, registry } = await seeded({ auth }, { credentials: () => login });
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(toElsewhere(registry.requests)).toEqual([]);
  });

  it('GHSA-28r5-37g7-p6mp: an upload Location on another host gets no login', async () => {
    const { app, registry } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login });
    registry.faults.push((r) =>
      r.method === 'POST' && r.headers.has('authorization')
        ? new Response(null, { status: 202, headers: { location: 'https://elsewhere.example/upload' } })
        : undefined,
    );
    await expect(app.pushBlob(utf8Bytes('x'), 'a/b')).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    expect(toElsewhere(registry.requests).map((r) => r.authorization)).toEqual([null]);
  });

  it('CVE-2026-50151: a redirect into the private network is not followed', async () => {
    const { app, registry } = await seeded();
    registry.faults.push(
      () => new Response(null, { status: 307, headers: { location: 'http://169.254.169.254/latest/meta-data' } }),
    );
    const blob = describe256(utf8Bytes('x'), 'a/b');
    await expect(app.fetchBlob(blob, { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(toElsewhere(registry.requests)).toEqual([]);
  });

  it('GHSA-vh4v-2xq2-g5cg, CVE-2026-85732: a Link to another host is not followed', async () => {
    const { app, registry, subject } = await seeded();
    registry.faults.push(() => {
      const headers = {
        'content-type': mediaTypes.imageIndex,
        link: '<https://elsewhere.example/v2/app/referrers/x>; rel="next"',
      };
      return new Response(jsonBytes({ schemaVersion: 2, mediaType: mediaTypes.imageIndex, manifests: [] }), { headers });
    });
    await expect(collect(app.referrers(subject))).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(toElsewhere(registry.requests)).toEqual([]);
  });

  it('GHSA-9m43-p3cx-w8j5: a token service inside the private network is not asked', async () => {
    const { app, registry } = await seeded({ auth: { type: 'bearer', realm: 'https://10.0.0.1/token' } });
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(toElsewhere(registry.requests)).toEqual([]);
  });

  it('CVE-2020-15157, GHSA-qvqc-4c52-x6qp: urls of a layer are never visited', async () => {
    const { app, registry } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login });
    const layer = { ...describe256(utf8Bytes('x'), 'a/b'), urls: ['https://elsewhere.example/layer'] };
    await expect(app.fetchBlob(layer, { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    expect(toElsewhere(registry.requests)).toEqual([]);
  });

  it('CVE-2025-27403: a login is looked up by the exact host', async () => {
    const asked: string[] = [];
    const credentials = (host: string) => {
      asked.push(host);
      return host === 'registry.example' ? login : undefined;
    };
    const { oci, registry } = await seeded({ auth: { type: 'basic', ...login } }, { credentials });
    for (const host of ['registry.example.evil.example', 'registry.example:8443', 'notregistry.example'])
      await expect(oci.open(`${host}/app:1`).resolve()).rejects.toMatchObject({ code: 'ERR_AUTHENTICATION' });
    expect(asked).toEqual(['registry.example.evil.example', 'registry.example:8443', 'notregistry.example']);
    expect(registry.requests.every((r) => r.authorization === null)).toBe(true);
  });

  it('CVE-2024-53263: a host with a line break reaches no credential helper', async () => {
    const { credentialsFromDockerConfig } = await import('../../src/credentials.js');
    let started = 0;
    const run = async () => ({ status: ++started, output: new Uint8Array() });
    const source = credentialsFromDockerConfig({ sources: [{ config: { credsStore: 'any' } }], run });
    for (const host of ['registry.example\nhost=evil.example', 'registry.example\r', 'registry.example\0'])
      await expect(source(host)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(started).toBe(0);
  });

  it('CVE-2026-40895, CVE-2024-30260: no header of ours survives a redirect to another host', async () => {
    const { app, registry } = await seeded({ auth: { type: 'basic', ...login } }, { credentials: () => login });
    const seen: string[] = [];
    registry.faults.push((r) => {
      if (r.url.startsWith('https://storage.example/')) {
        seen.push(...[...r.headers.keys()]);
        return new Response('x');
      }
      if (!r.headers.has('authorization')) return undefined;
      return new Response(null, { status: 307, headers: { location: 'https://storage.example/x' } });
    });
    await app.fetchBlob(describe256(utf8Bytes('x'), 'a/b'), { maxBytes: 10 });
    expect(seen).toEqual(['accept-encoding']);
  });

  it('CVE-2026-22036: stacked content codings are refused unread', async () => {
    const { app, registry } = await seeded();
    const coding = Array.from({ length: 500 }, () => 'gzip').join(',');
    registry.faults.push(() => new Response('x', { headers: { 'content-encoding': coding } }));
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('GHSA-f36w-mj3v-6jqv: the size that a layout states is not allocated', async () => {
    const root = await mkdtemp(join(tmpdir(), 'oci-advisory-'));
    try {
      const layout = createOci().open(`oci:${root}`);
      const descriptor = await layout.pushBlob(utf8Bytes('x'), 'a/b');
      const lie = { ...descriptor, size: Number.MAX_SAFE_INTEGER };
      await expect(layout.fetchBlob(lie, { maxBytes: Number.MAX_SAFE_INTEGER })).rejects.toMatchObject({
        code: 'ERR_DIGEST_MISMATCH',
      });
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it.skipIf(process.platform === 'win32')('CVE-2026-50163: a link inside a layout leads nowhere', async () => {
    const root = await mkdtemp(join(tmpdir(), 'oci-advisory-'));
    try {
      const layout = createOci().open(`oci:${join(root, 'layout')}`);
      const descriptor = await layout.pushBlob(utf8Bytes('secret'), 'a/b');
      const path = join(root, 'layout/blobs/sha256', descriptor.digest.slice(7));
      await writeFile(join(root, 'outside'), 'secret');
      await rm(path);
      await symlink(join(root, 'outside'), path);
      await expect(layout.fetchBlob(descriptor, { maxBytes: 10 })).rejects.toMatchObject({ code: 'ERR_STORE' });
      await layout.pushBlob(utf8Bytes('secret'), 'a/b');
      expect(await readFile(join(root, 'outside'), 'utf8')).toBe('secret');
      expect(await readdir(root)).toEqual(['layout', 'outside']);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it('CVE-2021-41190: a document that is a manifest and an index is neither', async () => {
    const { app, registry } = await seeded();
    const config = describe256(utf8Bytes('{}'), mediaTypes.imageConfig);
    const both = jsonBytes({ schemaVersion: 2, config, layers: [config], manifests: [config] });
    for (const mediaType of [mediaTypes.imageManifest, mediaTypes.imageIndex]) {
      registry.manifests.set(`app@${digestOf(both)}`, { mediaType, bytes: both });
      await expect(app.resolve(digestOf(both))).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    }
  });

  it('CVE-2024-3727: a digest that is no digest becomes neither path nor URL', async () => {
    const { app, registry, subject } = await seeded();
    for (const digest of ['sha256:../../../../x', `sha256:${'a'.repeat(63)}/`, `sha256:${'A'.repeat(64)}`, '../x']) {
      const bad = { ...subject, digest };
      const layout = createOci().open('oci:./none');
      for (const run of [
        () => app.fetchManifest(bad),
        () => app.fetchBlob(bad, { maxBytes: 999 }),
        () => app.hasBlob(bad),
        () => collect(app.referrers(bad)),
        () => layout.fetchBlob(bad, { maxBytes: 999 }),
        () => layout.hasBlob(bad),
      ])
        await expect(run()).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    }
    expect(registry.requests).toEqual([]);
  });

  it('CVE-2019-10214: a token service over plain http is refused', async () => {
    const auth = { type: 'bearer', ...login, realm: 'http://registry.example/token' } as const;
    const { app, registry } = await seeded({ auth }, { credentials: () => login });
    await expect(app.resolve()).rejects.toMatchObject({ code: 'ERR_ORIGIN_REFUSED' });
    expect(registry.requests.every((r) => r.url.startsWith('https:'))).toBe(true);
  });

  it('CVE-2022-47633, CVE-2023-47630: the verdict names the digest of the very bytes that were read', async () => {
    const { app, registry } = await seeded();
    let n = 0;
    const headers = { 'content-type': mediaTypes.imageManifest };
    registry.faults.push((r) =>
      r.url.endsWith('/manifests/1') ? new Response(imageManifest(`m${n++}`), { headers }) : undefined,
    );
    for (let i = 0; i < 3; i++) {
      const image = await app.resolve();
      expect(image.reference).toBe(`${name}@${digestOf(image.bytes)}`);
    }
    expect(n).toBe(3);
  });

  it('notation.md §20 no. 61: signers in parallel do not lose each other through the referrers tag', async () => {
    const { subject, registry } = await seeded({ referrersApi: false });
    const marks = ['a', 'b', 'c', 'd'];
    await Promise.all(marks.map((mark) => attachMark(createOci({ fetch: registry.fetch }).open(name), subject, mark)));
    const found = await collect(createOci({ fetch: registry.fetch }).open(name).referrers(subject));
    expect(found.map((d) => d.digest).sort()).toEqual(marks.map((mark) => digestOf(signatureManifest(subject, mark))).sort());
  });
});
