import type { CallOptions } from '@securosys/core';

/** A signal that any number of calls may listen to: the usual warning of a leak is about ten, and says nothing here. */
export function listenable(signal: AbortSignal): AbortSignal {
  process.getBuiltinModule('node:events').setMaxListeners(0, signal);
  return signal;
}

/** Options of one call for many calls at once. The caller's own signal gets one listener and no setting of ours. */
export function forMany<O extends CallOptions>(options: O): O {
  return options.signal ? { ...options, signal: listenable(AbortSignal.any([options.signal])) } : options;
}
