import type { ModuleHost } from './module-host.js';
import type { TokenSettings } from './options-of.js';

/**
 * One token less on a module. The module stays initialised, and its worker stays: ending them is the business of whoever asks for it, and
 * crashes where somebody else still uses the module (`pkcs11.md` §5.3).
 */
export async function leaveModule(module: ModuleHost, settings: TokenSettings, finalize: boolean): Promise<void> {
  module.users--;
  if (!finalize || module.users > 0) return;
  if (!module.owned || module.hanging > 0) {
    settings.logger?.warn('the PKCS#11 module is not finalised', {
      why: module.owned ? 'a thread hangs in it' : 'other code initialised it',
    });
    return;
  }
  await module.finalize(settings.timers, settings.operationTimeoutMs);
}
