import { type Operation, SignError } from '@securosys/core';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { backendOptions } from '../open/open-backend.js';
import { keyOptions, pendingStore, sameCommand } from '../open/open-signer.js';
import { claimsFor, signingOptions, watchApprovals } from '../open/signing.js';
import { policyOf } from './key-policy.js';
import { asTsb, keyNamed, labelOf, withBackend } from './open-keys.js';

/** Options of commands that change a key, on which people may decide. */
export const changeOptions: readonly CommandOption[] = [
  ...signingOptions.filter(({ name }) => name === 'reason' || name === 'claim'),
  ...keyOptions.filter(({ name }) => name === 'approval-timeout' || name === 'key-password-file'),
  ...backendOptions,
];

async function resultOf<T>(context: CommandContext, operation: Operation<T>, label: string, name: string): Promise<T> {
  const { signal } = context;
  await context.approvers.learn(label);
  const onProgress = await watchApprovals(context, name, sameCommand);
  const waitMs = (await context.settings()).durationMs('approvalTimeout') ?? 0;
  onProgress(await operation.refresh({ signal }));
  const now = await operation.settled({ signal });
  if (now !== undefined) return now;
  if (waitMs > 0) return operation.result({ timeoutMs: waitMs, onProgress, signal });
  throw new SignError('ERR_APPROVAL_PENDING', `${name} waits for people`, {
    details: { requestId: operation.id },
    retryable: true,
  });
}

/** Blocks or unblocks the key that was typed; the same command goes on with the same request. */
export async function changeKey(context: CommandContext, kind: 'block' | 'unblock'): Promise<Exit> {
  const key = await keyNamed(context, context.words.arguments[0] ?? '');
  const settings = await context.settings();
  const label = labelOf(key);
  const { spkiSha256 } = key.ref;
  return withBackend(context, [key], async (backend) => {
    const tsb = asTsb(backend, `to ${kind} a key`);
    if ((await policyOf(context, tsb, label)) === null)
      throw new SignError('ERR_CAPABILITY_MISSING', `${label} is a plain key: only keys with rules can be blocked and unblocked`);
    const operations = tsb.operations({ store: pendingStore(settings, context) });
    const request = { label, claims: await claimsFor(context, {}), ...(spkiSha256 !== undefined && { spkiSha256 }) };
    const operation = await operations[kind](request, { signal: context.signal });
    await resultOf(context, operation, label, `${kind} ${label}`);
    await operation.release();
    const done = `${label} is ${kind === 'block' ? 'blocked: nobody can use it until it is unblocked' : 'unblocked'}`;
    context.output.result({ label, blocked: kind === 'block' }, [{ text: done, tone: kind === 'block' ? 'warn' : 'good' }]);
    return 'ok';
  });
}
