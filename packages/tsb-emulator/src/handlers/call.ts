import type { Endpoint, EndpointName, endpoints } from '@securosys/tsb-client/api';
import type { Partition } from '../partition.js';

type BodyOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer Body, infer _Answer> ? Body : never;
type AnswerOf<N extends EndpointName> = (typeof endpoints)[N] extends Endpoint<infer _Body, infer Answer> ? Answer : never;

/** One call that passed authentication, with its body parsed by the contract's strict side. */
export interface Call<Body = unknown> {
  readonly partition: Partition;
  readonly body: Body;
  /** The body as it came; approvers are shown these bytes. */
  readonly rawBody: Uint8Array;
  /** Percent-decoded parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

/** Handlers by endpoint of the contract; an endpoint without one answers error 101. */
export type Handlers = {
  readonly [N in EndpointName]?: (call: Call<BodyOf<N>>) => Promise<AnswerOf<N> | undefined> | AnswerOf<N> | undefined;
};
