import { type Descriptor, SignError } from '@securosys/core';
import { type Call, discard } from '@securosys/transport';
import { digestOf, parseDigest } from '../digest.js';
import { type BlobSource, inChunks, pieces } from '../internal/pieces.js';
import type { PushBlobOptions, PushBlobStreamOptions } from '../repository.js';
import { runningCheck, runningDigest } from '../running-digest.js';
import type { RegistryClient } from './client.js';
import { checkDigestHeader } from './content.js';
import { passes, passesAnew, pause, tries } from './repetition.js';
import type { UploadReport } from './upload-progress.js';
import { cancelUpload, finishUpload, mountOrStart, sendChunk, startUpload, type UploadSession } from './upload-session.js';

/** Whether a blob is there; a stated length must agree. */
export async function hasBlob(call: Call, client: RegistryClient, blob: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean> {
  const response = await client.send(call, {
    method: 'HEAD',
    url: client.url(`blobs/${blob.digest}`),
    action: 'pull',
    accept: [200, 404],
    what: `look for a blob in ${client.name}`,
  });
  await discard(response);
  const length = response.headers.get('content-length');
  return response.status === 200 && (length === null || Number(length) === blob.size);
}

/** Chunks of a stream in bytes, where the caller names no size. */
const usualChunk = 8 * 1024 * 1024;

const begin = (call: Call, client: RegistryClient, digest: string | undefined, from: string | undefined) =>
  digest !== undefined && from !== undefined ? mountOrStart(call, client, digest, from) : startUpload(call, client);

/** Stores a blob that is held in memory, by one request (distribution-spec, "Pushing blobs") or in chunks, unless it is there. */
export async function pushBlob(
  call: Call,
  client: RegistryClient,
  bytes: Uint8Array,
  mediaType: string,
  { mountFrom, chunkBytes }: PushBlobOptions,
): Promise<Descriptor> {
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength };
  for (let attempt = 1; ; attempt++) {
    if (await hasBlob(call, client, descriptor)) return descriptor;
    let report: UploadReport | undefined;
    try {
      const session = await begin(call, client, descriptor.digest, mountFrom);
      if (!session) return descriptor;
      report = client.settings.uploadReport(client.name, descriptor);
      const inOne = chunkBytes === undefined || bytes.byteLength <= chunkBytes;
      if (!inOne) await sendAll(call, client, { session, report }, [bytes], chunkBytes);
      const response = await finishUpload(call, client, session, descriptor.digest, inOne ? bytes : undefined);
      checkDigestHeader(response, bytes, 'the blob');
      report.sent(descriptor.size);
      return descriptor;
    } catch (error) {
      // The whole is sent again, unless it arrived and only the answer was lost.
      if (!passesAnew(error) || attempt >= tries || !(await pause(call, client.settings.random, error, attempt))) throw error;
    } finally {
      report?.end();
    }
  }
}

/** An upload that is open, and who is told of it. */
interface Upload {
  readonly session: UploadSession;
  readonly report: UploadReport;
}

async function sendAll(call: Call, client: RegistryClient, { session, report }: Upload, source: BlobSource, chunkBytes: number) {
  const size = Math.max(chunkBytes, session.minChunk);
  // What a registry asks for decides over our memory.
  if (size > 1024 * 1024 * 1024) throw new SignError('ERR_LIMIT', 'the registry asks for chunks over 1 GiB');
  for await (const chunk of inChunks(pieces(call, source), size)) {
    await sendChunk(call, client, session, chunk);
    report.sent(session.offset);
  }
}

/** Stores a blob that comes in pieces, in chunks, with the digest computed on the way; from its beginning again if the source can. */
export async function pushBlobStream(
  call: Call,
  client: RegistryClient,
  source: BlobSource,
  mediaType: string,
  options: PushBlobStreamOptions,
): Promise<Descriptor> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await streamOnce(call, client, source, mediaType, options);
    } catch (error) {
      if (typeof source !== 'function' || !passesAnew(error) || attempt >= tries) throw error;
      if (!(await pause(call, client.settings.random, error, attempt))) throw error;
    }
  }
}

async function streamOnce(
  call: Call,
  client: RegistryClient,
  source: BlobSource,
  mediaType: string,
  { mountFrom, chunkBytes = usualChunk, expected, size: announced }: PushBlobStreamOptions,
): Promise<Descriptor> {
  if (expected && (await hasBlob(call, client, expected))) return { mediaType, digest: expected.digest, size: expected.size };
  const session = await begin(call, client, expected?.digest, mountFrom);
  if (!session) return { mediaType, digest: (expected as Descriptor).digest, size: (expected as Descriptor).size };
  const size = expected?.size ?? announced;
  const report = client.settings.uploadReport(client.name, {
    mediaType,
    ...(expected && { digest: expected.digest }),
    ...(size !== undefined && { size }),
  });
  try {
    const running = runningDigest(expected && parseDigest(expected.digest).algorithm);
    const check = expected && runningCheck(expected, 'the content of the blob');
    const counted = async function* () {
      for await (const part of pieces(call, source)) {
        running.update(part);
        check?.update(part);
        yield part;
      }
      check?.finish();
    };
    await sendAll(call, client, { session, report }, counted(), chunkBytes);
    const descriptor = { mediaType, digest: running.digest(), size: running.size };
    await finishStream(call, client, session, descriptor);
    return descriptor;
  } catch (error) {
    await cancelUpload(call, client, session);
    throw error;
  } finally {
    report.end();
  }
}

async function finishStream(call: Call, client: RegistryClient, session: UploadSession, blob: Descriptor): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await finishUpload(call, client, session, blob.digest);
      const said = response.headers.get('docker-content-digest');
      if (said !== null && said !== blob.digest)
        throw new SignError('ERR_DIGEST_MISMATCH', `the registry states another digest for the blob than ${blob.digest}`);
      return;
    } catch (error) {
      if (!passes(error) || attempt >= tries || !(await pause(call, client.settings.random, error, attempt))) throw error;
      if (await hasBlob(call, client, blob)) return;
    }
  }
}
