import type { Failure } from '../worker/wire.js';

/** Why a command has no result: what the worker said, or that the worker itself is gone. */
export interface HostFailure extends Failure {
  /** `stuck`: it did not answer in time. `exit`: its thread ended. Whether the command was carried out is not known. */
  readonly worker?: 'stuck' | 'exit';
}

/** A result or a failure: failures are looked at and often cured, so they are values here and not exceptions. */
export type Outcome<T> = { readonly value: T; readonly failure?: undefined } | { readonly failure: HostFailure };

/** The failure of everything that a lost worker had in hand. */
export const lostWorker = (worker: 'stuck' | 'exit', text?: string): HostFailure => ({
  code: 0,
  name: '',
  method: '',
  worker,
  ...(text === undefined ? {} : { text }),
});
