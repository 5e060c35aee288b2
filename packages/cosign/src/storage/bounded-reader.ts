import { type CallOptions, type Descriptor, ownBytes, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { cosignLimits } from '../constants.js';
import { isUnusable } from '../unusable.js';
import type { StoredFault } from './stored.js';

/** Blobs up to this size, and so many of them, are read once: payloads of layers are often the same. */
const remembered = { bytes: 65_536, blobs: 64 } as const;

/** Reads for one search, within one budget of bytes. */
export interface BoundedReader {
  readonly repository: Repository;
  readonly call: CallOptions;
  /** @throws SignError `ERR_LIMIT`; those of the repository */
  blob(layer: Descriptor, maxBytes: number): Promise<Uint8Array>;
}

export function boundedReader(repository: Repository, call: CallOptions): BoundedReader {
  let total = 0;
  const known = new Map<string, Uint8Array>();
  return {
    repository,
    call,
    async blob(layer, maxBytes) {
      const before = known.get(layer.digest);
      if (before?.byteLength === layer.size) return ownBytes(before);
      if (total + layer.size > cosignLimits.totalBytes)
        throw new SignError('ERR_LIMIT', `over ${cosignLimits.totalBytes} bytes of signatures and attestations`);
      const content = await repository.fetchBlob(layer, { ...call, maxBytes });
      total += content.byteLength;
      if (content.byteLength <= remembered.bytes && known.size < remembered.blobs) known.set(layer.digest, content);
      return content;
    },
  };
}

/** What is wrong with one stored thing is given, not thrown; trouble with the registry itself is thrown. */
export function faultOf(error: unknown, at: Omit<StoredFault, 'kind' | 'error'>): StoredFault {
  if (isUnusable(error)) return { kind: 'fault', ...at, error };
  throw error;
}
