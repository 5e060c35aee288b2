/** A condition that a value of the right type has to meet beyond its type. */
export interface Condition {
  /** Never present; tells conditions from other objects. */
  readonly condition?: never;
}

/** What checks one value. */
export interface Schema {
  /** The same, with conditions. */
  check(...conditions: readonly Condition[]): Schema;
}

/**
 * What shapes are made into validators with. The names are zod's, so that the same shapes give its schemas too, which JSON Schema is made
 * of; see `validators.ts` for what checks documents.
 */
export interface Validators {
  string(): Schema;
  boolean(): Schema;
  /** A whole number between −(2^53 − 1) and 2^53 − 1. */
  int(): Schema;
  unknown(): Schema;
  enum(names: readonly string[]): Schema;
  literal(values: readonly (string | number)[]): Schema;
  array(element: Schema): Schema;
  /** Unknown members are refused. */
  strictObject(members: Readonly<Record<string, Schema>>): Schema;
  /** Unknown members are kept. */
  looseObject(members: Readonly<Record<string, Schema>>): Schema;
  /** `undefined` passes. */
  optional(inner: Schema): Schema;
  /** `null` passes. */
  nullable(inner: Schema): Schema;
  /** `undefined` becomes the value. */
  _default(inner: Schema, value: null): Schema;
  /** Made when the first value is to be checked; for libraries that can wait. */
  later?(make: () => Schema): Schema;
  transform(change: (value: unknown) => unknown): Schema;
  /** The second gets what the first lets through. */
  pipe(first: Schema, second: Schema): Schema;
  minLength(least: number): Condition;
  length(exactly: number): Condition;
  regex(pattern: RegExp): Condition;
  gte(least: number): Condition;
  multipleOf(step: number): Condition;
}
