import { invalidArgument } from '@securosys/core';

/** Version of this package, held to `package.json` by a test. */
export const version = '0.1.0';
/** What the signing agent says when the caller says nothing. */
export const defaultSigningAgent = `securosys-sign/${version}`;

/** What is added to the signing agent of a key that an emulator holds (S34). */
export const emulatedAgent = ' emulated/1';

/**
 * A signing agent that is safe to write: printable ASCII, 1 to 256 characters.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkSigningAgent(agent: string): string {
  return typeof agent === 'string' && /^[\x20-\x7e]{1,256}$/.test(agent)
    ? agent
    : invalidArgument('the signing agent is not 1 to 256 characters of printable ASCII');
}
