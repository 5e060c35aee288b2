import type { Schema, Validators } from './schema.js';

/** Which way a document travels, seen from whoever parses it. */
export type Direction = 'sent' | 'received';

/** A member of a wire shape whose value is a `T`. Holds no validator in its type, so that none leaks into declarations. */
export interface Field<T> {
  /** Never present; carries the type. */
  readonly value?: T;
}

/** A member that may be absent. `null` means the same on this wire (`tsb-rest-api.md` §1.1) and is read as absent. */
export interface OptionalField<T> extends Field<T> {
  readonly optional: true;
}

type Shape = Readonly<Record<string, Field<unknown>>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;

/** The TypeScript type of a shape. */
export type Infer<F> = ValueOf<F>;

type Split<S extends Shape> = {
  readonly [K in keyof S as S[K] extends { optional: true } ? never : K]: ValueOf<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends { optional: true } ? K : never]?: ValueOf<S[K]> | undefined;
};

/** One flat object type, so that editors and documentation show members and not the machinery. */
type Members<S extends Shape> = Split<S> extends infer All ? { [K in keyof All]: All[K] } : never;

/** What it is made of is handed in: what checks documents, or what describes them. */
type Maker = (direction: Direction, z: Validators) => Schema;

const makers = new WeakMap<object, Maker>();

/** The validator of a field. Module-internal to the wire contract. */
export function schemaOf(field: object, direction: Direction, z: Validators): Schema {
  const maker = makers.get(field);
  if (!maker) throw new TypeError('not a wire field');
  return maker(direction, z);
}

/** A field with a validator of its own for each direction. */
export function field<T>(maker: Maker): Field<T> {
  const made: Field<T> = {};
  makers.set(made, maker);
  return made;
}

/** An object: unknown members are refused when sent and ignored when received, at every depth. */
export function object<S extends Shape>(shape: S): Field<Members<S>> {
  return field((direction, z) => {
    const members = Object.fromEntries(Object.entries(shape).map(([name, member]) => [name, schemaOf(member, direction, z)]));
    return direction === 'sent' ? z.strictObject(members) : z.looseObject(members);
  });
}

/** What may be missing is made when it is there, where the library can wait. */
const later = (inner: object, direction: Direction, z: Validators): Schema =>
  z.later ? z.later(() => schemaOf(inner, direction, z)) : schemaOf(inner, direction, z);

/** May be absent; `null` reads as absent. */
export function optional<T>(inner: Field<T>): OptionalField<T> {
  const made: OptionalField<T> = { optional: true };
  makers.set(made, (direction, z) =>
    z.optional(
      z.pipe(
        z.nullable(later(inner, direction, z)),
        z.transform((value) => value ?? undefined),
      ),
    ),
  );
  return made;
}

/** A value or an explicit `null`; absent reads as `null`. For members where `null` says something of its own. */
export function nullable<T>(inner: Field<T>): Field<T | null> {
  return field((direction, z) => z._default(z.nullable(later(inner, direction, z)), null));
}

/**
 * A copy of what stands elsewhere in the document, or `null`: strict when sent, anything when received. Readers compare it with
 * the original and never rely on its shape, so that one odd copy does not hide a whole list.
 */
export function copied(inner: Field<unknown>): Field<unknown> {
  return field((direction, z) =>
    direction === 'sent' ? schemaOf(nullable(inner), direction, z) : z._default(z.unknown(), null),
  );
}

/** The same field under the name of its type. */
export function named<T>(inner: Field<T>): Field<T> {
  return inner;
}

/** A list. */
export function list<T>(inner: Field<T>): Field<readonly T[]> {
  return field((direction, z) => z.array(schemaOf(inner, direction, z)));
}

/** One of these names, in both directions: a state we do not know cannot be acted on. */
export function oneOf<const N extends string>(names: readonly N[]): Field<N> {
  return field((_, z) => z.enum(names));
}

/** One of these names when sent; any name when received, because servers grow new ones. */
export function oneOfOpen<const N extends string>(names: readonly N[]): Field<N | OtherName> {
  return field((direction, z) => (direction === 'sent' ? z.enum(names) : z.string()));
}

/** A name that this version does not list. */
export type OtherName = string & Record<never, never>;
