import { randomBytes } from 'node:crypto';
import { base64urlText, invalidArgument } from '@securosys/core';
import type { FakeTsbOptions } from './options.js';

/** A partition to be, with the token that leads to it. */
export interface Tenant {
  readonly name: string;
  /** Absent when none is asked for. */
  readonly token?: string;
}

/** What fits into an `Authorization` header behind `Bearer`. */
const bearer = /^[\x21-\x7e]{1,8192}$/;

function checked(token: string): string {
  return typeof token === 'string' && bearer.test(token) ? token : invalidArgument('a token has visible ASCII characters only');
}

/** A bearer token that nobody guesses: 256 bits, base64url. */
export const randomToken = (): string => base64urlText(randomBytes(32));

/** One partition unless the options name several. @throws SignError `ERR_INVALID_ARGUMENT` */
export function readTenants({ partitions, token, name = 'EMULATED' }: FakeTsbOptions): readonly [Tenant, ...Tenant[]] {
  if (!partitions) return [{ name, ...(token !== false && { token: checked(token ?? randomToken()) }) }];
  if (token !== undefined || name !== 'EMULATED') invalidArgument('partitions take the place of token and name');
  const [first, ...others] = partitions.map((one) => ({ name: one.name, token: checked(one.token ?? randomToken()) }));
  if (!first) return invalidArgument('partitions: at least one is needed');
  const all: [Tenant, ...Tenant[]] = [first, ...others];
  for (const member of ['name', 'token'] as const)
    if (new Set(all.map((one) => one[member])).size !== all.length || all.some((one) => !one[member]))
      invalidArgument(`partitions: each needs a ${member} of its own`);
  return all;
}
