import { checkedReference } from './internal/checked-reference.js';
import { LayoutRepository } from './layout/layout-repository.js';
import { type OciOptions, settingsOf } from './options.js';
import type { Reference } from './reference.js';
import { lazyRegistries } from './registry/lazy-repository.js';
import type { Repository } from './repository.js';

/** Access to images wherever they are; holds logins and tokens, so make one per configuration and keep it. */
export interface Oci {
  /**
   * Opens a repository. No I/O happens here.
   * @throws SignError `ERR_INVALID_ARGUMENT` for a bad reference, `ERR_ORIGIN_REFUSED` for a private registry nobody allowed
   */
  open(reference: string | Reference): Repository;
  /** Gives up running requests and closes idle connections, which end by themselves after ten seconds otherwise and keep no process alive. */
  close(): Promise<void>;
}

/**
 * Registries over http(s) and image layouts behind one interface.
 *
 * @example
 * ```ts
 * import { createOci } from '@securosys/oci';
 * const oci = createOci({ credentials: async (host) => (host === 'registry.example' ? { username: 'ci', password: '…' } : undefined) });
 * const image = await oci.open('registry.example/app:1.4').resolve();
 * console.log(image.reference);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for unknown options
 */
export function createOci(options: OciOptions = {}): Oci {
  const settings = settingsOf(options);
  const registries = lazyRegistries(settings);
  return {
    close: settings.close,
    open(reference) {
      const parsed = checkedReference(reference);
      if (parsed.kind === 'layout') return new LayoutRepository(parsed, settings);
      return registries(parsed);
    },
  };
}
