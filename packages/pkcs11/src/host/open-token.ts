import { SignError, sanitizeText } from '@securosys/core';
import type { TokenInfo } from '../token/token-calls.js';
import type { SlotsRead } from '../worker/wire.js';
import { newCounters } from './counters.js';
import { Dispatcher } from './dispatcher.js';
import { Emitter } from './emitter.js';
import { signError } from './errors.js';
import { ModuleHost } from './module-host.js';
import { settingsOf } from './options-of.js';
import { References } from './references.js';
import { moduleOf, processRegistry, type Registry } from './registry.js';
import { SlotHost } from './slot-host.js';
import { threadStarter } from './start-worker.js';
import { tokenOver } from './token.js';
import { resolver } from './token-operations.js';
import type { OpenTokenOptions, Token } from './token-options.js';
import { slotUser } from './token-user.js';
import type { StartWorker } from './worker-port.js';

const foreignInitialisation =
  'the PKCS#11 module was initialised by other code in this process, which may not have asked it for locking; it is never finalised here';

/** For tests: another way to start workers, and a registry of their own. */
export interface OpenTokenInternals {
  readonly start?: StartWorker;
  readonly registry?: Registry;
  /** The real path of a file. */
  readonly realpath?: (path: string) => Promise<string>;
}

/**
 * Loads a module, initialises it unless this process has done so, reads its tokens and lets `select` choose. Nothing is logged in until a
 * call needs it.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a path that is not absolute or no PKCS#11 library, `ERR_CAPABILITY_MISSING` without
 * pkcs11js, `ERR_CONFLICT` for a second init string, what `select` throws, and those of `C_Initialize`, `C_GetSlotList` and, where a token that cannot be read may be the wanted one,
 * `C_GetTokenInfo`
 */
export async function openToken(options: OpenTokenOptions, internals: OpenTokenInternals = {}): Promise<Token> {
  const settings = settingsOf(options);
  const { timers, operationTimeoutMs } = settings;
  const file = await realFile(options.module, internals.realpath);
  const start = internals.start ?? (await threadStarter({ addon: options.pkcs11js, module: file }));
  const registry = internals.registry ?? processRegistry();
  const module = moduleOf(
    registry,
    file,
    options.libraryParameters,
    () => new ModuleHost(file, options.libraryParameters, start),
  );
  const emitter = new Emitter(settings.logger);
  const counters = newCounters();
  module.users++;
  module.hold();
  try {
    await module.ready(timers, operationTimeoutMs);
    const library = await module.library(timers, operationTimeoutMs);
    const tokens = await module.call({ op: 'slots' }, timers, operationTimeoutMs);
    if (tokens.failure) throw signError(tokens.failure, { operation: 'slots' });
    const chosen = choose(options, tokens.value, library);
    const [first] = chosen;
    if (!first) throw new SignError('ERR_NOT_FOUND', 'no token was chosen');
    const slots = chosen.map((info) => slotOf(module, info));
    const references = new References();
    const user = slotUser(settings, emitter, counters, () => watcher);
    const resolve = resolver(user, references);
    const dispatcher = new Dispatcher({ user, slots, settings, references, counters, start, resolve });
    const watcher = {
      slotLost: (slot: SlotHost) => dispatcher.pool.abandon(slot),
      slotReady: () => dispatcher.pump(),
      slotFailed: (error: unknown) => dispatcher.unreachable(error),
      idle: (slot: SlotHost) => dispatcher.pool.idle(slot),
      get quiet() {
        return dispatcher.quiet;
      },
    };
    for (const slot of slots) slot.users.add(user);
    // Told when the caller has had time to listen.
    if (!module.owned) timers.after(0, () => emitter.emit('warning', { message: foreignInitialisation }));
    return tokenOver({ module, registry, slots, user, settings, references, counters, emitter, dispatcher, library });
  } catch (error) {
    module.users--;
    throw error;
  } finally {
    module.release();
  }
}

/** Where no token matches and one could not be read, that one may be it: then the module's failure is told, and no absence. */
function choose(
  { select }: OpenTokenOptions,
  { tokens, unreadable }: SlotsRead,
  library: Parameters<OpenTokenOptions['select']>[1],
): readonly TokenInfo[] {
  try {
    return select(tokens, library);
  } catch (error) {
    if (!unreadable || !SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    const { code, message, details, retryable } = signError(unreadable, { operation: 'slots' });
    throw new SignError(code, `${message}; among the others, ${error.message}`, {
      cause: error,
      retryable,
      details: { ...error.details, ...details },
    });
  }
}

/** One host for each slot, however many tokens are opened on it. */
function slotOf(module: ModuleHost, info: TokenInfo): SlotHost {
  const key = [...info.slotId, info.serial, info.label].join('\0');
  const known = module.slots.get(key);
  if (known) return known;
  const made = new SlotHost(module, info);
  module.slots.set(key, made);
  return made;
}

async function realFile(path: string, realpath = (file: string) => process.getBuiltinModule('node:fs/promises').realpath(file)) {
  if (!process.getBuiltinModule('node:path').isAbsolute(path))
    throw new SignError('ERR_INVALID_ARGUMENT', `'${sanitizeText(path, 200)}': the path of a PKCS#11 module is absolute`);
  try {
    return await realpath(path);
  } catch (cause) {
    throw new SignError('ERR_INVALID_ARGUMENT', `there is no PKCS#11 module '${sanitizeText(path, 200)}'`, { cause });
  }
}
