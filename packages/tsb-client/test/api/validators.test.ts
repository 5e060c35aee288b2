import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Dto, schemaOfDto } from '../../src/api/dto.js';
import { endpoints } from '../../src/api/endpoints.js';
import { errorBodyDto } from '../../src/api/errors.js';
import { describable } from '../../src/api/json-schema.js';
import type { Schema, Validators } from '../../src/api/schema.js';
import type { Direction } from '../../src/api/shape.js';
import { checked, validators } from '../../src/api/validators.js';

/** Documents in place of schemas: mostly as a shape wants them, and now and then something else in any place. */
interface Documents extends Schema {
  readonly values: fc.Arbitrary<unknown>;
}

const odd = fc.constantFrom<unknown>(null, undefined, '', 'x', -1, 1.5, 2 ** 53, Number.NaN, true, [], [1], ['ab'], {}, { a: 1 });
const texts = fc.constantFrom('', 'x', 'aGk=', 'aGk', 'two words', '2026-11-22T07:00:00Z', '5b2a-77', '__proto__');

function documents(values: fc.Arbitrary<unknown>): Documents {
  const mixed = fc.oneof({ weight: 30, arbitrary: values }, { weight: 1, arbitrary: odd });
  const made: Documents = { values: mixed, check: () => made };
  return made;
}

const valuesOf = (schema: Schema): fc.Arbitrary<unknown> => (schema as Documents).values;

function objects(members: Readonly<Record<string, Schema>>): Documents {
  const record = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, valuesOf(member)]));
  const whole = fc
    .record(record)
    .map((found) => Object.fromEntries(Object.entries(found).filter(([, value]) => value !== 'absent')));
  const more = fc
    .record({ whole, extra: fc.boolean() })
    .map(({ whole: found, extra }) => (extra ? { ...found, surplus: 1 } : found));
  return documents(fc.oneof({ weight: 9, arbitrary: whole }, { weight: 1, arbitrary: more }));
}

const generators: Validators = {
  string: () => documents(texts),
  boolean: () => documents(fc.boolean()),
  int: () => documents(fc.constantFrom(0, 1, 60, 61, 3600, -60)),
  unknown: () => documents(fc.jsonValue({ maxDepth: 1 })),
  enum: (names) => documents(fc.constantFrom(...names)),
  literal: (values) => documents(fc.constantFrom(...values)),
  array: (element) => documents(fc.array(valuesOf(element), { maxLength: 3 })),
  strictObject: objects,
  looseObject: objects,
  optional: (inner) => documents(fc.oneof(valuesOf(inner), fc.constantFrom(null, 'absent'))),
  nullable: (inner) => documents(fc.oneof(valuesOf(inner), fc.constant(null))),
  _default: (inner) => documents(fc.oneof(valuesOf(inner), fc.constant('absent'))),
  transform: () => documents(texts),
  pipe: (first, second) => documents(fc.oneof(valuesOf(first), valuesOf(second))),
  minLength: () => ({}),
  length: () => ({}),
  regex: () => ({}),
  gte: () => ({}),
  multipleOf: () => ({}),
};

interface Judged {
  readonly success: boolean;
  readonly data?: unknown;
  readonly error?: { readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly keys?: readonly string[] }[] };
}

/** Places as text, each once. */
const places = (paths: readonly (readonly PropertyKey[])[]): string[] => [...new Set(paths.map((path) => path.join('.')))].sort();

function ours(schema: Schema, value: unknown) {
  const result = checked(schema, value);
  if ('data' in result) return { data: result.data };
  return { wrong: places(result.issues.flatMap(({ path, unknown }) => unknown?.map((name) => [...path, name]) ?? [path])) };
}

function theirs(schema: Schema, value: unknown) {
  const { success, data, error } = (schema as unknown as { safeParse(value: unknown): Judged }).safeParse(value);
  if (success) return { data };
  return { wrong: places((error?.issues ?? []).flatMap(({ path, keys }) => keys?.map((name) => [...path, name]) ?? [path])) };
}

const all = new Map<string, Dto<unknown>>([['error body', errorBodyDto as Dto<unknown>]]);
for (const { request, response } of Object.values(endpoints))
  for (const document of [request, response] as (Dto<unknown> | undefined)[]) if (document) all.set(document.name, document);

describe('documents are checked as zod checks them', () => {
  let accepted = 0;
  let refused = 0;

  it.each([...all])('%s', (_, document) => {
    for (const direction of ['sent', 'received'] as const satisfies readonly Direction[]) {
      const [own, zod] = [validators, describable].map((library) => schemaOfDto(document, direction, library)) as [
        Schema,
        Schema,
      ];
      const values = valuesOf(schemaOfDto(document, direction, generators));
      const check = fc.property(values, (value) => {
        const [mine, other] = [ours(own, value), theirs(zod, value)];
        if ('data' in mine) accepted++;
        else refused++;
        expect(mine).toEqual(other);
      });
      fc.assert(check, { numRuns: process.env.SLOW ? 2_000 : 12 });
    }
  });

  it('and both ways were taken often', () => {
    expect(Math.min(accepted, refused)).toBeGreaterThan(all.size);
  });
});

describe('documents that no JSON text can hold', () => {
  it('take nothing from their prototypes', () => {
    const schema = validators.strictObject({ name: validators.string() });
    expect(checked(schema, Object.create({ name: 'inherited' }))).toEqual({ issues: [{ path: ['name'] }] });
  });

  it('give nobody a prototype', () => {
    const given = Object.defineProperty(Object.create(null), '__proto__', { value: { admin: true }, enumerable: true });
    const result = checked(validators.looseObject({}), given) as { readonly data: { readonly admin?: boolean } };
    expect(result.data.admin).toBeUndefined();
    expect(Object.getPrototypeOf(result.data)).toBe(Object.prototype);
  });
});
