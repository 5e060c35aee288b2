import type { Settings } from '../options.js';
import type { RegistryReference } from '../reference.js';
import type { Repository } from '../repository.js';

/**
 * Repositories of registries. What speaks to registries is loaded at the first call to one: whoever works on layouts, or has just made an
 * `Oci`, does without.
 * @throws SignError `ERR_ORIGIN_REFUSED` at once, for a private registry nobody allowed
 */
export function lazyRegistries(settings: Settings): (reference: RegistryReference) => Repository {
  let opening: Promise<(reference: RegistryReference) => Repository> | undefined;
  const load = async () => {
    const { createRegistries } = await import('./registries.js');
    return createRegistries(settings);
  };
  return (reference) => {
    settings.guard.registry(reference.registry);
    return lazyRepository(`${reference.registry}/${reference.repository}`, async () => {
      opening ??= load();
      const open = await opening;
      return open(reference);
    });
  };
}

function lazyRepository(name: string, open: () => Promise<Repository>): Repository {
  let opening: Promise<Repository> | undefined;
  const opened = (): Promise<Repository> => {
    opening ??= open();
    return opening;
  };
  return {
    name,
    resolve: async (...words) => (await opened()).resolve(...words),
    fetchManifest: async (...words) => (await opened()).fetchManifest(...words),
    fetchBlob: async (...words) => (await opened()).fetchBlob(...words),
    hasBlob: async (...words) => (await opened()).hasBlob(...words),
    async *fetchBlobStream(...words) {
      const repository = await opened();
      yield* repository.fetchBlobStream(...words);
    },
    pushBlob: async (...words) => (await opened()).pushBlob(...words),
    pushBlobStream: async (...words) => (await opened()).pushBlobStream(...words),
    pushManifest: async (...words) => (await opened()).pushManifest(...words),
    updateTag: async (...words) => (await opened()).updateTag(...words),
    async *referrers(...words) {
      const repository = await opened();
      yield* repository.referrers(...words);
    },
    attach: async (...words) => (await opened()).attach(...words),
  };
}
