import type { KeyBackend } from '@securosys/core';
import type { KeyProviderContext, KeyProviderPlugin } from '../provider/key-provider.js';

/** The backend as a call sees it: closing is the service's business. */
function borrowed(backend: KeyBackend): KeyBackend {
  return new Proxy(backend, {
    get(target, name) {
      if (name === 'close') return async () => undefined;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A plugin whose backend is opened once, for all calls of a service. One that could not be opened is tried again by the next call. */
export function residentPlugin(plugin: KeyProviderPlugin): { readonly plugin: KeyProviderPlugin; close(): Promise<void> } {
  let opened: Promise<KeyBackend> | undefined;
  async function open(context: KeyProviderContext): Promise<KeyBackend> {
    // The first call may end before the backend does.
    const { signal: _, ...rest } = context;
    opened ??= Promise.resolve(plugin.open(rest)).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return borrowed(await opened);
  }
  return {
    plugin: Object.create(plugin, { open: { value: open } }) as KeyProviderPlugin,
    async close() {
      const backend = await opened?.catch(() => undefined);
      await backend?.close();
    },
  };
}
