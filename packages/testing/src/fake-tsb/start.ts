import { startTsbEmulator, type TsbEmulator, type TsbEmulatorOptions } from '@securosys/tsb-emulator';
import type { TestClock } from '../clock.js';
import { createRunningClock } from '../running-clock.js';
import { type TestTsb, withTestMembers } from './create.js';

/** Options of {@link startFakeTsb}: those of the emulator on a port. */
export interface StartedTsbOptions extends Omit<TsbEmulatorOptions, 'clock'> {
  /** Default: {@link createRunningClock}, because other processes have clocks of their own. */
  clock?: TestClock;
}

/** A TSB for tests on a port of this machine. */
export interface StartedTsb extends Omit<TestTsb, 'handlers'>, Pick<TsbEmulator, 'tls'> {}

/**
 * {@link createFakeTsb} on a loopback port, for code in other processes or languages. Faults of the network reset real connections.
 *
 * @throws SignError as `startTsbEmulator`
 * @example
 * ```ts
 * import { startFakeTsb } from '@securosys/testing';
 * const tsb = await startFakeTsb();
 * await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 1, of: ['CISO'] } });
 * console.log(tsb.url, tsb.token);
 * await tsb.close();
 * ```
 */
export async function startFakeTsb(options: StartedTsbOptions = {}): Promise<StartedTsb> {
  const { clock = createRunningClock() } = options;
  const { tsb, tls, close } = await startTsbEmulator({ ...options, clock });
  return Object.assign(withTestMembers(tsb, clock), { tls, close, [Symbol.asyncDispose]: close });
}
