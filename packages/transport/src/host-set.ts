import { invalidArgument } from '@securosys/core';
import { shownName } from './shown-name.js';

/**
 * A list of `host` or `host:port` that a caller gave, in the spelling of `URL.host`: lower case, IPv6 in brackets, no default port.
 * @param option its name, for the error
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function hostSet(hosts: readonly string[] | undefined, option: string): ReadonlySet<string> {
  if (hosts === undefined) return new Set();
  if (!Array.isArray(hosts)) invalidArgument(`${option} is a list of hosts`);
  for (const host of hosts)
    if (typeof host !== 'string' || !/^[a-z0-9.[\]:_-]+$/.test(host))
      invalidArgument(`${option}: '${shownName(host, 80)}' is not a host or host:port`);
  return new Set(hosts);
}
