import type { Endpoint, EndpointName, endpoints } from '@securosys/tsb-client/api';
import type { Partition } from '../partition.js';

type BodyOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer Body, infer _Answer> ? Body : never;
type AnswerOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer _Body, infer Answer> ? Answer : never;

/** One call that passed authentication, with its body parsed by the contract's strict side. */
export interface Call<Body = unknown> {
  /** Of the token; in multi-tenant mode the first one for calls that carry none. */
  readonly partition: Partition;
  /** All of them: approvers log in without a token, and what is asked of them may be in any (§1.2). */
  readonly partitions: readonly Partition[];
  readonly body: Body;
  /** The body as it came; approvers are shown these bytes. */
  readonly rawBody: Uint8Array;
  /** The file of a multipart call; empty for others. */
  readonly file: Uint8Array;
  /** Percent-decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

/**
 * Handlers by endpoint of the contract; an endpoint without one answers error 101.
 *
 * How to add an endpoint:
 * 1. The contract has its method, path, role and bodies (`endpoints` of `@securosys/tsb-client/api`). Authentication, licence,
 *    request signature, strict parsing and the check of the answer happen around the handler, from that entry.
 * 2. Write the handler in a file of this folder, as small as `sign.ts`, and spread it in `index.ts`. Refuse with `failure(code, …)`;
 *    everything that the reference leaves open goes to `inferred.ts`.
 * 3. An operation that a rule of the policy governs is described once as an `Operation` (`operate.ts`): `runNow` is its synchronous
 *    form, `submit` its asynchronous one. Its kind gets an executor in `executors/` (what the HSM does) and a line in
 *    `OperationInputs` (what it needs, as data). Executors compute first and change records in `apply` only.
 * 4. A new kind of record is one `store.collection({ name, idOf, encode, decode, limit })` in `create-partition.ts`, its shape
 *    written with `store/fields.ts`. Records are changed through `put`, `update` and `delete` only; what a handler changed is
 *    committed in one transaction before the call is answered. Changes that belong together have no `await` between them.
 */
export type Handlers = {
  readonly [N in EndpointName]?: (call: Call<BodyOf<N>>) => Promise<AnswerOf<N> | undefined> | AnswerOf<N> | undefined;
};
