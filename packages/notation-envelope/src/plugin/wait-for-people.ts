import type { Clock, Operation, OperationState, SigningFacts } from '@securosys/core';
import type { NotationPlugin, PluginKeyContext, PluginProgress } from './notation-plugin.js';

/** What is waited for, and until when. */
export interface Waiting {
  readonly operation: Operation<Uint8Array>;
  readonly facts: SigningFacts;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * The signature, after telling the plugin how things stand. Progress is told before the first look as well, so that people see the
 * request's id at once.
 * @throws SignError `ERR_APPROVAL_PENDING` at the deadline, and those of `Operation.result`
 */
export async function waitForPeople(
  plugin: NotationPlugin,
  context: PluginKeyContext,
  { operation, facts, timeoutMs, clock }: Waiting,
): Promise<Uint8Array> {
  const waitsUntil = clock.now() + timeoutMs;
  const tell = async (state: OperationState): Promise<void> => {
    const progress: PluginProgress = {
      ...state,
      keyId: context.keyId,
      title: facts.title,
      waitsUntil,
      ...(operation.id !== undefined && { requestId: operation.id }),
    };
    await plugin.onProgress?.(progress, context);
  };
  if (operation.id === undefined) return operation.result(context.signal ? { signal: context.signal } : {});
  // One after the other, so that the last word is the latest. Telling people is a courtesy: what goes wrong in it must not cost the signature.
  let told = Promise.resolve();
  const tellNext = (state: OperationState): void => {
    told = told.then(() => tell(state)).catch(() => undefined);
  };
  tellNext(operation.state);
  try {
    return await operation.result({
      timeoutMs,
      ...(context.signal && { signal: context.signal }),
      onProgress: tellNext,
    });
  } finally {
    await told;
  }
}
