import { invalidArgument, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import type { Schema, Validators } from './schema.js';
import { type Direction, type Field, schemaOf } from './shape.js';
import { checked, type Issue, validators } from './validators.js';

/** Checks an unknown value and returns it typed; unknown members are refused or kept, by direction. */
export interface Parser<T> {
  /** @throws SignError naming paths of members, never their values (S38) */
  parse(value: unknown): T;
}

/**
 * One document of the wire, both ways from one shape. A client sends requests and receives answers; the emulator uses the
 * strict side for the requests that reach it (unknown members are errors there too) and for the answers it makes.
 */
export interface Dto<T> {
  readonly name: string;
  /** Strict: unknown members, missing members and values outside the documented range are `ERR_INVALID_ARGUMENT`. */
  readonly sent: Parser<T>;
  /** Loose: unknown members pass, unknown names of open enumerations pass; a wrong type is `ERR_PROTOCOL`. */
  readonly received: Parser<T>;
}

const codes: Readonly<Record<Direction, SignErrorCode>> = { sent: 'ERR_INVALID_ARGUMENT', received: 'ERR_PROTOCOL' };

/** Where it is wrong: `signRequest.payload`. Member names are foreign text too. */
function pathsOf(issues: readonly Issue[]): string {
  const paths = issues.flatMap(({ path, unknown }) =>
    unknown ? unknown.map((name) => `${[...path, name].join('.')} (unknown)`) : [path.join('.') || '(top)'],
  );
  return sanitizeText(paths.slice(0, 8).join(', '), 300);
}

function parser<T>(name: string, shape: Field<T>, direction: Direction): Parser<T> {
  let schema: Schema | undefined;
  return {
    parse(value) {
      schema ??= schemaOf(shape, direction, validators);
      const result = checked(schema, value);
      if ('data' in result) return result.data as T;
      const paths = pathsOf(result.issues);
      throw new SignError(codes[direction], `${name} is not as the TSB contract has it at: ${paths}`, { details: { paths } });
    },
  };
}

const shapes = new WeakMap<object, object>();

/** Both parsers of a shape. Validators are built at first use. */
export function dto<T>(name: string, shape: Field<T>): Dto<T> {
  const made: Dto<T> = { name, sent: parser(name, shape, 'sent'), received: parser(name, shape, 'received') };
  shapes.set(made, shape);
  return made;
}

/** The schema of a document, made with a library. Module-internal to the wire contract. */
export function schemaOfDto(document: Dto<unknown>, direction: Direction, library: Validators): Schema {
  return schemaOf(shapes.get(document) ?? invalidArgument('not a document of the wire contract'), direction, library);
}
