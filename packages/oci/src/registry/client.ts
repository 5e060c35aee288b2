import { SignError } from '@securosys/core';
import { type Call, discard, exchange, foreignUrl, readBody } from '@securosys/transport';
import type { Turns } from '../internal/turns.js';
import { bodyLimits, type Settings } from '../options.js';
import { type Action, type Authenticator, scopeOf } from './authenticator.js';
import { passes, pause, tries } from './repetition.js';
import { statusError } from './status.js';

export interface RegistryRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly action: Action;
  /** Another repository of the registry that has to be readable as well: the source of a mount. */
  readonly alsoPull?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that the caller handles; every other one is an error. */
  readonly accept: readonly number[];
  /** What is attempted, for errors: `push a blob to registry.example/app`. */
  readonly what: string;
  /** Whether sending it twice is as good as once; default: of reads only. */
  readonly repeatable?: boolean;
}

const redirects = new Set([301, 302, 303, 307, 308]);

/** Requests to one repository: authentication, redirects of reads, retries of reads, status to error. */
export class RegistryClient {
  readonly settings: Settings;
  readonly registry: URL;
  /** `registry.example/app` */
  readonly name: string;
  /** Writers of one referrers tag in this process wait for each other here. */
  readonly turns: Turns;
  readonly #authenticator: Authenticator;
  readonly #repository: string;

  constructor(settings: Settings, authenticator: Authenticator, registry: URL, repository: string, name: string, turns: Turns) {
    this.turns = turns;
    this.settings = settings;
    this.registry = registry;
    this.name = name;
    this.#authenticator = authenticator;
    this.#repository = repository;
  }

  /** URL below `/v2/<repository>/`. The parts are digests and tags of checked grammar. */
  url(path: string): URL {
    return new URL(`/v2/${this.#repository}/${path}`, this.registry);
  }

  /** Sends a request. What is not repeatable is sent once: it may have happened although its answer was lost. */
  async send(call: Call, request: RegistryRequest): Promise<Response> {
    const reads = request.method === 'GET' || request.method === 'HEAD';
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.#once(call, request, reads);
        if (request.accept.includes(response.status)) return response;
        throw await statusError(call, this.settings, response, request.what);
      } catch (error) {
        if (!(request.repeatable ?? reads) || attempt >= tries || !passes(error)) throw error;
        if (!(await pause(call, this.settings.random, error, attempt))) throw error;
      }
    }
  }

  /** Reads the body of an answer within a cap. */
  body(call: Call, response: Response, maxBytes: number, what: string): Promise<Uint8Array> {
    return readBody(call, response, bodyLimits(this.settings, maxBytes, what));
  }

  async #once(call: Call, request: RegistryRequest, reads: boolean): Promise<Response> {
    const response =
      request.url.origin === this.registry.origin ? await this.#authorized(call, request) : await this.#anonymous(call, request);
    return reads && redirects.has(response.status) ? this.#follow(call, request, response) : response;
  }

  async #authorized(call: Call, request: RegistryRequest): Promise<Response> {
    const { action, alsoPull } = request;
    const scopes = [scopeOf(this.#repository, action), ...(alsoPull === undefined ? [] : [scopeOf(alsoPull, 'pull')])];
    const known = this.#authenticator.cached(scopes);
    const response = await exchange(call, this.settings.fetch, { ...request, authorization: known });
    if (response.status !== 401) return response;
    await discard(response);
    const authorization = await this.#authenticator.answer(call, response, scopes);
    return exchange(call, this.settings.fetch, { ...request, authorization });
  }

  #anonymous(call: Call, request: RegistryRequest): Promise<Response> {
    this.settings.guard.foreign(request.url, 'the registry');
    return exchange(call, this.settings.fetch, request);
  }

  /** Storage behind registries is reached by redirects: without credentials, to https and public hosts, a few times (S25). */
  async #follow(call: Call, request: RegistryRequest, first: Response): Promise<Response> {
    let { url } = request;
    let response = first;
    for (let hop = 0; redirects.has(response.status); hop++) {
      await discard(response);
      if (hop >= this.settings.limits.redirects) throw new SignError('ERR_LIMIT', `cannot ${request.what}: too many redirects`);
      const location = response.headers.get('location');
      if (location === null) throw new SignError('ERR_PROTOCOL', `cannot ${request.what}: redirect without a Location`);
      url = foreignUrl(location, url, 'a redirect');
      if (url.origin !== this.registry.origin) this.settings.guard.foreign(url, 'a redirect');
      response = await exchange(call, this.settings.fetch, { ...request, url });
    }
    return response;
  }
}
