import { type CallOptions, SignError } from '@securosys/core';
import type { LibraryInfo, TokenCalls, UseOptions } from '../token/token-calls.js';
import type { Counters } from './counters.js';
import type { Dispatcher } from './dispatcher.js';
import type { Emitter } from './emitter.js';
import type { Use } from './job.js';
import { leaveModule } from './leave-module.js';
import type { ModuleHost } from './module-host.js';
import type { TokenSettings } from './options-of.js';
import type { References } from './references.js';
import type { Registry } from './registry.js';
import { slotCall } from './slot-call.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';
import { controlOperations, resolver } from './token-operations.js';
import type { CloseTokenOptions, Token } from './token-options.js';

/** All that an open token is made of. */
export interface TokenParts {
  readonly module: ModuleHost;
  readonly registry: Registry;
  readonly slots: readonly SlotHost[];
  readonly user: SlotUser;
  readonly settings: TokenSettings;
  readonly references: References;
  readonly counters: Counters;
  readonly emitter: Emitter;
  readonly dispatcher: Dispatcher;
  readonly library: LibraryInfo;
}

const defaultDrainMs = 10_000;

export function tokenOver(parts: TokenParts): Token {
  const { slots, user, settings, references, counters, emitter, dispatcher, library } = parts;
  const slot = slots[0]!;
  let closing: Promise<void> | undefined;
  /** Uses with a PIN of their own follow one another: the PIN belongs to the operation that is active. */
  let turn: Promise<unknown> = Promise.resolve();

  const use = (what: Use, { contextPin, ...options }: UseOptions = {}): Promise<Uint8Array> => {
    if (!contextPin) return dispatcher.submit(what, options);
    const own = turn.then(async () => dispatcher.submit({ ...what, contextPin: await contextPin() }, options));
    turn = own.catch(() => undefined);
    return own;
  };
  const control = controlOperations({
    user,
    slot,
    references,
    readOnly: settings.readOnly,
    resolve: resolver(user, references),
  });
  const uses: Pick<TokenCalls, 'sign' | 'encrypt' | 'decrypt' | 'deriveSecret'> = {
    sign: (key, mechanism, data, bytes, options) => use({ operation: 'sign', key, mechanism, data, bytes }, options),
    encrypt: (key, mechanism, data, bytes, options) => use({ operation: 'encrypt', key, mechanism, data, bytes }, options),
    decrypt: (key, mechanism, data, bytes, options) => use({ operation: 'decrypt', key, mechanism, data, bytes }, options),
    deriveSecret: (key, mechanism, template, options) => use({ operation: 'deriveSecret', key, mechanism, template }, options),
  };
  return {
    get token() {
      return slot.info;
    },
    get epoch() {
      return slot.epoch;
    },
    library,
    on: emitter.on,
    foundAgain: (handle) => references.foundAgain(handle),
    ...uses,
    ...control,
    mechanisms: (options?: CallOptions) =>
      slotCall(user, slot, 'mechanisms', () => ({ op: 'mechanisms', slot: slot.info.slotId }) as const, options),
    metrics: () => ({
      ...counters,
      sessionReplacements: { ...counters.sessionReplacements },
      queued: dispatcher.waiting,
      running: dispatcher.running,
      lanes: dispatcher.pool.lanes.size,
      lostLanes: dispatcher.pool.hanging,
      operations: dispatcher.estimates.snapshot(),
    }),
    close({ drainMs = defaultDrainMs, finalize = false }: CloseTokenOptions = {}) {
      user.closed ??= new SignError('ERR_UNAVAILABLE', 'the token was closed', { retryable: false });
      closing ??= (async () => {
        // Nothing else keeps a process alive that waits for this, and it has to go on afterwards.
        parts.module.hold();
        try {
          await dispatcher.close(drainMs);
          user.leave();
          for (const each of slots) await each.leave(user);
          await leaveModule(parts.module, settings, finalize);
        } finally {
          parts.module.release();
        }
      })();
      return closing;
    },
  };
}
