import { createRequire } from 'node:module';
import { runRequest } from '../src/worker/executor.js';
import { createNative, type Native } from '../src/worker/native.js';
import type { Command, Failure, ResultOf } from '../src/worker/wire.js';

/** Absolute path of pkcs11js, or `undefined` where it is not installed or was not compiled. */
export const addonPath: string | undefined = (() => {
  const require = createRequire(import.meta.url);
  try {
    require('pkcs11js');
    return require.resolve('pkcs11js');
  } catch {
    return undefined;
  }
})();

/** The worker's half on this thread, over a module. The library stays loaded for as long as the process lives. */
export function nativeOn(module: string): Native {
  if (!addonPath) throw new Error('pkcs11js is not installed');
  const { PKCS11 } = createRequire(import.meta.url)(addonPath) as typeof import('pkcs11js');
  const p11 = new PKCS11();
  p11.load(module);
  kept.push(p11);
  return createNative(p11);
}

/** A module is unloaded when its object is collected. */
const kept: unknown[] = [];

/** The value of a command; a failure fails the test. */
export function run<C extends Command>(native: Native, command: C): ResultOf<C> {
  const answer = runRequest(native, { id: 1, command });
  if ('failure' in answer) throw new Error(`${command.op} failed: ${JSON.stringify(answer.failure)}`);
  return answer.value as ResultOf<C>;
}

/** The failure of a command; a value fails the test. */
export function failureOf(native: Native, command: Command): Failure {
  const answer = runRequest(native, { id: 1, command });
  if ('failure' in answer) return answer.failure;
  throw new Error(`${command.op} did not fail`);
}
