import { createHash } from 'node:crypto';
import {
  blobDescriptor,
  blobSignatureFileName,
  mediaTypeOfSignatureFile,
  notationCose,
  openEnvelope,
} from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { testKey } from './helpers/certificates.js';
import { cose, jws, signed } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const blob = new TextEncoder().encode('blob of several pieces');
async function* pieces() {
  yield blob.subarray(0, 5);
  yield new Uint8Array(0);
  yield blob.subarray(5);
}
const hex = (hash: string) => `${hash}:${createHash(hash).update(blob).digest('hex')}`;

describe('describing a blob (§12)', () => {
  it.each([
    ['rsa-2048', 'sha256'],
    ['rsa-3072', 'sha384'],
    ['rsa-4096', 'sha512'],
    ['ec-p256', 'sha256'],
    ['ec-p384', 'sha384'],
    ['ec-p521', 'sha512'],
  ] as const)('of a key of kind %s takes %s', async (spec, hash) => {
    const expected = { mediaType: 'application/octet-stream', digest: hex(hash), size: blob.byteLength };
    expect(await blobDescriptor(blob, { spec })).toEqual(expected);
    expect(await blobDescriptor(pieces(), { spec })).toEqual(expected);
  });

  it('is what both envelopes sign', async () => {
    const of = await blobDescriptor(blob, { spec: 'ec-p521', mediaType: 'application/gzip' });
    const { envelope } = signed({ format: notationCose, leafKey: testKey('ec-p521'), of });
    expect(openEnvelope(envelope, cose).subject).toEqual({ mediaType: 'application/gzip', digest: hex('sha512'), size: 22 });
  });

  it.each<[string, unknown, object, string]>([
    ['a text', 'blob', { spec: 'ec-p256' }, 'ERR_INVALID_ARGUMENT'],
    [
      'a piece that is no bytes',
      (async function* () {
        yield 'text';
      })(),
      { spec: 'ec-p256' },
      'ERR_INVALID_ARGUMENT',
    ],
    ['a media type with parameters', blob, { spec: 'ec-p256', mediaType: 'text/plain; charset=utf-8' }, 'ERR_INVALID_ARGUMENT'],
    ['an unknown option', blob, { spec: 'ec-p256', algorithm: 'sha1' }, 'ERR_INVALID_ARGUMENT'],
    ['a key without an algorithm', blob, { spec: 'ed25519' }, 'ERR_ALGORITHM_UNSUPPORTED'],
  ])('refuses %s', async (_, what, options, code) => {
    await expect(blobDescriptor(what as Uint8Array, options as { spec: 'ec-p256' })).rejects.toMatchObject({ code });
  });

  it('stops reading when it is told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(blobDescriptor(pieces(), { spec: 'ec-p256', signal })).rejects.toThrow('enough');
  });

  it('does not wait for a blob that hangs once it is told to stop, and lets go of it', async () => {
    const controller = new AbortController();
    let left = 0;
    const never = new Promise<never>(() => undefined);
    const hanging = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          queueMicrotask(() => controller.abort(new Error('enough')));
          return never;
        },
        return: () => {
          left++;
          return never;
        },
      }),
    };
    const { signal } = controller;
    await expect(blobDescriptor(hanging, { spec: 'ec-p256', signal })).rejects.toThrow('enough');
    expect(left).toBe(1);
    const late = new AbortController();
    const digest = () => {
      queueMicrotask(() => late.abort(new Error('late')));
      return never;
    };
    await expect(blobDescriptor({ digest }, { spec: 'ec-p256', signal: late.signal })).rejects.toThrow('late');
  });
});

describe('the file of a detached signature (§12)', () => {
  it('is called after the blob and the envelope', () => {
    expect(blobSignatureFileName('tool.tgz', jws)).toBe('tool.tgz.jws.sig');
    expect(blobSignatureFileName('tool.tgz', cose)).toBe('tool.tgz.cose.sig');
    for (const type of ['application/json', '__proto__', 'toString'])
      expect(thrown(() => blobSignatureFileName('tool.tgz', type)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(thrown(() => blobSignatureFileName('', jws)).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it.each([
    ['tool.tgz.jws.sig', jws],
    ['tool.tgz.cose.sig', cose],
    ['/tmp/a/tool.COSE.SIG', cose],
    ['tool.tgz.sig', undefined],
    ['tool.jws', undefined],
    ['tool.jws.sig.txt', undefined],
    ['jws.sig', undefined],
    ['tool.jws.sig\n', undefined],
  ])('%j holds %s', (name, mediaType) => {
    expect(mediaTypeOfSignatureFile(name)).toBe(mediaType);
  });
});
