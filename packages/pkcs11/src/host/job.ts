import type { Mechanism } from '../token/mechanism.js';
import type { Template } from '../token/template.js';
import type { ObjectHandle } from '../token/token-calls.js';
import type { Command, DeriveCommand, Results, UseCommand } from '../worker/wire.js';
import type { Sink } from './channel.js';
import type { Cure } from './cures.js';
import type { Estimate } from './estimate.js';
import type { Lane } from './lane.js';
import type { Outcome } from './outcome.js';

/** One use of a key that a lane makes. */
export interface Use {
  readonly operation: UseCommand['op'] | DeriveCommand['op'];
  readonly key: ObjectHandle;
  readonly mechanism: Mechanism;
  readonly data?: Uint8Array;
  readonly bytes?: number;
  readonly template?: Template;
  readonly contextPin?: string;
}

/** Who is told what became of a job in a lane. */
export interface JobHost {
  settled(job: Job, lane: Lane, outcome: Outcome<Results[Command['op']]>): void;
}

/** A use of a key on its way: waiting, in a lane, waiting again after a failure that can be cured, done. */
export class Job implements Sink {
  readonly use: Use;
  readonly estimate: Estimate;
  /** The caller has its result or error; whatever else comes is dropped. */
  done = false;
  /** It is in the queue. */
  queued = false;
  /** It is in a lane, done or not. */
  lane: Lane | undefined;
  /** What its lane was told that it will take, in milliseconds. */
  cost = 0;
  /** Login epoch and opening of the slot when it was sent. */
  epoch = 0;
  generation = 0;
  /** Cures that were tried, each at most once; `room` some more times. */
  tried: Set<Cure> | undefined;
  patience = 0;
  readonly #host: JobHost;
  readonly resolve: (value: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;

  constructor(
    host: JobHost,
    use: Use,
    estimate: Estimate,
    resolve: (value: Uint8Array) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#host = host;
    this.use = use;
    this.estimate = estimate;
    this.resolve = resolve;
    this.reject = reject;
  }

  settle(outcome: Outcome<Results[Command['op']]>): void {
    const { lane } = this;
    this.lane = undefined;
    if (lane) this.#host.settled(this, lane, outcome);
  }

  /** The command on a session, with the key as that session knows it. */
  command(session: number, key: Uint8Array): Command {
    const { operation, mechanism, data, bytes, template, contextPin } = this.use;
    if (operation === 'deriveSecret') return { op: operation, session, key, mechanism, template: template ?? [] };
    const command = { op: operation, session, key, mechanism, data: data ?? new Uint8Array(0), bytes: bytes ?? 0 };
    return contextPin === undefined ? command : { ...command, contextPin };
  }
}
