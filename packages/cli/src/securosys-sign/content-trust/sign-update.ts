import { type Operation, SignError, sha256Hex } from '@securosys/core';
import { partRole } from '@securosys/dct';
import type { CommandContext } from '../context.js';
import { partRequests, type UpdateToSign } from './part-requests.js';
import type { PartSigners } from './part-signers.js';

/** Signatures of an update by part, and what has to be told and forgotten once they are published. */
export interface SignedParts {
  readonly signatures: Readonly<Record<string, Uint8Array>>;
  /** Whether people had to be asked. */
  readonly decided: boolean;
  /** Says that the signatures are published, or of no use any more. */
  end(published: boolean): Promise<void>;
}

/**
 * Asks for every part of an update at once, as one batch that people decide on together, and waits as long as the settings say.
 * @throws SignError `ERR_APPROVAL_PENDING`, and those of `Operation.result`
 */
export async function signParts(context: CommandContext, signers: PartSigners, update: UpdateToSign): Promise<SignedParts> {
  const { prepared, gun } = update;
  const settings = await context.settings();
  const { signal } = context;
  const asked: { readonly id: string; readonly operation: Operation<Uint8Array>; readonly decided: boolean }[] = [];
  for (const { part, request } of partRequests(signers, update)) {
    const operation = await signers.signerOf(part.spkiSha256, part.id).begin(request, { signal });
    asked.push({ id: part.id, operation, decided: operation.state.status !== 'executed' });
  }
  const progress = await context.progress();
  const timeoutMs = settings.durationMs('approvalTimeout') ?? 0;
  const waited = await Promise.allSettled(
    asked.map(async ({ id, operation }) => {
      const show = progress.approvals(`${gun} ${partRole(id)}`);
      return [id, await operation.result({ timeoutMs, signal, onProgress: show })] as const;
    }),
  );
  progress.stop();
  const failures = waited.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  // What is decided is over: the same command asks anew. What people still decide on stays known.
  if (failures.length > 0)
    for (const { operation } of asked)
      if (!['pending', 'approved', 'executed'].includes(operation.state.status)) await operation.release();
  if (failures.length > 0) throw failures.find((one) => !SignError.is(one, 'ERR_APPROVAL_PENDING')) ?? failures[0];
  return {
    signatures: Object.fromEntries(waited.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))),
    decided: asked.some(({ decided }) => decided),
    end: async (published) => {
      for (const { operation } of asked) await operation.release();
      if (!published) return;
      for (const { info, signer } of signers.keys) {
        const inputs = prepared.parts.flatMap(({ spkiSha256, input }) =>
          spkiSha256 === info.ref.spkiSha256 ? [sha256Hex(input.message)] : [],
        );
        if (inputs.length > 0)
          await signer.published({ inputs, target: { repository: gun }, artifacts: [], format: prepared.format });
      }
    },
  };
}
