import { SignError } from '@securosys/core';
import { returnValues as rv } from '../cryptoki/return-values.js';
import type { LibraryInfo } from '../token/token-calls.js';
import type { Command, ResultOf } from '../worker/wire.js';
import { Channel } from './channel.js';
import { signError } from './errors.js';
import { lostWorker, type Outcome } from './outcome.js';
import type { SlotHost } from './slot-host.js';
import type { Timers } from './timers.js';
import type { StartWorker } from './worker-port.js';

/** Control workers that may be lost before the module counts as unusable: their threads still hang in it. */
const maxLost = 4;

/**
 * One module in this process: the worker that initialises it and makes all calls but those of the lanes. The worker stays when the last
 * token is closed, because the end of it would unload the library; it does not keep the process alive.
 */
export class ModuleHost {
  readonly file: string;
  /** Init string of the module. */
  parameters: string | undefined;
  /** Whether this process initialised the module: only then may it finalise it. */
  owned = false;
  /** Slots in use, by their identity. */
  readonly slots = new Map<string, SlotHost>();
  /** Tokens that are open on this module. */
  users = 0;
  /** Worker threads, of lanes too, that hang in a native call: the module must not be finalised under them. */
  hanging = 0;
  readonly #start: StartWorker;
  #channel: Channel | undefined;
  #starting: Promise<Channel> | undefined;
  #initialised = false;
  #initialising: Promise<void> | undefined;
  #epochs = 0;
  #holds = 0;
  #lost = 0;

  constructor(file: string, parameters: string | undefined, start: StartWorker) {
    this.file = file;
    this.parameters = parameters;
    this.#start = start;
  }

  /** Nothing of it is in use, and it is not initialised: another init string may be given. */
  get idle(): boolean {
    return this.users === 0 && !this.#initialised && !this.#initialising;
  }

  /** A number that no login of this module had before. */
  nextEpoch(): number {
    return ++this.#epochs;
  }

  /** The worker that would take a command now; session numbers are good for this one only. */
  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Keeps the process alive until {@link release} is called as often. */
  hold(): void {
    if (this.#holds++ === 0) this.#channel?.ref();
  }

  release(): void {
    if (--this.#holds === 0) this.#channel?.unref();
  }

  /** Starts the control worker and initialises the module, unless that is done. @throws SignError */
  async ready(timers: Timers, timeoutMs: number): Promise<void> {
    const channel = await this.#control(timers, timeoutMs);
    if (this.#initialised) return;
    this.#initialising ??= this.#initialise(channel, timers, timeoutMs).finally(() => {
      this.#initialising = undefined;
    });
    await this.#initialising;
  }

  /** The module says that it is not initialised: somebody has finalised it, or its worker is new. */
  forgetInitialisation(): void {
    this.#initialised = false;
  }

  /** One command in the control worker; one that takes longer than `timeoutMs` costs the worker. */
  async call<C extends Command>(command: C, timers: Timers, timeoutMs: number): Promise<Outcome<ResultOf<C>>> {
    // Somebody waits for the answer: a process that has nothing else to do must not end before it.
    this.hold();
    try {
      const channel = await this.#control(timers, timeoutMs);
      let overdue = false;
      const stop = timers.after(timeoutMs, () => {
        overdue = true;
        channel.fail(lostWorker('stuck'));
      });
      const outcome = await channel.call(command);
      if (!overdue) stop();
      return outcome;
    } finally {
      this.release();
    }
  }

  async library(timers: Timers, timeoutMs: number): Promise<LibraryInfo> {
    const outcome = await this.call({ op: 'libraryInfo' }, timers, timeoutMs);
    if (outcome.failure) throw signError(outcome.failure, { operation: 'libraryInfo' });
    return outcome.value;
  }

  /** `C_Finalize`: only when owned, and with nothing in flight in any worker. */
  async finalize(timers: Timers, timeoutMs: number): Promise<void> {
    const outcome = await this.call({ op: 'finalize' }, timers, timeoutMs);
    if (outcome.failure && outcome.failure.code !== rv.CKR_CRYPTOKI_NOT_INITIALIZED)
      throw signError(outcome.failure, { operation: 'finalize' });
    this.#initialised = false;
    this.owned = false;
  }

  async #initialise(channel: Channel, timers: Timers, timeoutMs: number): Promise<void> {
    const parameters = this.parameters;
    const outcome = await this.call({ op: 'initialize', ...(parameters === undefined ? {} : { parameters }) }, timers, timeoutMs);
    if (outcome.failure) throw signError(outcome.failure, { operation: 'initialize' });
    this.owned ||= outcome.value.owned;
    this.#initialised = !channel.lost;
  }

  #control(timers: Timers, timeoutMs: number): Promise<Channel> {
    if (this.#channel && !this.#channel.lost) return Promise.resolve(this.#channel);
    this.#starting ??= this.#begin(timers, timeoutMs).finally(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async #begin(timers: Timers, timeoutMs: number): Promise<Channel> {
    if (this.#lost >= maxLost)
      throw new SignError('ERR_UNAVAILABLE', 'the module hangs in several threads; restart this process', { retryable: false });
    const channel = new Channel(this.#start('control'), this.file);
    channel.onLost = (failure) => {
      const stuck = failure.worker === 'stuck';
      if (stuck) this.#lost++;
      if (stuck) this.hanging++;
      channel.unref();
      // It is let go when the call returns; until then nobody can end it.
      channel.onLate = () => {
        channel.onLate = () => undefined;
        if (stuck) this.#lost--;
        if (stuck) this.hanging--;
        channel.end();
      };
      // The module is initialised for the process, not for the worker: C_Initialize is called again to be sure, and says so.
      this.#initialised = false;
      for (const slot of this.slots.values()) slot.controlLost();
    };
    // Referenced until it has greeted: whoever needs it waits for that. A library may do anything while it is loaded.
    const stop = timers.after(timeoutMs, () => channel.fail(lostWorker('stuck')));
    try {
      await channel.ready;
    } catch (error) {
      // One that hangs ends by itself when it comes out, and is counted until then.
      if (!channel.lost) channel.end();
      throw error;
    } finally {
      stop();
    }
    this.#channel = channel;
    if (this.#holds > 0) channel.ref();
    else channel.unref();
    return channel;
  }
}
