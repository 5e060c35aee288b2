import { type Fetch, knownOptions, systemClock } from '@securosys/core';
import { createPartition } from './create-partition.js';
import { type FakePartition, fakePartition } from './fake-partition.js';
import type { Fault } from './faults/fault.js';
import { Faults } from './faults.js';
import { type Answer, toResponse } from './http/answer.js';
import { Gate } from './http/auth.js';
import { handleIncoming, type Port } from './http/handle.js';
import { type Incoming, incomingOf } from './http/incoming.js';
import { readRequestSigners } from './http/request-signature.js';
import { type FakeTsbOptions, fakeTsbOptionNames } from './options.js';
import { refuseProduction } from './production-guard.js';
import { advance } from './requests/lifecycle.js';
import { type Journal, memoryJournal } from './store/journal.js';
import { readTenants } from './tenants.js';

/**
 * An emulated TSB in this process. Its keys are software keys: never for production. The members of a partition are those of the
 * first one.
 */
export interface FakeTsb extends FakePartition {
  /** The whole REST API as a web-standard handler. Rejects only when a {@link Fault} of the network hits. */
  handle(request: Request): Promise<Response>;
  /** The same as a `fetch`, to be handed to a client. */
  readonly fetch: Fetch;
  readonly url: string;
  /** All partitions, in the order of the option. */
  readonly partitions: readonly FakePartition[];
  /** The timer of the broker: executes what is due, ends what ran out (`tsb-rest-api.md` §4.4). */
  tick(): Promise<void>;
  /** Ways to misbehave, in process only. */
  readonly faults: { add(fault: Fault): void; clear(): void };
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Like a network: an abort ends the caller's waiting while the broker goes on. */
function fetchOf(handle: FakeTsb['handle']): Fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    return Promise.race([handle(request), aborted]);
  };
}

/** An emulator, and what its port needs of it. */
export interface HostedFakeTsb {
  readonly tsb: FakeTsb;
  /** `handle` without web-standard requests and responses. */
  exchange(incoming: Incoming): Promise<Answer>;
}

/** The emulator with the `Host` values it answers to; the server adds its own when it knows its port. */
export function createHostedFakeTsb(
  options: FakeTsbOptions,
  hosts: Set<string>,
  journal: Journal = memoryJournal,
): HostedFakeTsb {
  refuseProduction(options, process.env.NODE_ENV);
  const url = options.url ?? 'https://tsb.emulated.invalid';
  const tenants = readTenants(options);
  const partitions = tenants.map(({ name }) => createPartition(name, options, journal));
  const tokens = tenants.flatMap(({ token }) => token ?? []);
  const gate = new Gate(tokens, options.apiKeys ?? {});
  const fakes = partitions.map((partition, i) => fakePartition(partition, () => gate.tokens[i] ?? ''));
  const faults = new Faults(options.clock ?? systemClock, gate);
  const port: Port = {
    partitions,
    gate,
    faults,
    requestSigners: readRequestSigners(options.allowedRequestSigners),
    hosts,
    maxBodyBytes: options.maxBodyBytes ?? 4 * 1024 * 1024,
  };
  let closed = false;
  const exchange = async (incoming: Incoming) => {
    if (closed) throw new TypeError('fetch failed', { cause: new Error('the emulator is closed') });
    return handleIncoming(port, incoming);
  };
  const handle = async (request: Request) => toResponse(await exchange(incomingOf(request)));
  const close = async () => {
    if (!closed) journal.close();
    closed = true;
  };
  const own: Omit<FakeTsb, keyof FakePartition> = {
    handle,
    fetch: fetchOf(handle),
    url,
    partitions: fakes,
    tick: async () => {
      for (const partition of partitions) {
        for (const request of partition.requests.all()) await advance(partition, request);
        partition.store.commit();
      }
    },
    faults: { add: (fault: Fault) => faults.add(fault), clear: () => faults.clear() },
    close,
    [Symbol.asyncDispose]: close,
  };
  // Getters stay getters: they show the moment at which they are read.
  const tsb = Object.defineProperties(own, Object.getOwnPropertyDescriptors(fakes[0] as FakePartition)) as FakeTsb;
  return { tsb, exchange };
}

/**
 * An emulated TSB without a port: hand `fetch` to a client, or `handle` to msw.
 *
 * @example
 * ```ts
 * import { createFakeTsb } from '@securosys/tsb-emulator';
 * const tsb = createFakeTsb();
 * await tsb.addKey({ label: 'release', spec: 'ec-p256' });
 * const answer = await tsb.fetch(`${tsb.url}/v1/key`, { headers: { authorization: `Bearer ${tsb.token}` } });
 * ```
 * @throws SignError `ERR_EMULATOR_REFUSED` when `NODE_ENV` is `production`, `ERR_INVALID_ARGUMENT`
 */
export function createFakeTsb(options: FakeTsbOptions = {}): FakeTsb {
  knownOptions('createFakeTsb', options, fakeTsbOptionNames);
  return createHostedFakeTsb(options, new Set([new URL(options.url ?? 'https://tsb.emulated.invalid').host])).tsb;
}
