import * as zod from 'zod/mini';
import { toJSONSchema } from 'zod/v4/core';
import type { Schema, Validators } from './schema.js';

/** The library whose schemas can be described. Loaded by the API description and by nothing else. */
export const describable = zod as unknown as Validators;

type Described = Parameters<typeof toJSONSchema>[0];

/** A schema of {@link describable} as JSON Schema of what is sent. */
export function jsonSchemaOf(schema: Schema): object {
  return toJSONSchema(schema as unknown as Described, { io: 'input', unrepresentable: 'any' });
}
