import { type CallOptions, type Descriptor, isJsonObject, parseJsonObject, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { isDistributed, isImageConfig } from './media-types.js';

/** Deadline of one layer in milliseconds, where the caller names none. */
const layerTimeoutMs = 3_600_000;
const maxConfigBytes = 16 * 1024 * 1024;

/** Options for a request that carries a layer. */
export const layerCall = (call: CallOptions): CallOptions => ({ timeoutMs: layerTimeoutMs, ...call });

/** Brings a blob to the target as it is, unless it is there, or is one that nobody hands on. */
export async function copyBlob(source: Repository, target: Repository, blob: Descriptor, call: CallOptions): Promise<void> {
  if (!isDistributed(blob.mediaType) || (await target.hasBlob(blob, call))) return;
  const options = layerCall(call);
  await target.pushBlobStream(() => source.fetchBlobStream(blob, options), blob.mediaType, { ...options, expected: blob });
}

/**
 * Digests of the unpacked layers by an image's config; `undefined` where the config is not that of an image and so says nothing.
 * @throws SignError `ERR_MALFORMED` for a config that does not fit the manifest, and those of reading
 */
export async function readDiffIds(
  source: Repository,
  config: Descriptor,
  count: number,
  call: CallOptions,
): Promise<readonly string[] | undefined> {
  if (!isImageConfig(config.mediaType)) return undefined;
  const what = 'image config';
  const bytes = await source.fetchBlob(config, { ...call, maxBytes: maxConfigBytes });
  const { rootfs } = parseJsonObject(bytes, { what, maxBytes: maxConfigBytes, maxValues: 500_000 });
  const list = isJsonObject(rootfs) ? rootfs.diff_ids : undefined;
  if (!Array.isArray(list) || list.length !== count)
    throw new SignError('ERR_MALFORMED', `${what}: diff_ids are not one for each of ${count} layers`);
  return list.map((digest) => {
    if (typeof digest === 'string' && /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest)) return digest;
    throw new SignError('ERR_MALFORMED', `${what}: a diff_id is no digest`);
  });
}
