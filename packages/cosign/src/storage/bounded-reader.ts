import { type CallOptions, type Descriptor, ownBytes, SignError } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { cosignLimits } from '../constants.js';
import { isUnusable } from '../unusable.js';
import type { StoredFault } from './stored.js';

/** Blobs up to this size, and so many of them, are read once: payloads of layers are often the same. */
const remembered = { bytes: 65_536, blobs: 64 } as const;

/** Said when the budget of a search is spent. */
export const overBudget = `over ${cosignLimits.totalBytes} bytes of signatures and attestations`;

/** Reads for one search, within one budget of bytes. */
export interface BoundedReader {
  readonly repository: Repository;
  readonly call: CallOptions;
  /** @throws SignError `ERR_LIMIT`; those of the repository */
  blob(layer: Descriptor, maxBytes: number): Promise<Uint8Array>;
  /** Whether something was left unread since the last time because the budget was spent. */
  leftOut(): boolean;
}

export function boundedReader(repository: Repository, call: CallOptions): BoundedReader {
  let total = 0;
  let leftOut = false;
  const known = new Map<string, Uint8Array>();
  /** Bytes that turn out to be something else were read all the same; those that are not there, or too many, were not. */
  const counted = async (size: number, reading: Promise<Uint8Array>): Promise<Uint8Array> => {
    total += size;
    try {
      return await reading;
    } catch (error) {
      if (SignError.is(error, 'ERR_NOT_FOUND') || SignError.is(error, 'ERR_LIMIT')) total -= size;
      throw error;
    }
  };
  return {
    repository,
    call,
    async blob(layer, maxBytes) {
      const before = known.get(layer.digest);
      if (before?.byteLength === layer.size) return ownBytes(before);
      if (layer.size <= maxBytes && total + layer.size > cosignLimits.totalBytes) {
        leftOut = true;
        throw new SignError('ERR_LIMIT', overBudget);
      }
      const content = await counted(layer.size, repository.fetchBlob(layer, { ...call, maxBytes }));
      if (content.byteLength <= remembered.bytes && known.size < remembered.blobs) known.set(layer.digest, content);
      return content;
    },
    leftOut() {
      const was = leftOut;
      leftOut = false;
      return was;
    },
  };
}

/** What is wrong with one stored thing is given, not thrown; trouble with the registry itself is thrown. */
export function faultOf(error: unknown, at: Omit<StoredFault, 'kind' | 'error'>): StoredFault {
  if (isUnusable(error)) return { kind: 'fault', ...at, error };
  throw error;
}
