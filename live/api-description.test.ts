import type { JsonObject } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { differences } from './api-description.js';

const body = (properties: JsonObject, required: string[] = []): JsonObject => ({
  requestBody: { content: { 'application/json': { schema: { type: 'object', properties, required } } } },
  responses: { '200': { content: { 'application/json': { schema: { $ref: '#/components/schemas/Answer' } } } } },
});
const answer = { Answer: { type: 'object', properties: { id: { type: 'string' } } } };
const description = (paths: JsonObject, schemas: JsonObject = answer): JsonObject => ({ paths, components: { schemas } });
const nested = (inner: JsonObject): JsonObject => ({ list: { type: 'array', items: { type: 'object', properties: inner } } });

describe('the comparison of API descriptions', () => {
  it('finds nothing between a description and itself, whatever a parameter is called', () => {
    const ours = description({ '/v1/key/{keyName}': { post: body(nested({ a: {} }), ['list']) } });
    const theirs = description({ '/v1/key/{name}': { post: body(nested({ a: {} }), ['list']) } });
    expect(differences(ours, theirs)).toEqual([]);
  });

  it('finds paths and methods that one side lacks', () => {
    const ours = description({ '/v1/sign': { post: body({}) } });
    const theirs = description({ '/v1/sign': { put: body({}) } });
    expect(differences(ours, theirs)).toEqual(['POST /v1/sign: only in ours', 'PUT /v1/sign: only in theirs']);
  });

  it('finds members at any depth, behind references, and what only one side demands', () => {
    const ours = description({ '/v1/sign': { post: body(nested({ a: {}, b: {} }), ['list']) } });
    const theirs = description(
      { '/v1/sign': { post: body(nested({ a: {}, c: {} })) } },
      { Answer: { type: 'object', properties: {} } },
    );
    expect(differences(ours, theirs)).toEqual([
      'POST /v1/sign request.list.b: only in ours',
      'POST /v1/sign request.list.c: only in theirs',
      'POST /v1/sign request.list: required by us only',
      'POST /v1/sign answer.id: only in ours',
    ]);
  });
});
