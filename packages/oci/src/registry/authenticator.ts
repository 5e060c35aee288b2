import { invalidArgument, SignError } from '@securosys/core';
import { basicLogin, type Call } from '@securosys/transport';
import type { Credentials, Settings } from '../options.js';
import { parseChallenges } from './challenge.js';
import { type Authorization, bearer, fetchToken } from './token.js';

/** What may be done with a repository; part of the scope of a token. */
export type Action = 'pull' | 'push' | 'delete' | 'all';

/** Most tokens that are kept for one registry. */
const maxTokens = 256;

/** Logins and tokens for one registry. Tokens are kept per scope, in memory, and never shown. */
export class Authenticator {
  readonly #tokens = new Map<string, Authorization>();
  readonly #settings: Settings;
  readonly #host: string;
  readonly #registry: URL;

  constructor(settings: Settings, host: string, registry: URL) {
    this.#settings = settings;
    this.#host = host;
    this.#registry = registry;
  }

  /** What is known to work for these scopes, if it still lasts. */
  cached(scopes: readonly string[]): string | undefined {
    const found = this.#tokens.get(scopes.join(' '));
    return found && found.until > this.#settings.clock.now() ? found.value : undefined;
  }

  /**
   * Answers a 401.
   * @throws SignError `ERR_AUTHENTICATION` when a login is needed and there is none, `ERR_ORIGIN_REFUSED`, `ERR_PROTOCOL`
   */
  async answer(call: Call, response: Response, scopes: readonly string[]): Promise<string> {
    const challenges = parseChallenges(response.headers.get('www-authenticate') ?? '');
    const wanted = challenges.find((c) => c.scheme === 'bearer') ?? challenges.find((c) => c.scheme === 'basic');
    if (!wanted)
      throw new SignError('ERR_AUTHENTICATION', `registry ${this.#host} wants a login of a kind that is not supported`);
    const login = await call.race(Promise.resolve(this.#settings.credentials(this.#host)));
    if (login) this.#checkLogin(login);
    const authorization = await this.#authorize(call, wanted, scopes, login);
    this.#keep(scopes.join(' '), authorization);
    return authorization.value;
  }

  /** A server verifies images of more repositories than it should remember: what ended goes, then what is oldest. */
  #keep(scope: string, authorization: Authorization): void {
    const now = this.#settings.clock.now();
    for (const [known, { until }] of this.#tokens) if (until <= now) this.#tokens.delete(known);
    this.#tokens.delete(scope);
    this.#tokens.set(scope, authorization);
    for (const [oldest] of this.#tokens) if (this.#tokens.size > maxTokens) this.#tokens.delete(oldest);
  }

  async #authorize(
    call: Call,
    wanted: ReturnType<typeof parseChallenges>[number],
    scopes: readonly string[],
    login: Credentials | undefined,
  ) {
    const forever = Number.POSITIVE_INFINITY;
    if (login && 'token' in login) return { value: bearer(login.token), until: forever };
    if (wanted.scheme === 'bearer') return fetchToken(call, this.#settings, this.#registry, wanted, scopes, login);
    if (!login || 'identityToken' in login)
      throw new SignError(
        'ERR_AUTHENTICATION',
        `registry ${this.#host} wants a name and password and there are none for this host`,
      );
    return { value: basicLogin(login), until: forever };
  }

  #checkLogin(login: Credentials): void {
    // `in` on a text throws an error that quotes the text, which may be a token.
    const sound =
      typeof login === 'object' &&
      ('token' in login
        ? typeof login.token === 'string'
        : 'identityToken' in login
          ? typeof login.identityToken === 'string'
          : typeof login.username === 'string' && typeof login.password === 'string');
    if (!sound)
      invalidArgument(`credentials for ${this.#host} are neither { username, password } nor { token } nor { identityToken }`);
    this.#settings.guard.login(this.#registry, this.#registry);
  }
}

const actions: Readonly<Record<Action, string>> = {
  pull: 'pull',
  push: 'pull,push',
  delete: 'pull,push,delete',
  all: '*',
};

/** Scope of a token (distribution token specification) for one repository. */
export function scopeOf(repository: string, action: Action): string {
  return `repository:${repository}:${actions[action]}`;
}
