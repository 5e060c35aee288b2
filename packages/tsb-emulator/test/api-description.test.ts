import { isJsonObject, type JsonObject } from '@securosys/core';
import { expect, it } from 'vitest';
import { routes } from '../src/http/routes.js';
import { createWorld } from './support.js';

it('describes every call that it answers, at the address where a TSB does', async () => {
  const world = createWorld();
  const { body: config } = await world.call('GET', '/v3/api-docs/swagger-config');
  const { status, body } = await world.call('GET', config.url as string);
  expect(status).toBe(200);
  const paths = body.paths as JsonObject;
  const described = routes.filter(({ path, method }) => {
    const item = paths[path];
    return isJsonObject(item) && item[method.toLowerCase()] !== undefined;
  });
  // The second spelling of a rejection is not in the contract.
  expect(routes.filter((route) => !described.includes(route)).map(({ method, path }) => `${method} ${path}`)).toEqual([
    'DELETE /v1/task',
  ]);
  expect(JSON.stringify(body.info)).toContain('EMULATED');
});

it('describes itself to nobody without a token, and nowhere else', async () => {
  const world = createWorld();
  expect((await world.call('GET', '/v3/api-docs', undefined, { authorization: '' })).body.errorCode).toBe(406);
  expect((await world.call('POST', '/v3/api-docs', {})).status).toBe(404);
  expect((await world.call('GET', '/v3/api-docs/x')).status).toBe(404);
});
