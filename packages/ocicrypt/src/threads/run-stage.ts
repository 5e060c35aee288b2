import { ownBytes, SignError } from '@securosys/core';
import { keyBytes } from '../cipher/layer-options.js';
import { type DiffIdCheck, startDiffIdCheck } from '../image/diff-id.js';
import type { StageAnswer, StageFailure, StageJob, StageStep } from './pass-job.js';
import { Ring } from './ring.js';

/** Bytes that go through the cipher at once: what comes out needs memory anew each time, and more would come from the system anew. */
const cryptBytes = 32 * 1024;
const progressSlots = 16;
/**
 * Numbers that fill the young heap of a thread every few slots. Outputs of ciphers and decompressors lie outside of the heap, and are let go of only when the
 * heap is full or there are 32 MiB of them.
 */
const fillers = 4096;

type Work = (slot: Uint8Array, at: number) => void | Promise<void>;

function failureOf(error: unknown): StageFailure {
  if (SignError.is(error)) {
    const { check } = error.details;
    return { message: error.message, code: error.code, ...(typeof check === 'string' && { check }) };
  }
  const message = error instanceof Error ? error.message : String(error);
  const errno = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message, ...(errno !== undefined && { errno }) };
}

/** The steps of one stage, and what they found out. */
async function stepsOf(job: StageJob, tell: (bytes: number) => void) {
  const { createCipheriv, createHash, createHmac } = process.getBuiltinModule('node:crypto');
  const { readSync, writeSync } = process.getBuiltinModule('node:fs');
  const { steps, source, target, size, unpacked, secret } = job;
  const [key, nonce] = [new Uint8Array(secret, 0, keyBytes), new Uint8Array(secret, keyBytes)];
  const digests = { plain: createHash('sha256'), cipher: createHash('sha256') };
  const mac = steps.includes('mac') ? createHmac('sha256', key) : undefined;
  const cipher = steps.includes('crypt') ? createCipheriv('aes-256-ctr', key, nonce) : undefined;
  let check: DiffIdCheck | undefined;
  if (steps.includes('unpack') && unpacked)
    check = await startDiffIdCheck(unpacked.compression, unpacked.diffId, unpacked.maxBytes);
  let written = 0;
  let filler: number[] = [];
  const letGo = () => {
    filler = new Array(fillers).fill(filler.length);
  };
  const works: Readonly<Record<StageStep, Work>> = {
    read(slot, at) {
      for (let filled = 0; filled < slot.byteLength; ) {
        const bytes = readSync(source, slot, filled, slot.byteLength - filled, at + filled);
        if (bytes === 0)
          throw new SignError('ERR_DIGEST_MISMATCH', `the layer has ${at + filled} bytes where ${size} were promised`, {
            details: { check: 'size' },
          });
        filled += bytes;
      }
    },
    plain: (slot) => void digests.plain.update(slot),
    cipher: (slot) => void digests.cipher.update(slot),
    mac: (slot) => void mac?.update(slot),
    crypt(slot) {
      for (let from = 0; from < slot.byteLength; from += cryptBytes) {
        const part = slot.subarray(from, from + cryptBytes);
        if (cipher) part.set(cipher.update(part));
      }
      letGo();
    },
    write(slot, at) {
      for (let from = 0; from < slot.byteLength; ) from += writeSync(target, slot, from, slot.byteLength - from, at + from);
      if (++written % progressSlots === 0) tell(at + slot.byteLength);
    },
    unpack(slot) {
      letGo();
      return check?.write(slot);
    },
  };
  return {
    works: steps.map((step) => works[step]),
    async finish(): Promise<StageAnswer> {
      const unpackFailure = await check?.finish().then(() => undefined, failureOf);
      const digest = (name: 'plain' | 'cipher') => `sha256:${digests[name].digest('hex')}`;
      return {
        kind: 'done',
        ...(steps.includes('plain') && { plainDigest: digest('plain') }),
        ...(steps.includes('cipher') && { cipherDigest: digest('cipher') }),
        ...(mac && { mac: ownBytes(mac.digest()) }),
        ...(unpackFailure && { unpackFailure }),
      };
    },
    close: () => check?.close(),
  };
}

/** Runs one stage of a pass to its end. Whatever fails stops the other stages. */
export async function runStage(job: StageJob, tell: (bytes: number) => void): Promise<StageAnswer> {
  const ring = new Ring(job.ring);
  const { stage, after, size } = job;
  const { slotBytes } = job.ring;
  try {
    const { works, finish, close } = await stepsOf(job, tell);
    try {
      for (let index = 0; index < ring.count(size); index++) {
        const needed = stage === 0 ? index + 1 - ring.slots : index + 1;
        if (!after.every((other) => ring.waitFor(other, needed))) return { kind: 'stopped' };
        const slot = ring.slot(index, size);
        for (const work of works) {
          const done = work(slot, index * slotBytes);
          if (done) await done;
        }
        ring.advance(stage);
      }
      return await finish();
    } finally {
      close();
    }
  } catch (error) {
    ring.stop();
    return { kind: 'failed', failure: failureOf(error) };
  }
}
