import type { Settings } from '../options.js';
import type { RegistryReference } from '../reference.js';
import type { Repository } from '../repository.js';
import { RegistryAccess } from './access.js';
import { RegistryRepository } from './registry-repository.js';

/** Opens repositories of registries, which share logins and tokens. */
export function createRegistries(settings: Settings): (reference: RegistryReference) => Repository {
  const access = new RegistryAccess(settings);
  return (reference) => new RegistryRepository(reference, access.client(reference), settings);
}
