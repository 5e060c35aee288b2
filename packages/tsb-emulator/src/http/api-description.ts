import type { JsonObject } from '@securosys/core';
import { openApiDocument } from '@securosys/tsb-client/api';
import { EMULATED_VENDOR } from '../handlers/service.js';

const path = '/v3/api-docs';

/** What a TSB serves for its Swagger page (`tsb-rest-api.md` §1.1), made from the wire contract when it is asked for. */
export async function describedAt(pathname: string): Promise<JsonObject | undefined> {
  if (pathname === `${path}/swagger-config`) return { configUrl: pathname, url: path };
  if (pathname !== path) return undefined;
  const document = await openApiDocument();
  return { ...document, info: { ...(document.info as JsonObject), description: EMULATED_VENDOR } };
}
