import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '@securosys/core';
import { type Dto, schemaOfDto } from './dto.js';
import type { Endpoint } from './endpoint.js';
import { endpoints } from './endpoints.js';
import { errorBodyDto } from './errors.js';

type Describe = (dto: Dto<unknown>) => JsonObject;

const json = (schema: JsonObject): JsonObject => ({ 'application/json': { schema } });
const file = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };

function bodyOf(endpoint: Endpoint, describe: Describe): JsonObject | undefined {
  const { request, multipart } = endpoint;
  if (!request) return undefined;
  if (multipart === undefined) return { required: true, content: json(describe(request)) };
  const properties = { [multipart]: describe(request), file: { type: 'string', format: 'binary' } };
  return { required: true, content: { 'multipart/form-data': { schema: { type: 'object', properties } } } };
}

function operation(name: string, endpoint: Endpoint, describe: Describe): JsonObject {
  const { path, response, status } = endpoint;
  const requestBody = bodyOf(endpoint, describe);
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const content = endpoint.file ? file : response && json(describe(response));
  return {
    operationId: name,
    tags: [endpoint.role],
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: {
      [String(status)]: { description: 'success', ...(content && { content }) },
      default: { description: 'a refusal (§2.1)', content: json(describe(errorBodyDto as Dto<unknown>)) },
    },
  };
}

/** `null` and absent are the same on this wire (§1.1), so alternatives with `null` are described as what else they may be. */
function plainly(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(plainly);
  if (!isJsonObject(schema)) return schema;
  const { anyOf, ...rest } = schema;
  const others = Array.isArray(anyOf) ? anyOf.filter((one) => !isJsonObject(one) || one.type !== 'null') : [];
  if (others.length === 1) return plainly({ ...rest, ...(isJsonObject(others[0]) && others[0]) });
  return Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, plainly(value)]));
}

/**
 * The wire contract as an OpenAPI 3.1 document: what the emulator serves at `/v3/api-docs`, and what a live API description is
 * compared with.
 */
export async function openApiDocument(): Promise<JsonObject> {
  const { describable, jsonSchemaOf } = await import('./json-schema.js');
  const describe: Describe = (dto) => {
    const schema = jsonSchemaOf(schemaOfDto(dto, 'sent', describable));
    const plain = plainly(parseJson(JSON.stringify(schema), { maxDepth: 64 }));
    const { $schema: _, ...rest } = isJsonObject(plain) ? plain : {};
    return rest;
  };
  const paths: Record<string, JsonObject> = {};
  for (const [name, endpoint] of Object.entries(endpoints) as [string, Endpoint][])
    paths[endpoint.path] = { ...paths[endpoint.path], [endpoint.method.toLowerCase()]: operation(name, endpoint, describe) };
  return { openapi: '3.1.0', info: { title: 'Transaction Security Broker', version: 'v1' }, paths };
}
