type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Schema = boolean | { readonly [keyword: string]: Json };

const isObject = (value: Json | undefined): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: Json) => value as readonly string[];

const typeOf = (value: Json) => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

/** Whether one keyword of JSON Schema (2020-12) holds. */
const keywords: Readonly<
  Record<string, (said: Json, value: Json, root: Schema, schema: { readonly [keyword: string]: Json }) => boolean>
> = {
  $ref: (said, value, root) => judges(at(root, said as string), value, root),
  type: (said, value) => typeOf(value) === said,
  const: (said, value) => value === said,
  enum: (said, value) => texts(said).includes(value as string),
  anyOf: (said, value, root) => (said as readonly Schema[]).some((one) => judges(one, value, root)),
  pattern: (said, value) => typeof value !== 'string' || new RegExp(said as string, 'u').test(value),
  minLength: (said, value) => typeof value !== 'string' || [...value].length >= (said as number),
  maxLength: (said, value) => typeof value !== 'string' || [...value].length <= (said as number),
  minimum: (said, value) => typeof value !== 'number' || value >= (said as number),
  maximum: (said, value) => typeof value !== 'number' || value <= (said as number),
  items: (said, value, root) => !Array.isArray(value) || value.every((item) => judges(said as Schema, item, root)),
  minItems: (said, value) => !Array.isArray(value) || value.length >= (said as number),
  maxItems: (said, value) => !Array.isArray(value) || value.length <= (said as number),
  uniqueItems: (_, value) => !Array.isArray(value) || new Set(value.map((item) => JSON.stringify(item))).size === value.length,
  required: (said, value) => !isObject(value) || texts(said).every((name) => Object.hasOwn(value, name)),
  dependentRequired: (said, value) =>
    !isObject(value) ||
    Object.entries(said as Record<string, Json>).every(
      ([name, others]) => !Object.hasOwn(value, name) || texts(others).every((other) => Object.hasOwn(value, other)),
    ),
  minProperties: (said, value) => !isObject(value) || Object.keys(value).length >= (said as number),
  maxProperties: (said, value) => !isObject(value) || Object.keys(value).length <= (said as number),
  propertyNames: (said, value, root) =>
    !isObject(value) || Object.keys(value).every((name) => judges(said as Schema, name, root)),
  properties: (said, value, root) =>
    !isObject(value) ||
    Object.entries(said as Record<string, Schema>).every(
      ([name, below]) => !Object.hasOwn(value, name) || judges(below, value[name] as Json, root),
    ),
  additionalProperties: (said, value, root, { properties = {} }) =>
    !isObject(value) ||
    Object.keys(value).every(
      (name) => Object.hasOwn(properties as object, name) || judges(said as Schema, value[name] as Json, root),
    ),
};
const silent = ['$schema', '$id', '$defs', 'title', 'description'];

function at(root: Schema, reference: string): Schema {
  const found = reference
    .slice(2)
    .split('/')
    .reduce<unknown>((below, name) => (below as Record<string, unknown>)[name], root);
  if (found === undefined) throw new Error(`nothing stands at ${reference}`);
  return found as Schema;
}

/** Whether a value is valid, by as much of JSON Schema as our schemas use: a keyword of which this knows nothing is an error. */
export function judges(schema: Schema, value: unknown, root: Schema = schema): boolean {
  if (typeof schema === 'boolean') return schema;
  return Object.entries(schema).every(([keyword, said]) => {
    if (silent.includes(keyword)) return true;
    const holds = keywords[keyword];
    if (!holds) throw new Error(`the keyword ${keyword} is not known to the test`);
    return holds(said, value as Json, root, schema);
  });
}
