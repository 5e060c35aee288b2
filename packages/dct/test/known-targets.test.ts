import { type JsonObject, type JsonValue, SignError, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownTargets } from '../src/model/known-targets.js';
import { type KnownEntries, readTargets } from '../src/model/targets.js';

const hash = (n: number) => Buffer.alloc(32, n).toString('base64');
const entry = (n: number, more: object = {}) => ({ ...more, hashes: { sha256: hash(n) }, length: n });
const targets = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`v1.${n}`, entry(n)]));

/** A file as servers write it: canonical, with what is signed first. */
const fileOf = (signed: object) => `{"signed":${sorted(signed)},"signatures":[]}`;
const sorted = (value: unknown): string =>
  typeof value !== 'object' || value === null || Array.isArray(value)
    ? JSON.stringify(value)
    : `{${Object.keys(value)
        .sort()
        .map((name) => `${JSON.stringify(name)}:${sorted((value as JsonObject)[name])}`)
        .join(',')}}`;
const file = (more: Record<string, unknown> = {}) =>
  fileOf({ _type: 'Targets', expires: '2030-01-01T00:00:00Z', targets, version: 3, ...more });

function read(text: string, known?: KnownEntries) {
  try {
    return { ...readTargets('targets/ci', utf8Bytes(text), known) };
  } catch (error) {
    if (SignError.is(error)) return { code: error.code, said: error.message, details: error.details };
    throw error;
  }
}

/** What a file is read as after another one; it has to be what it is read as alone. */
function both(text: string, before = file()) {
  const known: KnownEntries = new KnownTargets();
  read(before, known);
  const [after, alone] = [read(text, known), read(text)];
  expect(after).toEqual(alone);
  return after;
}

describe('targets that another file had', () => {
  it('are not read again', () => {
    const known: KnownEntries = new KnownTargets();
    const first = readTargets('targets/releases', utf8Bytes(file()), known);
    const second = readTargets('targets/ci', utf8Bytes(file({ version: 9, delegations: { keys: {}, roles: [] } })), known);
    expect(second.targets).toBe(first.targets);
    expect(second.version).toBe(9);
    expect(second).toEqual(readTargets('targets/ci', utf8Bytes(file({ version: 9, delegations: { keys: {}, roles: [] } }))));
  });

  it.each([
    ['fewer', file({ targets: { 'v1.0': entry(0) } })],
    ['more', file({ targets: { ...targets, w: entry(1) } })],
    ['another digest', file({ targets: { ...targets, 'v1.3': entry(9) } })],
    ['the same below something else', file({ custom: { targets } })],
    ['the same below something else, and 0', file({ custom: { targets }, targets: 0 })],
    [
      'the same below something else, and none',
      file({ custom: { targets }, targets: undefined }).replace('"targets":undefined,', ''),
    ],
    ['the same twice', file().replace('"targets":', `"targets":${sorted(targets)},"targets":`)],
    ['0', file({ targets: 0 })],
    ['0 after the same', file().replace(',"version"', ',"targets":0,"version"')],
    ...['.5', 'e5', '5', ' ', '{}', 'null'].map(
      (more) => [`${more} after them`, file().replace(',"version"', `${more},"version"`)] as const,
    ),
    ...['-', '1', ' '].map((more) => [`${more} before them`, file().replace('"targets":', `"targets":${more}`)] as const),
    ['a member after them', file({ u: 1 })],
    ['no version', file({ version: undefined }).replace(',"version":undefined', '')],
    ['white space elsewhere', file().replace('"_type":', '"_type": ')],
    ['an escape elsewhere', file({ custom: 'a\\b' })],
    ['a duplicate elsewhere', file().replace('"_type":', '"_type":"x","_type":')],
  ] as const)('are read where there is %s', (_, text) => {
    both(text);
  });

  it.each([
    ['a member after them', file({ u: 1 })],
    ['a member after them that has some too', file({ u: { targets: 5 } })],
    ['their like inside of them', file({ targets: { ...targets, a: entry(1, { custom: { targets: 5 } }) } })],
    ['names that look like indices', file({ targets: { ...targets, 10: entry(1), 9: entry(2) } })],
    ['a version that is a text', file({ version: '3' })],
  ])('are not kept of a file with %s, or kept whole', (_, before) => {
    both(before, before);
    both(file(), before);
  });

  it('count among the values of a file', () => {
    const half = Array.from({ length: 600_000 }, () => 0);
    const common = { ...targets, w: half };
    expect(both(file({ targets: common, custom: half }), file({ targets: common }))).toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('are the same whatever is changed about the files', () => {
    const value = fc.constantFrom<JsonValue>(0, 1, null, '', 'targets', '":', {}, { targets: 0 }, { targets } as JsonValue);
    const names = fc.constantFrom('_type', 'custom', 'delegations', 'expires', 'targets', 'tz', 'u', 'version', '5');
    const members = fc.dictionary(names, value, { maxKeys: 2 });
    const edit = fc.tuple(
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '0', '"', '}', '{', ',', '"targets":', ',"version":', ' ', 'e5', '\\'),
    );
    fc.assert(
      fc.property(members, members, fc.option(edit), (one, other, change) => {
        const text = file(other);
        const [at, drop, put] = change ?? [0, 0, ''];
        const place = at % text.length;
        both(text.slice(0, place) + put + text.slice(place + drop), file(one));
      }),
      { numRuns: process.env.SLOW ? 5_000 : 400 },
    );
  });
});
