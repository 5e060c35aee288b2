import { SignError } from '@securosys/core';
import { expect, it } from 'vitest';
import type { TsbClient } from '../../src/index.js';
import { clientOf, fakeFetch, json } from '../fake-fetch.js';

/** One call of a group, what the reference has on the wire for it, and what comes of the answer. */
export interface Row {
  readonly call: (client: TsbClient) => Promise<unknown>;
  /** Method and path below the base. */
  readonly sends: string;
  /** The whole body; absent for none. */
  readonly body?: unknown;
  readonly answer?: unknown;
  readonly gives?: unknown;
}

export const id = '11111111-2222-4333-8444-555555555555';
export const bytes = (...values: number[]) => Uint8Array.from(values);
export const text = (value: string) => new TextEncoder().encode(value);
/** A password that a join with commas, a split by bytes or hand-made JSON would break; the last sign is two code units. */
export const password = 'a"b\\ä€,😀';
/** One element per UTF-16 code unit (§2.2). */
export const passwordOnWire = ['a', '"', 'b', '\\', 'ä', '€', ',', '\ud83d', '\ude00'];

export const person = {
  type: 'public_key',
  name: 'Officer "1"',
  value:
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEbxp6Bz0WpO5SQO9EI5dWvRYM0JYxHL8X4HcU0K5YwZ0QSTIlFUvUMr5qAqI6hQS4+OwyCbc8WROKVQ0cTdTa1A==',
} as const;
export const rule = {
  tokens: [{ name: 'main', timelock: 0, timeout: 3600, groups: [{ name: 'main', quorum: 1, approvals: [person] }] }],
} as const;
export const rules = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule } as const;
export const policy = { ...rules, keyStatus: { blocked: false } } as const;
/** Who may use it is decided by people, who may change it by nobody in particular. */
export const unsafe = { ...policy, ruleModify: null } as const;
export const attributes = { decrypt: false, sign: true, unwrap: false, extractable: false } as const;
export const described = { json: { label: 'k', algorithm: 'EC', attributes: {}, policy: null } };

/** Each row is sent as it says, once, and its answer is read as it says. */
export function itSends(rows: Readonly<Record<string, Row>>): void {
  it.each(Object.entries(rows))('%s', async (_, row) => {
    const { fetch, seen } = fakeFetch(json(row.answer));
    const given = await row.call(clientOf(fetch));
    const [one, ...more] = seen;
    expect(more).toEqual([]);
    expect(`${one?.method} ${one?.url.slice('https://tsb.example'.length)}`).toBe(row.sends);
    expect(one?.json).toEqual(row.body);
    if ('gives' in row) expect(given).toEqual(row.gives);
  });
}

/** Each call is refused by this code before anything is sent. */
export function itRefuses(
  rows: Readonly<Record<string, readonly [code: string, call: (client: TsbClient) => Promise<unknown>]>>,
): void {
  it.each(Object.entries(rows))('%s', async (_, [code, call]) => {
    const { fetch, seen } = fakeFetch(json({}));
    const error = await call(clientOf(fetch)).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: 'SignError', code });
    expect(seen).toEqual([]);
  });
}

/** The error of a call that fails. */
export async function failureOf(work: Promise<unknown>): Promise<SignError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!SignError.is(error)) throw new Error(`expected a SignError, got ${String(error)}`);
  return error;
}
