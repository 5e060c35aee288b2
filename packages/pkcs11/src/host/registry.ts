import { SignError, sanitizeText } from '@securosys/core';
import type { ModuleHost } from './module-host.js';

/**
 * All modules that this process uses, by the real path of their file. A module has one state for the whole process, whoever loaded it, so
 * there is one registry for all copies of this package (`pkcs11.md` §5.3).
 */
export interface Registry {
  readonly pid: number;
  readonly modules: Map<string, ModuleHost>;
}

const place = Symbol.for('@securosys/pkcs11.registry.v1');

/**
 * The registry of this process.
 * @throws SignError `ERR_UNAVAILABLE` in a process that was forked from one which had initialised a module: its state is not ours
 */
export function processRegistry(): Registry {
  const home = globalThis as { [place]?: Registry };
  home[place] ??= { pid: process.pid, modules: new Map() };
  const registry = home[place];
  if (registry.pid !== process.pid)
    throw new SignError('ERR_UNAVAILABLE', 'this process was forked from one that used PKCS#11; start it anew', {
      retryable: false,
    });
  return registry;
}

/**
 * The host of a module, made when nobody uses the module yet.
 * @throws SignError `ERR_CONFLICT` when the module was initialised with another init string: it reads only the first
 */
export function moduleOf(registry: Registry, file: string, parameters: string | undefined, make: () => ModuleHost): ModuleHost {
  const known = registry.modules.get(file);
  // One that never got a worker is of no use to anybody: its addon may have been another one.
  if (!known || (known.idle && !known.channel)) {
    const made = make();
    registry.modules.set(file, made);
    return made;
  }
  if (known.parameters === parameters) return known;
  if (known.idle) {
    known.parameters = parameters;
    return known;
  }
  throw new SignError(
    'ERR_CONFLICT',
    `'${sanitizeText(file, 200)}' is in use in this process with another libraryParameters: a module is initialised once`,
    { retryable: false },
  );
}
