import { concatBytes } from '@securosys/core';
import type { Mechanism } from '../token/mechanism.js';
import type { Request, UseCommand } from './wire.js';

/** Uses of one key, one after the other, that differ in nothing but their data. */
interface Run {
  readonly ids: number[];
  /** Lengths of the data, which lie behind each other in the message. */
  readonly lengths: number[];
  readonly use: UseCommand;
}

/**
 * Requests in their order. Structured cloning takes longer for each small array than a fast module for a tenth of a signature, so what a
 * busy lane gets, many uses of one key, is written down once, with all data in one buffer that is handed over.
 */
export interface PackedRequests {
  readonly parts: readonly (Request | Run)[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const nothing = new Uint8Array();

export function packRequests(requests: readonly Request[]): PackedRequests {
  const parts: (Request | Run)[] = [];
  const data: Uint8Array[] = [];
  let run: Run | undefined;
  for (const request of requests) {
    const { id, command } = request;
    if (command.op !== 'sign' && command.op !== 'decrypt') {
      run = undefined;
      parts.push(request);
      continue;
    }
    if (!run || !isSameUse(run.use, command)) {
      run = { ids: [], lengths: [], use: { ...command, data: nothing } };
      parts.push(run);
    }
    run.ids.push(id);
    run.lengths.push(command.data.length);
    data.push(command.data);
  }
  return { parts, bytes: concatBytes(...data) };
}

/** Data are views of the message: good for as long as its requests are worked on. */
export function unpackRequests({ parts, bytes }: PackedRequests): Request[] {
  let at = 0;
  return parts.flatMap((part) => {
    if (!('ids' in part)) return part;
    return part.ids.map((id, index): Request => {
      const start = at;
      at += part.lengths[index] ?? 0;
      return { id, command: { ...part.use, data: bytes.subarray(start, at) } };
    });
  });
}

function isSameUse(a: UseCommand, b: UseCommand): boolean {
  return (
    a.op === b.op &&
    a.session === b.session &&
    a.bytes === b.bytes &&
    a.contextPin === undefined &&
    b.contextPin === undefined &&
    isSameMechanism(a.mechanism, b.mechanism) &&
    (a.key === b.key || (a.key.length === b.key.length && a.key.every((byte, index) => byte === b.key[index])))
  );
}

/** Parameters with bytes are the same only if they are one object. */
function isSameMechanism(a: Mechanism, b: Mechanism): boolean {
  if (a.type !== b.type) return false;
  const [first, second] = [a.parameter, b.parameter];
  if (first?.kind !== 'pss' || second?.kind !== 'pss') return first === second;
  return first.hashAlg === second.hashAlg && first.mgf === second.mgf && first.saltLen === second.saltLen;
}
