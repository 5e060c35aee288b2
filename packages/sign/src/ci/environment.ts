import { sanitizeText } from '@securosys/core';

/** Variables by name, as `process.env` has them. */
export type CiEnvironment = Readonly<Record<string, string | undefined>>;

/** User information of a URL, wherever in a text it stands: up to the last `@` before the path, as URL parsers see it. */
const userInfo = /(:[/\\]{2,})[^/\\?#\s]*@/g;

/** One variable as text that is safe to show, without what could be a password in a URL; `undefined` when it is absent or empty. */
export function textOf(env: CiEnvironment, name: string): string | undefined {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  return sanitizeText(value.replace(userInfo, '$1'));
}

/**
 * The name of a commit, whole; `undefined` for what is none. Names by SHA-256 stand in two halves: 64 hex characters in one piece are taken
 * for the digest of what is signed, and approvers refuse claims with a digest of something else.
 */
export function commitOf(env: CiEnvironment, name: string): string | undefined {
  const value = textOf(env, name)?.trim().toLowerCase();
  if (value === undefined || !/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(value)) return undefined;
  return value.length === 40 ? value : `${value.slice(0, 32)} ${value.slice(32)}`;
}

/** A number of the CI system, as it stands. */
export function numberOf(env: CiEnvironment, name: string): string | undefined {
  const value = textOf(env, name);
  return value !== undefined && /^\d{1,20}$/.test(value) ? value : undefined;
}

const schemes: readonly string[] = ['https:', 'http:', 'ssh:'];
/** `git@host:path`, as Git writes it. */
const scpForm = /^[^\s/@]*@([\w.-]+):(?!\/\/)(\S+)$/;

/**
 * A URL without user information, query and fragment: each of them may hold a token. `undefined` for what is none.
 * @param query what the caller itself puts in as the query
 */
export function urlText(text: string | undefined, query = ''): string | undefined {
  if (text === undefined) return undefined;
  const [, host, path] = scpForm.exec(text) ?? [];
  const given = host === undefined ? text : `ssh://${host}/${path}`;
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  if (!schemes.includes(url.protocol)) return undefined;
  return sanitizeText(`${url.protocol}//${url.host}${url.pathname}${query}`, 500);
}

/** One variable as a URL; see {@link urlText}. The variable is read as it is: its parser, and no pattern, finds what is user information. */
export function urlOf(env: CiEnvironment, name: string): string | undefined {
  return urlText(Object.hasOwn(env, name) ? env[name] : undefined);
}
