import type { Mechanism } from '../token/mechanism.js';
import { bufferOf } from './native-values.js';
import { packPieces, readPieces } from './pack-pieces.js';
import type { Request, UseCommand } from './wire.js';

/** Uses of one key, one after the other, that differ in nothing but their data. */
interface Run {
  readonly use: UseCommand;
  count: number;
}

/**
 * Requests in their order. Structured cloning takes longer for each small array than a fast module for a tenth of a signature, so what a
 * busy lane gets, many uses of one key, is written down once, with the numbers and data of all in one buffer that is handed over.
 */
export interface PackedRequests {
  readonly parts: readonly (Request | Run)[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const nothing = new Uint8Array();

export function packRequests(requests: readonly Request[]): PackedRequests {
  const parts: (Request | Run)[] = [];
  const ids: number[] = [];
  const data: Uint8Array[] = [];
  let run: Run | undefined;
  for (const request of requests) {
    const { id, command } = request;
    if (command.op !== 'sign' && command.op !== 'encrypt' && command.op !== 'decrypt') {
      run = undefined;
      parts.push(request);
      continue;
    }
    if (!run || !isSameUse(run.use, command)) {
      run = { use: { ...command, data: nothing }, count: 0 };
      parts.push(run);
    }
    run.count++;
    ids.push(id);
    data.push(command.data);
  }
  return { parts, bytes: packPieces(ids, data) };
}

/** Data are views of the message: good for as long as its requests are worked on. They and the key are Buffers, as the addon wants them. */
export function unpackRequests({ parts, bytes }: PackedRequests): Request[] {
  const requests: Request[] = [];
  const all = bufferOf(bytes);
  let part = 0;
  let left = 0;
  let use: UseCommand | undefined;
  /** Up to the next run. */
  const advance = () => {
    for (; left === 0 && part < parts.length; part++) {
      const next = parts[part]!;
      if ('id' in next) requests.push(next);
      else [left, use] = [next.count, { ...next.use, key: bufferOf(next.use.key) }];
    }
  };
  advance();
  readPieces(bytes, (id, start, end) => {
    if (!use) return;
    requests.push({ id, command: { ...use, data: all.subarray(start, end) } });
    if (--left === 0) advance();
  });
  return requests;
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
