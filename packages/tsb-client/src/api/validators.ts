import type { Condition, Schema, Validators } from './schema.js';

/** What is wrong with a value, and where. */
export interface Issue {
  /** Names of members and numbers of elements, from the outside in. */
  readonly path: (string | number)[];
  /** Members that should not be there. */
  readonly unknown?: readonly string[];
}

/** Looks at a value and gives what it reads as. What is wrong goes to `issues`; the result is then worth nothing. */
type Look = (value: unknown, issues: Issue[]) => unknown;

type Holds = (value: never) => boolean;

class Rule implements Schema {
  constructor(readonly look: Look) {}

  check(...conditions: readonly Condition[]): Rule {
    const hold = conditions as readonly unknown[] as readonly ((value: unknown) => boolean)[];
    return new Rule((value, issues) => {
      const before = issues.length;
      const found = this.look(value, issues);
      return issues.length > before || hold.every((holds) => holds(found)) ? found : wrong(issues);
    });
  }
}

const condition = (holds: Holds): Condition => holds as unknown as Condition;

const lookOf = (schema: Schema): Look => (schema as Rule).look;

function wrong(issues: Issue[]): undefined {
  issues.push({ path: [] });
  return undefined;
}

/** A value that is as it should be, and is left as it is. */
const such = (fits: (value: unknown) => boolean): Rule => new Rule((value, issues) => (fits(value) ? value : wrong(issues)));

/** Looks at a part of a value: what is wrong with it is wrong at its place. */
function inside(look: Look, value: unknown, place: string | number, issues: Issue[]): unknown {
  const before = issues.length;
  const found = look(value, issues);
  for (let i = before; i < issues.length; i++) issues[i]?.path.unshift(place);
  return found;
}

function objectOf(members: Readonly<Record<string, Schema>>, strict: boolean): Rule {
  const known = new Map(Object.entries(members).map(([name, member]) => [name, lookOf(member)]));
  return new Rule((value, issues) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(issues);
    const given = value as Readonly<Record<string, unknown>>;
    const found: Record<string, unknown> = {};
    for (const [name, look] of known) {
      const there = Object.hasOwn(given, name);
      const member = inside(look, there ? given[name] : undefined, name, issues);
      if (there || member !== undefined) found[name] = member;
    }
    const others = Object.keys(given).filter((name) => !known.has(name));
    if (strict && others.length > 0) issues.push({ path: [], unknown: others });
    // A member of this name would become the prototype.
    for (const name of others) if (name !== '__proto__') found[name] = given[name];
    return found;
  });
}

/**
 * What checks documents, always and everywhere: a client of one call cannot afford the loading of a library for it, whose schemas the same
 * shapes give for JSON Schema. The tests hold both against each other, document by document.
 */
export const validators: Validators = {
  string: () => such((value) => typeof value === 'string'),
  boolean: () => such((value) => typeof value === 'boolean'),
  int: () => such(Number.isSafeInteger),
  unknown: () => such(() => true),
  enum: (names) => such((value) => names.includes(value as string)),
  literal: (values) => such((value) => values.includes(value as string)),
  array: (element) => {
    const look = lookOf(element);
    return new Rule((value, issues) =>
      Array.isArray(value) ? value.map((one, i) => inside(look, one, i, issues)) : wrong(issues),
    );
  },
  strictObject: (members) => objectOf(members, true),
  looseObject: (members) => objectOf(members, false),
  optional: (inner) => {
    const look = lookOf(inner);
    return new Rule((value, issues) => (value === undefined ? undefined : look(value, issues)));
  },
  nullable: (inner) => {
    const look = lookOf(inner);
    return new Rule((value, issues) => (value === null ? null : look(value, issues)));
  },
  _default: (inner, usual) => {
    const look = lookOf(inner);
    return new Rule((value, issues) => (value === undefined ? usual : look(value, issues)));
  },
  later: (make) => {
    let look: Look | undefined;
    return new Rule((value, issues) => {
      look ??= lookOf(make());
      return look(value, issues);
    });
  },
  transform: (change) => new Rule((value) => change(value)),
  pipe: (first, second) => {
    const [one, other] = [lookOf(first), lookOf(second)];
    return new Rule((value, issues) => {
      const before = issues.length;
      const between = one(value, issues);
      return issues.length > before ? undefined : other(between, issues);
    });
  },
  minLength: (least) => condition((value: string | readonly unknown[]) => value.length >= least),
  length: (exactly) => condition((value: string | readonly unknown[]) => value.length === exactly),
  regex: (pattern) => condition((value: string) => pattern.test(value)),
  gte: (least) => condition((value: number) => value >= least),
  multipleOf: (step) => condition((value: number) => value % step === 0),
};

/** Checks a value. @returns what it reads as, or what is wrong with it */
export function checked(schema: Schema, value: unknown): { readonly data: unknown } | { readonly issues: readonly Issue[] } {
  const issues: Issue[] = [];
  const data = lookOf(schema)(value, issues);
  return issues.length === 0 ? { data } : { issues };
}
