import { invalidArgument } from '@securosys/core';
import { createFakeTsb as createEmulated, type FakeTsb, type FakeTsbOptions } from '@securosys/tsb-emulator';
import { createTestClock, type TestClock } from '../clock.js';
import { type MswHttp, mswHandlers } from '../msw.js';
import { type TestPartition, withNames } from './named-partition.js';
import { createPeople } from './people.js';
import { followClock } from './timer.js';

/** Options of {@link createFakeTsb}: those of the emulator, and more. */
export interface TestTsbOptions<H = never> extends Omit<FakeTsbOptions, 'clock'> {
  /**
   * Default: a clock that starts now and then moves only when a test moves it or somebody sleeps on it, so that approvals of three
   * days test in milliseconds. Hand it to the code under test as well.
   */
  clock?: TestClock;
  /** `http` of msw 2, for `handlers`. */
  http?: MswHttp<H>;
}

/** A TSB for tests: real keys, real signatures, real rules, in this process. */
export interface TestTsb<H = never>
  extends TestPartition,
    Pick<FakeTsb, 'handle' | 'fetch' | 'url' | 'tick' | 'faults' | 'close' | typeof Symbol.asyncDispose> {
  readonly partitions: readonly TestPartition[];
  /** The time of the broker and of its HSM. Its timer follows: what is due is executed when time moves. */
  readonly clock: TestClock;
  /**
   * Handlers for `setupServer` of msw that answer as this TSB at `url` (default: its own).
   * @throws SignError `ERR_INVALID_ARGUMENT` when the option `http` was not given
   */
  handlers(url?: string): H[];
}

/** An emulated TSB with named approvers. */
export function withTestMembers<T extends FakeTsb>(tsb: T, clock: TestClock) {
  const people = createPeople();
  followClock(clock, () => tsb.tick());
  const partitions = tsb.partitions.map((partition) => withNames(partition, people));
  return Object.assign(withNames(tsb, people), { clock, partitions });
}

/**
 * A TSB to test against, without a port, an HSM or a broker: the emulator of `@securosys/tsb-emulator` with named approvers, a clock
 * that a test moves, and handlers for msw.
 *
 * @throws SignError `ERR_EMULATOR_REFUSED` when `NODE_ENV` is `production`, `ERR_INVALID_ARGUMENT`
 * @example
 * ```ts
 * import { createFakeTsb } from '@securosys/testing';
 * import { http } from 'msw';
 * import { setupServer } from 'msw/node';
 *
 * const tsb = createFakeTsb({ http });
 * await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 2, of: ['CISO', 'Dev lead', 'Product'] } });
 * const server = setupServer(...tsb.handlers('https://tsb.example.org'));
 * server.listen();
 * // … the code under test asks for a signature, then:
 * for (const { id } of tsb.requests) {
 *   await tsb.approve(id, 'CISO');
 *   await tsb.approve(id, 'Product');
 * }
 * ```
 */
export function createFakeTsb<H = never>(options: TestTsbOptions<H> = {}): TestTsb<H> {
  const { http, clock = createTestClock(Date.now()), ...emulated } = options;
  if (http !== undefined && typeof http.all !== 'function') invalidArgument('createFakeTsb: http is not that of msw');
  if (typeof clock.onTick !== 'function') invalidArgument('createFakeTsb: clock is none that a test moves');
  const tsb = createEmulated({ ...emulated, clock });
  return Object.assign(withTestMembers(tsb, clock), {
    handlers: (url?: string) =>
      http ? mswHandlers(http, tsb, url) : invalidArgument('handlers needs createFakeTsb({ http }) with http of msw'),
  });
}
