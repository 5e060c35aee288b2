import type { Channel } from './channel.js';
import type { HostFailure, Outcome } from './outcome.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** A session of the control worker, good while that worker lives and the slot is not restored. */
interface Session {
  readonly channel: Channel;
  readonly number: number;
}

/** The sessions that the control worker has on a slot: the anchor, which keeps the login, and one of each kind for everything else. */
export class SlotSessions {
  readonly #slot: SlotHost;
  #anchor: Session | undefined;
  readonly #work = new Map<boolean, Session>();
  readonly #opening = new Map<boolean, Promise<Outcome<number>>>();

  constructor(slot: SlotHost) {
    this.#slot = slot;
  }

  get anchor(): number | undefined {
    return this.#anchor && this.#isGood(this.#anchor) ? this.#anchor.number : undefined;
  }

  async openAnchor(user: SlotUser): Promise<HostFailure | undefined> {
    if (this.anchor !== undefined) return undefined;
    const outcome = await this.#open(user, false);
    if (outcome.failure) return outcome.failure;
    const { channel } = this.#slot.module;
    if (channel) this.#anchor = { channel, number: outcome.value };
    return undefined;
  }

  /** A session for everything but login; opened at first use, once for all who ask for it meanwhile. */
  async forWork(user: SlotUser, readWrite: boolean): Promise<Outcome<number>> {
    const known = this.#work.get(readWrite);
    if (known && this.#isGood(known)) return { value: known.number };
    const opening = this.#opening.get(readWrite) ?? this.#openWork(user, readWrite);
    this.#opening.set(readWrite, opening);
    return opening;
  }

  async #openWork(user: SlotUser, readWrite: boolean): Promise<Outcome<number>> {
    try {
      const outcome = await this.#open(user, readWrite);
      const { channel } = this.#slot.module;
      if (!outcome.failure && channel) this.#work.set(readWrite, { channel, number: outcome.value });
      return outcome;
    } finally {
      this.#opening.delete(readWrite);
    }
  }

  /** That session failed, or is dead: the next one is a new one. */
  dropWork(user: SlotUser, readWrite: boolean): void {
    const session = this.#work.get(readWrite);
    this.#work.delete(readWrite);
    if (session) void this.#close(user, session);
  }

  /** Forgets all of them, and closes those that can be closed. */
  async close(user: SlotUser): Promise<void> {
    const sessions = [...this.#work.values(), ...(this.#anchor ? [this.#anchor] : [])];
    this.forget();
    for (const session of sessions) await this.#close(user, session);
  }

  /** The control worker is gone, and with it the numbers of its sessions. */
  forget(): void {
    this.#work.clear();
    this.#anchor = undefined;
  }

  #open(user: SlotUser, readWrite: boolean): Promise<Outcome<number>> {
    return this.#slot.call(user, { op: 'openSession', slot: this.#slot.info.slotId, readWrite });
  }

  async #close(user: SlotUser, session: Session): Promise<void> {
    // A session that cannot be closed is dead, or dies with its worker: either way it is not used any more.
    if (this.#isGood(session)) await this.#slot.call(user, { op: 'closeSession', session: session.number });
  }

  #isGood({ channel }: Session): boolean {
    return channel === this.#slot.module.channel && !channel.lost;
  }
}
