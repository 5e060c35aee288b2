import type { JsonObject } from '@securosys/core';
import type { FiledOutline } from './request-register.js';
import { outlineOf } from './stored-request.js';

/** Contents of a request file, before it is signed. */
export function requestFileJson(id: string, outline: FiledOutline, items: readonly JsonObject[]): JsonObject {
  const { nonce, createdAt } = outline;
  const { items: _, ...how } = outlineOf(outline);
  return {
    version: 1,
    kind: 'signing-request-file',
    id,
    nonce,
    createdAt,
    ...how,
    items: [...items],
  };
}
