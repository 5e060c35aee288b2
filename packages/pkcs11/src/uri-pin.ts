import { fileURLToPath } from 'node:url';
import { invalidArgument, type Logger } from '@securosys/core';
import type { PinSource } from './pin/pin-source.js';
import type { Pkcs11Uri } from './uri/attributes.js';

/** `file:/path`, `file:///path` or an absolute path (RFC 7512 §2.4). Never a command: nothing is executed to get a PIN. */
function fileOf(source: string): string {
  if (/^file:\/[^/]/.test(source)) return source.slice('file:'.length);
  if (!/^file:\/\/\//.test(source))
    return source.startsWith('/') ? source : invalidArgument('pin-source of the URI names no file');
  try {
    return fileURLToPath(source);
  } catch (error) {
    return invalidArgument('pin-source of the URI is no file: URL', error);
  }
}

/** Where a URI says that the PIN is. Errors do not quote it. @throws SignError `ERR_INVALID_ARGUMENT` */
export function pinOfUri(uri: Pkcs11Uri | undefined, logger?: Logger): PinSource[] {
  if (!uri?.pin) return [];
  const source = uri.pin.source();
  if (source !== undefined) return [{ file: fileOf(source) }];
  const value = uri.pin.value();
  if (uri.pin.inPath) logger?.warn('the PIN stands in the path of the URI, where RFC 7512 has none; it belongs to the query');
  return value === undefined ? [] : [value];
}
