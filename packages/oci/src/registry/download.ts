import { type Descriptor, ownBytes, SignError } from '@securosys/core';
import { bodyChunks, type Call, discard } from '@securosys/transport';
import { growingBytes } from '../internal/pieces.js';
import { bodyLimits } from '../options.js';
import { runningCheck } from '../running-digest.js';
import type { RegistryClient } from './client.js';
import { passes, pause } from './repetition.js';

/** How often one download is taken up again. */
const resumes = 5;

/** Asks for a blob from an offset on, and says how much of the answer is known already. */
async function ask(
  call: Call,
  client: RegistryClient,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  from: number,
): Promise<{ response: Response; known: number }> {
  const url = client.url(`blobs/${digest}`);
  const request = { method: 'GET', url, action: 'pull', what: `read a blob of ${client.name}` } as const;
  if (from > 0) {
    // Closed at its end: the registry of crane's library knows no other ranges.
    const headers = { range: `bytes=${from}-${size - 1}` };
    const response = await client.send(call, { ...request, headers, accept: [200, 206, 416] });
    // A registry without ranges begins anew.
    if (response.status === 200) return { response, known: from };
    if (response.status === 206 && rangeStart(response) === from) return { response, known: 0 };
    await discard(response);
    if (response.status === 206)
      throw new SignError('ERR_PROTOCOL', 'the registry answered with another part of the blob than it was asked for');
  }
  return { response: await client.send(call, { ...request, accept: [200] }), known: from };
}

function rangeStart(response: Response): number {
  return Number(/^bytes ([0-9]{1,15})-/.exec(response.headers.get('content-range') ?? '')?.[1]);
}

/**
 * The content of a blob in pieces of their own memory. A connection that breaks is taken up where it broke (`Range`, distribution-spec "Pulling
 * blobs"). That all of it is what the descriptor says is known when it ends without an error, and not before.
 * @throws SignError `ERR_DIGEST_MISMATCH`, `ERR_LIMIT`, `ERR_NETWORK`, `ERR_PROTOCOL`
 */
export async function* downloadBlob(
  call: Call,
  client: RegistryClient,
  blob: Pick<Descriptor, 'digest' | 'size'>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const check = runningCheck(blob, 'the blob');
  const limits = bodyLimits(client.settings, maxBytes, 'the blob');
  for (let attempt = 1; ; attempt++) {
    try {
      const { response, known } = await ask(call, client, blob, check.size);
      let skip = known;
      for await (const part of bodyChunks(call, response, limits)) {
        const fresh = part.subarray(Math.min(skip, part.byteLength));
        skip -= part.byteLength - fresh.byteLength;
        if (fresh.byteLength === 0) continue;
        check.update(fresh);
        yield ownBytes(fresh);
      }
      break;
    } catch (error) {
      if (!passes(error) || attempt > resumes) throw error;
      if (check.size === blob.size) break;
      if (!(await pause(call, client.settings.random, error, Math.min(attempt, 3)))) throw error;
    }
  }
  check.finish();
}

/** A blob whole, in memory of its own. */
export async function downloadWhole(
  call: Call,
  client: RegistryClient,
  blob: Pick<Descriptor, 'digest' | 'size'>,
  maxBytes: number,
): Promise<Uint8Array> {
  // Bytes that come one by one are no list of a million arrays here.
  const whole = growingBytes(blob.size);
  for await (const part of downloadBlob(call, client, blob, maxBytes)) whole.add(part);
  return whole.view();
}
