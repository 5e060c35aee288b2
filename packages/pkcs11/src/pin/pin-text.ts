import { SignError, utf8Text } from '@securosys/core';

const maxLength = 4096;

/**
 * What a source gave, as a PIN. Nothing of it is in an error, not even where it is wrong.
 * @throws SignError `ERR_AUTHENTICATION` for none, and for what no PIN can be
 */
export function pinText(given: unknown, source: string): string {
  const refuse = (what: string): never => {
    throw new SignError('ERR_AUTHENTICATION', `the PIN of ${source} ${what}`);
  };
  let pin: unknown = given;
  if (given instanceof Uint8Array)
    try {
      pin = utf8Text(given, 'PIN');
    } catch {
      // The decoder's error could say where.
      refuse('is not UTF-8');
    }
  if (typeof pin !== 'string') return refuse('is neither a text nor bytes');
  if (pin === '') refuse('is empty');
  if (pin.length > maxLength) refuse(`is longer than ${maxLength} characters`);
  // The native layer reads up to the first NUL: it would try another PIN than the one that was given.
  if (pin.includes('\0')) refuse('holds a NUL');
  return pin;
}
