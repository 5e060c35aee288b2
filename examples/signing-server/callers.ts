import { createHash, timingSafeEqual } from 'node:crypto';

/** An application that may ask. */
export interface KnownCaller {
  /** Told to approvers. */
  readonly name: string;
  /** SHA-256 of its token, 64 hex characters: the server cannot lose a token that it does not have. Tokens are random, 32 bytes or more. */
  readonly tokenSha256: string;
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The name of whoever sent an `Authorization` header; `undefined` for strangers. Takes as long for every token. */
export function callerOf(authorization: string | undefined, callers: readonly KnownCaller[]): string | undefined {
  const token = /^Bearer ([A-Za-z0-9._~+/=-]{16,512})$/.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  const digest = sha256(token);
  let found: string | undefined;
  for (const { name, tokenSha256 } of callers) {
    const known = Buffer.from(tokenSha256, 'hex');
    if (known.length === digest.length && timingSafeEqual(known, digest)) found = name;
  }
  return found;
}
