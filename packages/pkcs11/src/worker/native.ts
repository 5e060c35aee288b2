import type { PKCS11 } from 'pkcs11js';
import { returnValueName, returnValues } from '../cryptoki/return-values.js';
import type { Failure } from './wire.js';

/** A session of the module, under a number of ours that outlives it. */
export interface NativeSession {
  /** Native handle, or `undefined` when it was lost and none could be opened. */
  handle: Buffer | undefined;
  readonly slot: Buffer;
  readonly flags: number;
}

/** All that a worker has: only synchronous `C_…` methods of pkcs11js are ever called on `p11` (`pkcs11.md` §0.3). */
export interface Native {
  readonly p11: PKCS11;
  /** The `C_…` function that was called last: errors of pkcs11js do not always know it. */
  method: string;
  /** An operation was initialised and not ended yet: a failure now leaves its session unusable. */
  active: boolean;
  readonly sessions: Map<number, NativeSession>;
  lastSession: number;
  /** Attributes that some object of a kind did not have, by kind: they are asked for one by one from then on. */
  readonly rare: Map<string, Set<number>>;
  /** Results that may be secret are written here, copied out and overwritten. */
  scratch: Buffer;
  /** Signatures are written here, one behind the other: to make memory for each would take longer than its way through the addon. */
  room: Buffer;
  /** Bytes of `room` that are signatures. */
  used: number;
}

export function createNative(p11: PKCS11): Native {
  return {
    p11,
    method: '',
    active: false,
    sessions: new Map(),
    lastSession: 0,
    rare: new Map(),
    scratch: Buffer.alloc(0),
    room: Buffer.alloc(0),
    used: 0,
  };
}

/** A number that no module means: a CK_RV beyond 32 bits. */
const beyond = 0xffffffff;

/** The CK_RV of what pkcs11js threw: most functions throw an error with `code`, some a plain one (`pkcs11.md` §1.6). 0: no return value. */
export function returnValueOf(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ('code' in error && typeof error.code === 'number' && error.code !== 0) return bounded(error.code);
  const match = /^CKR_\w+:(\d+)/.exec(error.message);
  return match ? bounded(Number(match[1])) : 0;
}

function bounded(code: number): number {
  return Number.isInteger(code) && code >= 0 && code <= beyond ? code : beyond;
}

export function failureOf(native: Native, error: unknown): Failure {
  const code = returnValueOf(error);
  const { method } = native;
  if (code !== 0) return { code, name: returnValueName(code), method };
  return { code: 0, name: '', method, text: error instanceof Error ? error.message : String(error) };
}

/** Whether an error is one of these return values. */
export function isReturnValue(error: unknown, ...expected: readonly (keyof typeof returnValues)[]): boolean {
  const code = returnValueOf(error);
  return expected.some((name) => returnValues[name] === code);
}
