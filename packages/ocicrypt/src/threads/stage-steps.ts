import { ownBytes, SignError } from '@securosys/core';
import { keyBytes } from '../cipher/layer-options.js';
import { type DiffIdCheck, startDiffIdCheck } from '../image/diff-id.js';
import type { StageAnswer, StageJob, StageStep } from './pass-job.js';
import { failureOf } from './stage-failure.js';
import { slotWriter } from './write-slots.js';

/** Bytes that go through the steps of a stage at once. They stay near the processor from the first step to the last: each costs half as much then. */
export const pieceBytes = 64 * 1024;
/**
 * Words that fill the young heap of a thread after a few megabytes of the layer. Outputs of ciphers and decompressors lie outside of the heap, and are let go of only when the
 * heap is full or there are 32 MiB of them.
 */
const fillers = 1024;

/** Takes bytes that lie `at` a place of the layer; gives what the next step shall have instead of them. */
type PieceWork = (piece: Uint8Array, at: number) => Uint8Array | undefined;

/** The steps of one stage, with what they know. */
export interface StageWorks {
  /** Those that go piece by piece. */
  readonly pieces: readonly PieceWork[];
  /** Begins with a whole slot, which is in use until it resolves; it never rejects. */
  unpack?(slot: Uint8Array): Promise<void>;
  /** Writes a whole slot to its place in the target. */
  write?(slot: Uint8Array, at: number): void;
  /** To be called after each piece. */
  letGo(): void;
  finish(): Promise<StageAnswer>;
  close(): void;
}

/** @param tell bytes that were written so far; not for every slot */
export async function stageWorks(job: StageJob, tell: (bytes: number) => void): Promise<StageWorks> {
  const { createCipheriv, createHash, createHmac } = process.getBuiltinModule('node:crypto');
  const { readSync } = process.getBuiltinModule('node:fs');
  const { steps, source, size, unpacked, secret } = job;
  const does = (step: StageStep) => steps.includes(step);
  const [key, nonce] = [new Uint8Array(secret, 0, keyBytes), new Uint8Array(secret, keyBytes)];
  const digests = { plain: createHash('sha256'), cipher: createHash('sha256') };
  const mac = does('mac') ? createHmac('sha256', key) : undefined;
  const cipher = does('crypt') ? createCipheriv('aes-256-ctr', key, nonce) : undefined;
  let check: DiffIdCheck | undefined;
  if (does('unpack') && unpacked) check = await startDiffIdCheck(unpacked.compression, unpacked.diffId, unpacked.maxBytes);
  const young: { filler?: unknown[] } = {};
  const works: Readonly<Partial<Record<StageStep, PieceWork>>> = {
    read(piece, at) {
      for (let filled = 0; filled < piece.byteLength; ) {
        const bytes = readSync(source, piece, filled, piece.byteLength - filled, at + filled);
        if (bytes === 0)
          throw new SignError('ERR_DIGEST_MISMATCH', `the layer has ${at + filled} bytes where ${size} were promised`, {
            details: { check: 'size' },
          });
        filled += bytes;
      }
      return undefined;
    },
    plain: (piece) => void digests.plain.update(piece),
    cipher: (piece) => void digests.cipher.update(piece),
    mac: (piece) => void mac?.update(piece),
    crypt: (piece) => cipher?.update(piece),
  };
  return {
    pieces: steps.flatMap((step) => works[step] ?? []),
    ...(check && { unpack: check.write }),
    ...(does('write') && { write: slotWriter(job, tell) }),
    letGo() {
      young.filler = new Array(fillers);
    },
    async finish() {
      const unpackFailure = await check?.finish().then(() => undefined, failureOf);
      const digest = (name: 'plain' | 'cipher') => `sha256:${digests[name].digest('hex')}`;
      return {
        kind: 'done',
        ...(does('plain') && { plainDigest: digest('plain') }),
        ...(does('cipher') && { cipherDigest: digest('cipher') }),
        ...(mac && { mac: ownBytes(mac.digest()) }),
        ...(unpackFailure && { unpackFailure }),
      };
    },
    close: () => check?.close(),
  };
}
