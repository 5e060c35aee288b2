import { sessionStates } from '../cryptoki/flags.js';
import type { TokenInfo } from '../token/token-calls.js';
import type { Command, ResultOf } from '../worker/wire.js';
import { KeepAlive } from './keep-alive.js';
import { logIn } from './log-in.js';
import type { ModuleHost } from './module-host.js';
import type { HostFailure, Outcome } from './outcome.js';
import { restore } from './restore.js';
import { SingleFlight } from './single-flight.js';
import { SlotSessions } from './slot-sessions.js';
import type { SlotUser } from './slot-user.js';

/** Device errors in a row after which the token is looked for anew. */
const maxDeviceErrors = 3;
/** Not more often than this: one key that the device fails on must not log all others out again and again. */
const deviceResetMs = 10_000;

/**
 * One slot of a module in this process: the session that keeps the login (the anchor), the login itself, and its way back after a loss.
 * Shared by all open tokens on it, because the module has one login state for the process.
 */
export class SlotHost {
  readonly module: ModuleHost;
  readonly users = new Set<SlotUser>();
  readonly sessions = new SlotSessions(this);
  /** As it was read last; the slot's id may change when a token comes back. */
  info: TokenInfo;
  /** Login epoch: object handles of another one are not used. 0 before the first login. */
  epoch = 0;
  /** Counts how often the slot was opened: sessions from before are not used. */
  generation = 0;
  #ready = false;
  readonly #flight = new SingleFlight(this);
  #deviceErrors = 0;
  #reset = Number.NEGATIVE_INFINITY;
  readonly #keepAlive = new KeepAlive(this);

  constructor(module: ModuleHost, info: TokenInfo) {
    this.module = module;
    this.info = info;
  }

  /** Logged in, with nothing known to be wrong. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** A login or a restoration is under way. */
  get isBusy(): boolean {
    return this.#flight.isUnderWay;
  }

  /** Opens the slot and logs in, or waits until somebody else has. @throws SignError */
  async ready(user: SlotUser): Promise<void> {
    if (this.#ready) return;
    const isReady = () => this.#ready;
    await this.#flight.fly(user, isReady, () => restore(this, user, undefined));
  }

  /**
   * The token is lost (level 2), or the module has to be initialised anew (level 3). Does nothing when the slot was opened since
   * `generation`: then the failure was of a session from before.
   */
  async recover(user: SlotUser, generation: number, failure: HostFailure): Promise<void> {
    const opened = () => this.generation !== generation && this.#ready;
    await this.#flight.fly(user, opened, () => restore(this, user, failure));
  }

  /** Somebody logged the token out: logs in again on the anchor. */
  async logInAgain(user: SlotUser, epoch: number, failure: HostFailure): Promise<void> {
    const loggedIn = () => this.epoch !== epoch && this.#ready;
    await this.#flight.fly(user, loggedIn, async () => {
      this.#ready = false;
      const again = await logIn(this, user);
      if (again) return restore(this, user, failure);
      this.opened(user, false);
    });
  }

  /** One command on this slot, in the control worker. */
  call<C extends Command>(user: SlotUser, command: C, factor = 1): Promise<Outcome<ResultOf<C>>> {
    return this.module.call(command, user.timers, user.operationTimeoutMs * factor);
  }

  /** Whether the token wants a login and has none, by its own word. */
  async isLoggedOut(user: SlotUser): Promise<boolean> {
    const session = this.sessions.anchor;
    if (session === undefined || !user.pin.required(this.info)) return false;
    const outcome = await this.call(user, { op: 'sessionInfo', session });
    return (
      !outcome.failure && (outcome.value.state === sessionStates.RO_PUBLIC || outcome.value.state === sessionStates.RW_PUBLIC)
    );
  }

  /** Counts failures of the device; true when there were too many in a row, and that is not how it was opened just now. */
  deviceFailed(now: number): boolean {
    if (++this.#deviceErrors < maxDeviceErrors || now - this.#reset < deviceResetMs) return false;
    this.#reset = now;
    return true;
  }

  worked(): void {
    this.#deviceErrors = 0;
  }

  /** The control worker is gone, and with it the numbers of its sessions. */
  controlLost(): void {
    this.sessions.forget();
    this.#ready = false;
  }

  // What follows is for `restore` and `logIn` only.

  /** Stops all use of the slot and closes the sessions of this process on it; none of others. */
  async abandon(user: SlotUser): Promise<void> {
    this.#ready = false;
    this.#keepAlive.stop();
    for (const each of this.users) each.slotLost(this);
    await this.sessions.close(user);
  }

  /** The slot is open and logged in; with `anew` so are sessions from before void. */
  opened(user: SlotUser, anew: boolean): void {
    this.epoch = this.module.nextEpoch();
    if (anew) this.generation++;
    this.#deviceErrors = 0;
    this.#ready = this.sessions.anchor !== undefined;
    this.#keepAlive.start(user);
    for (const each of this.users) each.slotReady(this);
  }

  /** The last user leaves: own sessions are closed, and with them the login ends unless others have sessions. */
  async leave(user: SlotUser): Promise<void> {
    this.users.delete(user);
    if (this.users.size > 0) {
      const [next] = this.users;
      if (next && this.#ready) this.#keepAlive.start(next);
      return;
    }
    await this.#flight.ended();
    if (this.users.size === 0) await this.abandon(user);
  }
}
