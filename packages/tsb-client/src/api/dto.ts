import { invalidArgument, SignError, type SignErrorCode, sanitizeText } from '@securosys/core';
import { type Direction, type Field, schemaOf } from './shape.js';
import type * as Zod from './validators.js';

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

interface Issue {
  readonly code?: string | undefined;
  readonly path?: readonly PropertyKey[] | undefined;
  readonly keys?: readonly string[];
}

/** Where it is wrong: `signRequest.payload`. Member names are foreign text too. */
function pathsOf(issues: readonly Issue[]): string {
  const paths = issues.flatMap(({ code, path = [], keys = [] }) => {
    const at = path.map(String);
    return code === 'unrecognized_keys' ? keys.map((key) => `${[...at, key].join('.')} (unknown)`) : [at.join('.') || '(top)'];
  });
  return sanitizeText(paths.slice(0, 8).join(', '), 300);
}

/** Validators can write code for themselves. That pays where a document comes often; a process of one call is over before. */
const worthCode = 16;

let loaded: typeof Zod | undefined;

/**
 * Loads what checks documents. Await it once before the first `parse`; the client does so by itself. Kept out of the import because
 * a program that only verifies never needs it.
 */
export async function loadContract(): Promise<void> {
  loaded ??= await import('./validators.js');
}

function validators(): typeof Zod {
  return loaded ?? invalidArgument('await loadContract() of @securosys/tsb-client/api before checking documents');
}

function parser<T>(name: string, shape: Field<T>, direction: Direction): Parser<T> {
  let schema: ReturnType<typeof schemaOf> | undefined;
  let uses = 0;
  return {
    parse(value) {
      schema ??= schemaOf(shape, direction, validators());
      const result = schema.safeParse(value, { jitless: ++uses < worthCode });
      if (result.success) return result.data as T;
      const paths = pathsOf(result.error.issues);
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

/** The strict validator of a document, to be described. Module-internal to the wire contract. */
export function schemaOfDto(document: Dto<unknown>): ReturnType<typeof schemaOf> {
  return schemaOf(shapes.get(document) ?? invalidArgument('not a document of the wire contract'), 'sent', validators());
}
