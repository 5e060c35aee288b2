import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignError } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOci, mediaTypes, type Repository } from '../src/index.js';
import { collect, describe256, imageManifest, seeded } from './support/images.js';

const nothings = [null, 0, '', 'x', true, [], {}, { digest: 5 }, Number.NaN];
const code = (error: unknown) => (SignError.is(error) ? error.code : String(error));

describe('what callers without a type checker pass is ERR_INVALID_ARGUMENT, never a TypeError:', () => {
  it.each([
    ['null', null],
    ['text', 'x'],
    ['limits null', { limits: null }],
    ['limits text', { limits: 'x' }],
    ['a limit null', { limits: { referrers: null } }],
    ['a limit NaN', { limits: { referrers: Number.NaN } }],
    ['timeoutMs text', { timeoutMs: '5' }],
    ['fetch', { fetch: {} }],
    ['credentials', { credentials: { token: 'x' } }],
    ['clock null', { clock: null }],
    ['allowHosts text', { allowHosts: 'registry' }],
    ['plainHttp null', { plainHttp: null }],
  ])('createOci: %s', (_, options) => {
    expect(() => createOci(options as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it.each([
    ...[undefined, ...nothings.filter((value) => value !== 'x')],
    { kind: 'registry' },
    { kind: 'registry', registry: 'registry.example', repository: '../../x' },
    { kind: 'registry', registry: 'registry.example/x?', repository: 'a' },
    { kind: 'layout' },
    { kind: 'layout', path: '' },
    { kind: 'layout', path: Symbol('x') },
    { kind: 'layout', path: 'a\u0000b' },
    { kind: 'layout', path: 'a', tag: '../x' },
    { kind: 'layout', path: 'a', digest: 'sha256:../x' },
  ])('open(%j)', (reference) => {
    expect(() => createOci().open(reference as never)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });

  it('a folder whose name holds colons can be named in parts', () => {
    expect(createOci().open({ kind: 'layout', path: 'C:/a:b' }).name).toBe('C:/a:b');
  });

  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'oci-arguments-'));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const repositories: [string, () => Promise<Repository>][] = [
    ['a registry', async () => (await seeded()).app],
    [
      'a layout',
      async () => {
        const layout = createOci().open(`oci:${join(root, 'images')}`);
        await layout.pushManifest(imageManifest(), mediaTypes.imageManifest, { tag: '1' });
        return layout;
      },
    ],
  ];
  it.each(repositories)('every method of %s', async (_, open) => {
    const repository = await open();
    const bytes = imageManifest();
    const subject = describe256(bytes, mediaTypes.imageManifest);
    const all = [undefined, ...nothings] as never[];
    const options = nothings.filter((value) => typeof value !== 'object' || value === null || 'digest' in value) as never[];
    const calls: [string, () => Promise<unknown>][] = [
      ...all
        .filter((v) => v !== undefined && v !== null && v !== 'x')
        .flatMap((v): [string, () => Promise<unknown>][] => [
          ['resolve', () => repository.resolve(v)],
          ['updateTag', () => repository.updateTag(v, () => undefined)],
        ]),
      ...all.flatMap((v): [string, () => Promise<unknown>][] => [
        ['fetchManifest', () => repository.fetchManifest(v)],
        ['fetchBlob', () => repository.fetchBlob(v, { maxBytes: 9 })],
        ['maxBytes', () => repository.fetchBlob(subject, { maxBytes: v || Number.NaN } as never)],
        ['hasBlob', () => repository.hasBlob(v)],
        ['pushBlob', () => repository.pushBlob(v, 'a/b')],
        ['pushBlob media type', () => repository.pushBlob(bytes, v)],
        ['pushBlobStream media type', () => repository.pushBlobStream([bytes], v)],
        ['fetchBlobStream', () => collect(repository.fetchBlobStream(v))],
        ['pushManifest', () => repository.pushManifest(v, mediaTypes.imageManifest)],
        ['referrers', () => collect(repository.referrers(v))],
        ['update', () => repository.updateTag('1', v)],
        ['content of a tag', () => repository.updateTag('1', () => ({ bytes: v, mediaType: mediaTypes.imageManifest }))],
        ['attach', () => repository.attach(v, mediaTypes.imageManifest, subject)],
        ['attach to', () => repository.attach(bytes, mediaTypes.imageManifest, v)],
      ]),
      ...options.flatMap((v): [string, () => Promise<unknown>][] => [
        ['resolve options', () => repository.resolve('1', v)],
        ['fetchManifest options', () => repository.fetchManifest(subject, v)],
        ['fetchBlob options', () => repository.fetchBlob(subject, v)],
        ['hasBlob options', () => repository.hasBlob(subject, v)],
        ['pushBlob options', () => repository.pushBlob(bytes, 'a/b', v)],
        ['fetchBlobStream options', () => collect(repository.fetchBlobStream(subject, v))],
        ['pushBlobStream options', () => repository.pushBlobStream([bytes], 'a/b', v)],
        ['pushManifest options', () => repository.pushManifest(bytes, mediaTypes.imageManifest, v)],
        ['updateTag options', () => repository.updateTag('1', () => undefined, v)],
        ['referrers options', () => collect(repository.referrers(subject, v))],
      ]),
      ...[Number.NaN, -1, '5'].map(
        (timeoutMs) =>
          ['timeoutMs', () => repository.hasBlob(subject, { timeoutMs } as never)] as [string, () => Promise<unknown>],
      ),
    ];
    const codes = await Promise.all(calls.map(async ([name, run]) => `${name}: ${await run().then(() => 'accepted', code)}`));
    expect(codes.filter((text) => !text.endsWith('ERR_INVALID_ARGUMENT'))).toEqual([]);
  });
});
