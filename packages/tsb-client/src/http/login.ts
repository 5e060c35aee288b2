import { base64Text, invalidArgument, utf8Bytes } from '@securosys/core';
import type { Deadline } from './deadline.js';
import { type GivenSecret, HeldSecret, headerSecret, passwordText, type SecretSource } from './secret.js';
import type { PemSource } from './tls.js';

/**
 * How calls log in (`tsb-rest-api.md` §1.2). Secrets may be functions: of a token and of a password it is asked at first use and
 * once more after a 401, of a certificate and its key when the first connection is made.
 *
 * - `token`: `Authorization: Bearer …`, on the calls that take one.
 * - `basic`: user and password for a proxy in front of the TSB, on every call.
 * - `certificate`: mutual TLS, with a token besides when the TSB wants both. PEM throughout; the certificate first, then those between
 *   it and its root; the key in PKCS#8, PKCS#1 or SEC 1, encrypted when `passphrase` is given.
 */
export type TsbAuth =
  | { readonly type: 'none' }
  | { readonly type: 'token'; readonly token: SecretSource }
  | { readonly type: 'basic'; readonly username: string; readonly password: SecretSource }
  | {
      readonly type: 'certificate';
      readonly certificate: PemSource;
      readonly privateKey: PemSource;
      readonly passphrase?: SecretSource;
      readonly token?: SecretSource;
    };

/** Members of each way to log in. */
export const authMembers: Readonly<Record<TsbAuth['type'], readonly string[]>> = {
  none: ['type'],
  token: ['type', 'token'],
  basic: ['type', 'username', 'password'],
  certificate: ['type', 'certificate', 'privateKey', 'passphrase', 'token'],
};

/** One value of the `Authorization` header, and the secret inside it. */
export interface Authorization {
  readonly header: string;
  readonly secret: GivenSecret;
}

/**
 * `Basic` credentials (RFC 7617, UTF-8).
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function basicLogin(username: unknown, password: string): string {
  const user = passwordText(username, 'username');
  if (user.includes(':')) invalidArgument('username must not hold a colon');
  return `Basic ${base64Text(utf8Bytes(`${user}:${password}`))}`;
}

/** What calls say about who they are, in headers. */
export class Login {
  readonly #held: HeldSecret | undefined;
  /** Makes the header of the secret. */
  readonly #header: (secret: string) => string;
  readonly #everywhere: boolean;
  readonly #fixed: Authorization | undefined;

  /** @throws SignError `ERR_INVALID_ARGUMENT` */
  constructor(auth: TsbAuth) {
    this.#everywhere = auth.type === 'basic';
    if (auth.type === 'basic') {
      const { username } = auth;
      basicLogin(username, '');
      this.#held = new HeldSecret(auth.password, 'password', passwordText);
      this.#header = (password) => basicLogin(username, password);
    } else {
      const token = 'token' in auth ? auth.token : undefined;
      // A token that is missing where it is the whole login is refused; beside a certificate it is optional.
      if (auth.type === 'token' || token !== undefined) this.#held = new HeldSecret(token ?? '', 'token', headerSecret);
      this.#header = (secret) => `Bearer ${secret}`;
    }
    const fixed = this.#held?.fixed;
    this.#fixed = fixed === undefined ? undefined : this.#made(fixed);
  }

  /**
   * The header to send now; `undefined` when there is none for calls that do or do not take a token; a promise only when a secret has
   * to be asked for.
   */
  authorization(takesToken: boolean, deadline: Deadline): Authorization | Promise<Authorization> | undefined {
    if (!this.#held || !(takesToken || this.#everywhere)) return undefined;
    return this.#fixed ?? this.#held.value(deadline).then((secret) => this.#made(secret));
  }

  /** Another one than that which a 401 refused, if the source of its secret can give one. */
  async renewed(refused: Authorization | undefined, deadline: Deadline): Promise<Authorization | undefined> {
    const fresh = refused && (await this.#held?.renewed(refused.secret, deadline));
    return fresh === undefined ? undefined : this.#made(fresh);
  }

  #made(secret: GivenSecret): Authorization {
    return { secret, header: this.#header(secret.text) };
  }
}
