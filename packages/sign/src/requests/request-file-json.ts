import type { JsonObject } from '@securosys/core';
import type { FiledOutline } from './request-register.js';

/** Contents of a request file, before it is signed. */
export function requestFileJson(id: string, outline: FiledOutline, items: readonly JsonObject[]): JsonObject {
  const { publish, nonce, createdAt, expiresAt } = outline;
  return {
    version: 1,
    kind: 'signing-request-file',
    id,
    nonce,
    createdAt,
    publish,
    ...(expiresAt !== undefined && { expiresAt }),
    items: [...items],
  };
}
