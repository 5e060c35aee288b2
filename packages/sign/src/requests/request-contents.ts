import type { CallOptions, Clock, PendingStore } from '@securosys/core';
import type { RequestRegister } from './request-register.js';
import type { SigningRequest } from './request-types.js';
import type { WorkItem } from './work-item.js';

/** What a request consists of. */
export interface RequestContents {
  readonly register: RequestRegister;
  readonly items: readonly WorkItem[];
  readonly store: PendingStore;
  readonly clock: Clock;
  /** Where may be published; `undefined`: everywhere. */
  readonly targets: readonly string[] | undefined;
  /** Prepares anew what came to nothing. */
  again(call: CallOptions): Promise<SigningRequest>;
}
