import { Turns } from '../internal/turns.js';
import type { Settings } from '../options.js';
import type { RegistryReference } from '../reference.js';
import { Authenticator } from './authenticator.js';
import { RegistryClient } from './client.js';

/** Most registries whose tokens are kept; image names are hostile input, and each may name another host. */
const maxRegistries = 256;

/** All registries that one `createOci` speaks to, each with its own tokens. */
export class RegistryAccess {
  readonly #authenticators = new Map<string, Authenticator>();
  readonly #settings: Settings;
  readonly #turns = new Turns();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  client(reference: RegistryReference): RegistryClient {
    const { registry, repository } = reference;
    const url = this.#settings.guard.registry(registry);
    let authenticator = this.#authenticators.get(registry);
    if (!authenticator) {
      authenticator = new Authenticator(this.#settings, registry, url);
      this.#authenticators.set(registry, authenticator);
      for (const [oldest] of this.#authenticators)
        if (this.#authenticators.size > maxRegistries) this.#authenticators.delete(oldest);
    }
    return new RegistryClient(this.#settings, authenticator, url, repository, `${registry}/${repository}`, this.#turns);
  }
}
