import { invalidArgument } from '@securosys/core';

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

/** Holds a secret that may come from a function: one question at a time, however many calls wait for the answer. */
export class HeldSecret {
  readonly #source: SecretSource;
  readonly #what: string;
  readonly #check: Check;
  #current: Promise<string> | undefined;

  /** @throws SignError `ERR_INVALID_ARGUMENT` for what is neither good text nor a function */
  constructor(source: SecretSource, what: string, check: Check) {
    if (typeof source !== 'function') check(source, what);
    this.#source = source;
    this.#what = what;
    this.#check = check;
  }

  /** The secret, when it is not a function that gives it. */
  get fixed(): string | undefined {
    return typeof this.#source === 'function' ? undefined : this.#source;
  }

  /** The secret to use now. What a function rejects with is passed on, and the function is asked again the next time. */
  async value(): Promise<string> {
    const source = this.#source;
    if (typeof source !== 'function') return source;
    this.#current ??= (async () => this.#check(await source(), this.#what))();
    const asked = this.#current;
    try {
      return await asked;
    } catch (error) {
      if (this.#current === asked) this.#current = undefined;
      throw error;
    }
  }

  /** Another secret than the refused one, if the source can give one. */
  async renewed(refused: string): Promise<string | undefined> {
    if (typeof this.#source !== 'function') return undefined;
    const held = await this.#current?.catch(() => undefined);
    if (held === refused) this.#current = undefined;
    const fresh = await this.value();
    return fresh === refused ? undefined : fresh;
  }
}
