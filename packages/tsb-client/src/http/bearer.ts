import { headerSecret, type SecretSource } from './secret.js';

/** How calls log in at the TSB (`tsb-rest-api.md` §1.2). A function is asked at first use and once more after a 401. */
export type TsbAuth = { readonly type: 'none' } | { readonly type: 'token'; readonly token: SecretSource };

/** Holds the bearer token; one question at a time, however many calls wait for it. */
export class Bearer {
  readonly #source: SecretSource | undefined;
  #current: Promise<string> | undefined;

  /** @throws SignError `ERR_INVALID_ARGUMENT` for a token that is neither text nor a function */
  constructor(auth: TsbAuth) {
    this.#source = auth.type === 'token' ? auth.token : undefined;
    if (auth.type === 'token' && typeof this.#source !== 'function') headerSecret(this.#source, 'token');
  }

  /** The token to send now; `undefined` when there is none. */
  async token(): Promise<string | undefined> {
    const source = this.#source;
    if (source === undefined) return undefined;
    if (typeof source === 'string') return source;
    this.#current ??= (async () => headerSecret(await source(), 'token'))();
    const asked = this.#current;
    try {
      return await asked;
    } catch (error) {
      if (this.#current === asked) this.#current = undefined;
      throw error;
    }
  }

  /** A token other than the refused one, if the source can give one. */
  async renewed(refused: string | undefined): Promise<string | undefined> {
    if (refused === undefined || typeof this.#source !== 'function') return undefined;
    const held = await this.#current?.catch(() => undefined);
    if (held === refused) this.#current = undefined;
    const fresh = await this.token();
    return fresh === refused ? undefined : fresh;
  }
}
