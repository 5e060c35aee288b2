import { invalidArgument } from '@securosys/core';
import { AskedOnce } from './asked-once.js';
import type { Deadline } from './deadline.js';

/** A secret, or a function that fetches it when it is needed. */
export type SecretSource<T = string> = T | (() => T | Promise<T>);

/**
 * A bearer token or API key that can stand in a header. The error never quotes it, as the platform's own would.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function headerSecret(value: unknown, what: string): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(value))
    invalidArgument(`${what} must be 1 to 16384 visible ASCII characters`);
  return value;
}

/**
 * A password that people chose: any text without control characters.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function passwordText(value: unknown, what: string): string {
  if (typeof value !== 'string' || !/^[^\u0000-\u001f\u007f]{1,1024}$/.test(value) || !value.isWellFormed())
    invalidArgument(`${what} must be 1 to 1024 characters without control characters`);
  return value;
}

type Check = (value: unknown, what: string) => string;

/** A secret as its source gave it. The same text, given again, is another object: whoever was refused with the one may try the other. */
export interface GivenSecret {
  readonly text: string;
}

/** Holds a secret that may come from a function: one question at a time, however many calls wait for the answer. */
export class HeldSecret {
  /** The secret, when it is not a function that gives it. */
  readonly fixed: GivenSecret | undefined;
  readonly #source: AskedOnce<GivenSecret>;

  /** @throws SignError `ERR_INVALID_ARGUMENT` for what is neither good text nor a function */
  constructor(source: SecretSource, what: string, check: Check) {
    this.fixed = typeof source === 'function' ? undefined : { text: check(source, what) };
    this.#source = new AskedOnce(async () => this.fixed ?? { text: await askSecret(source, what, check) });
  }

  /**
   * The secret to use now. What a function rejects with is passed on, and the function is asked again the next time.
   * @param deadline of the call that needs it
   */
  value(deadline: Deadline): Promise<GivenSecret> {
    return this.#source.answer(deadline);
  }

  /** Another secret than the refused one, if the source can give one. Of many calls that were refused with it, one asks. */
  async renewed(refused: GivenSecret, deadline: Deadline): Promise<GivenSecret | undefined> {
    if (this.fixed) return undefined;
    const { asked } = this.#source;
    const held = await asked?.catch(() => undefined);
    if (held === refused) this.#source.forget(asked);
    const fresh = await this.value(deadline);
    return fresh.text === refused.text ? undefined : fresh;
  }
}

/**
 * A secret that is needed once.
 * @throws SignError `ERR_INVALID_ARGUMENT`; what a function of the caller rejects with, unchanged
 */
export async function askSecret(source: SecretSource, what: string, check: Check): Promise<string> {
  return check(typeof source === 'function' ? await source() : source, what);
}
