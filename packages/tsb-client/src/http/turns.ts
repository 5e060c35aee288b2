import { SignError } from '@securosys/core';
import type { ApiKeyTurn } from './api-keys.js';
import type { Deadline } from './deadline.js';
import type { Refusal } from './failure.js';
import type { Authorization, Login } from './login.js';
import type { WireRequest } from './request.js';

/** The credentials of one call, which change when they are refused. */
export class Turns {
  readonly #login: Login;
  readonly #wire: WireRequest;
  /** Credentials that were refused. */
  #refused: readonly string[] = [];
  #authorization: Authorization | undefined;
  #apiKey: ApiKeyTurn | undefined;
  #renewed = false;

  constructor(login: Login, wire: WireRequest, authorization: Authorization | undefined, apiKey: ApiKeyTurn | undefined) {
    this.#login = login;
    this.#wire = wire;
    this.#authorization = authorization;
    this.#apiKey = apiKey;
  }

  /** Value of the `Authorization` header. */
  get authorization(): string | undefined {
    return this.#authorization?.header;
  }

  get apiKey(): string | undefined {
    return this.#apiKey?.key;
  }

  /** Everything secret that this call has sent so far: no answer may carry it into an error. */
  sent(): readonly string[] {
    const { header, secret } = this.#authorization ?? {};
    const now = [header, secret?.text, this.apiKey].filter((one) => one !== undefined);
    return [...this.#refused, ...now, ...this.#wire.secrets()];
  }

  #use(authorization: Authorization | undefined, apiKey: ApiKeyTurn | undefined): void {
    this.#refused = this.sent();
    this.#authorization = authorization;
    this.#apiKey = apiKey;
  }

  /**
   * Moves on after a 401, which says that nothing was done: so even a create may be sent again. True when there is something
   * else to try.
   * @throws SignError `ERR_AUTHENTICATION` when every API key was refused
   */
  async next({ errorCode, error }: Refusal, deadline: Deadline): Promise<boolean> {
    if (errorCode === 631 && this.#apiKey) {
      const { role } = this.#apiKey;
      const turn = this.#apiKey.next();
      if (!turn)
        throw new SignError('ERR_AUTHENTICATION', `every API key of the role ${role} was refused`, { details: error.details });
      this.#use(this.#authorization, turn);
      return true;
    }
    if (this.#renewed) return false;
    this.#renewed = true;
    const fresh = await this.#login.renewed(this.#authorization, deadline);
    if (fresh !== undefined) this.#use(fresh, this.#apiKey);
    return fresh !== undefined;
  }
}
