import { SignError } from '@securosys/core';
import { sessionStates } from '../cryptoki/flags.js';
import { returnValues as rv } from '../cryptoki/return-values.js';
import type { HostFailure } from './outcome.js';
import type { SlotHost } from './slot-host.js';
import type { SlotUser } from './slot-user.js';

/** What a token says that was logged out behind our back. */
const loggedOut: HostFailure = {
  code: rv.CKR_USER_NOT_LOGGED_IN,
  name: 'CKR_USER_NOT_LOGGED_IN',
  method: 'C_GetSessionInfo',
};

/** HSMs and firewalls drop sessions that nobody uses: looks at the anchor of a slot now and then, with the clock of one of its users. */
export class KeepAlive {
  readonly #slot: SlotHost;
  #stop: () => void = () => undefined;

  constructor(slot: SlotHost) {
    this.#slot = slot;
  }

  start(user: SlotUser): void {
    this.stop();
    if (user.keepAliveMs <= 0) return;
    this.#stop = user.timers.after(user.keepAliveMs, () => void this.#look(user));
  }

  stop(): void {
    this.#stop();
  }

  async #look(user: SlotUser): Promise<void> {
    const slot = this.#slot;
    const { generation, epoch } = slot;
    const { anchor } = slot.sessions;
    if (!slot.isReady || anchor === undefined || !slot.users.has(user)) return;
    try {
      const outcome = await slot.call(user, { op: 'sessionInfo', session: anchor });
      if (outcome.failure) await slot.recover(user, generation, outcome.failure);
      else if (outcome.value.state === sessionStates.RO_PUBLIC && user.pin.required(slot.info))
        await slot.logInAgain(user, epoch, loggedOut);
      if (slot.isReady) this.start(user);
    } catch (error) {
      // Nobody called: the users were told by an event, and the next call tries again.
      user.emit('warning', { message: `keep-alive: ${SignError.is(error) ? error.message : 'failed'}` });
    }
  }
}
