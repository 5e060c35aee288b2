import { type Operation, pendingKey, SignError, sha256Hex } from '@securosys/core';
import type { CommandContext } from '../context.js';
import { type PartRequest, partRequests, type UpdateToSign } from './part-requests.js';
import type { PartSigners } from './part-signers.js';

type Key = PartSigners['keys'][number];

/** Whether an earlier run has asked for this: what nobody asked for is not asked for in order to withdraw it. */
async function wasAsked({ info, signer }: Key, { part, request }: PartRequest): Promise<boolean> {
  const { algorithm, input, domain } = request;
  const intent = {
    backend: signer.backend.id,
    key: info,
    domain,
    operation: { kind: 'sign', key: info.ref, algorithm, input } as const,
    inputSha256: sha256Hex(part.input.message),
  };
  return (await signer.store.get(pendingKey(intent))) !== undefined;
}

async function withdraw(operation: Operation<Uint8Array>, signal: AbortSignal): Promise<void> {
  await operation.cancel({ signal }).catch((error: unknown) => {
    if (!SignError.is(error, 'ERR_CAPABILITY_MISSING')) throw error;
  });
  await operation.release();
}

/**
 * Withdraws what people were asked for an update that nobody can publish any more: whoever approved it now would approve it in vain.
 * @throws SignError those of the backend; then the update is still known, and the next run tries again
 */
export async function withdrawUpdate(context: CommandContext, signers: PartSigners, update: UpdateToSign): Promise<void> {
  const { signal } = context;
  for (const asked of partRequests(signers, update)) {
    const key = signers.keys.find(({ info }) => info.ref.spkiSha256 === asked.part.spkiSha256);
    if (key && (await wasAsked(key, asked))) await withdraw(await key.signer.begin(asked.request, { signal }), signal);
  }
}
