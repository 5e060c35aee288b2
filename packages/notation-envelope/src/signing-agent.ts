import { invalidArgument } from '@securosys/core';

/** Version of this package, held to `package.json` by a test. */
export const version = '0.1.0';
/** What the signing agent says when the caller says nothing. */
export const defaultSigningAgent = `securosys-sign/${version}`;

/**
 * A signing agent that is safe to write: printable ASCII, 1 to 256 characters.
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function checkSigningAgent(agent: string): string {
  return /^[\x20-\x7e]{1,256}$/.test(agent)
    ? agent
    : invalidArgument('the signing agent is not 1 to 256 characters of printable ASCII');
}
