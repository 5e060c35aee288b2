import { type Operation, type OperationState, systemClock } from '@securosys/core';
import type { CosignKmsProgress } from './plugin.js';
import type { KmsSigning } from './sign-message.js';

/**
 * The signature, after telling the plugin how things stand. Progress is told before the first look as well, so that people see the
 * request's id at once.
 * @throws SignError `ERR_APPROVAL_PENDING` shortly before cosign's deadline, and those of `Operation.result`
 */
export async function waitForPeople(
  { plugin, context, times }: KmsSigning,
  operation: Operation<Uint8Array>,
  title: string,
): Promise<Uint8Array> {
  const { keyResourceId, signal } = context;
  const call = signal ? { signal } : {};
  const { id: requestId } = operation;
  if (requestId === undefined) return operation.result(call);
  const { waitsUntil } = times;
  const tell = async (state: OperationState): Promise<void> => {
    const progress: CosignKmsProgress = { ...state, keyResourceId, title, waitsUntil, requestId };
    await plugin.onProgress?.(progress, context);
  };
  // One after the other, so that the last word is the latest. Telling people is a courtesy: what goes wrong in it must not cost the signature.
  let told = Promise.resolve();
  const tellNext = (state: OperationState): void => {
    told = told.then(() => tell(state)).catch(() => undefined);
  };
  tellNext(operation.state);
  const timeoutMs = Math.max(0, waitsUntil - (plugin.clock ?? systemClock).now());
  try {
    return await operation.result({ ...call, timeoutMs, onProgress: tellNext });
  } finally {
    await told;
  }
}
