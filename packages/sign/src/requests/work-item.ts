import type { CallOptions, JsonObject, RequestBatch } from '@securosys/core';
import type { Oci } from '@securosys/oci';
import type { Placed } from './index-order.js';
import type { ItemProblem } from './item-status.js';
import type { CompleteOptions } from './request-state.js';
import type { CompletedItem, RequestItem } from './request-types.js';

/**
 * One item of a signing request, as the request drives it. Steps that fail leave the item as it was, and say so by an error; what they find
 * out is in {@link WorkItem.view}.
 */
export interface WorkItem {
  readonly id: string;
  /** Of its preparation. */
  readonly nonce: string;
  /** What it came to, once that is known. */
  readonly done: CompletedItem | undefined;
  /** How it came to nothing: it is asked for again by preparing it anew only. */
  readonly ended: ItemProblem | undefined;
  /** Repositories that are written to when it is published. */
  readonly repositories: readonly string[];
  /** Repositories that a key opens something of when it is published, beside those. */
  readonly opened?: readonly string[];
  /** Which manifest it is about, if it is published beside one. */
  readonly place?: Placed;
  /** SHA-256 of what the key is asked for, hex. */
  readonly payloads: readonly string[];
  /** Whether people had time since anything was judged. */
  readonly waited: boolean;
  view(): RequestItem;
  /** Keeps what went wrong, for {@link WorkItem.view}; `undefined`: nothing did. */
  note(problem: ItemProblem | undefined): void;
  /** Says which requests are decided on together. */
  bind(batch: RequestBatch): void;
  /** Lets the guards judge; asks nobody. */
  judge(call: CallOptions): Promise<void>;
  /** Writes what a later run needs. */
  file(call: CallOptions): Promise<void>;
  /** Asks for the use of the key, or finds what was asked. */
  submit(call: CallOptions): Promise<void>;
  /** One look, of which nobody notices anything. */
  look(call: CallOptions): Promise<void>;
  /** Waits until everything that it needs is signed. */
  wait(options: CompleteOptions): Promise<void>;
  /** Another run may have published: it is looked for what came of that. */
  suspect(): void;
  /** All of publishing that nobody outside notices. */
  make(call: CallOptions): Promise<void>;
  /** Publishes what was made, and notes that for a later run. */
  give(call: CallOptions): Promise<void>;
  /** What another run has published, after its record is gone. */
  recover(call: CallOptions): Promise<void>;
  /** Notes for a later run how it came to nothing. */
  end(problem: ItemProblem): Promise<void>;
  /** Forgets it, and what the store knows of the uses of the key: nobody needs them any more. */
  forget(call: CallOptions): Promise<void>;
  /** Withdraws what people still decide on, and forgets it. */
  withdraw(call: CallOptions): Promise<void>;
  /** The same prepared anew, for what its tag names now. */
  renew(oci: Oci, call: CallOptions): Promise<WorkItem>;
  /** What a request file holds of it. */
  toJSON(): JsonObject;
}
