import { type Endpoint, endpoints } from '@securosys/tsb-client/api';
import { describe, expect, it } from 'vitest';
import { handlers } from '../../src/handlers/index.js';
import { createWorld } from '../support.js';

/** What only a real TSB does: files come as multipart and are encrypted by a scheme that is not published. */
const elsewhere = ['fileDecrypt', 'fileEncrypt'];
const table = Object.entries(endpoints) as [string, Endpoint][];
const { tsb, call } = createWorld();
const uuid = '01234567-89ab-4cde-8f01-23456789abcd';

describe('the wire contract', () => {
  it('is served whole, but for a list', () => {
    expect(
      table
        .map(([name]) => name)
        .filter((name) => !(name in handlers))
        .sort(),
    ).toEqual(elsewhere);
    expect(table.length).toBeGreaterThan(60);
  });

  it.each(table.filter(([name]) => !elsewhere.includes(name)))(
    '%s: nonsense is refused with a code, and never with an internal error',
    async (_, one) => {
      const path = one.path.replace('{id}', uuid).replace(/\{\w+\}/g, 'unknown');
      const { status, body } = await call(one.method, path, one.request ? { nonsense: true } : undefined);
      if (status === one.status) return;
      expect([400, 403, 404]).toContain(status);
      expect(body.errorCode).toEqual(expect.any(Number));
      expect([1, 101]).not.toContain(body.errorCode);
    },
  );

  it.each(elsewhere)('%s answers 101', async (name) => {
    const { method, path } = (endpoints as unknown as Record<string, Endpoint>)[name] as Endpoint;
    const body = new FormData();
    body.set('file', new Blob(['x']));
    const answer = await tsb.fetch(`${tsb.url}${path}`, { method, headers: { authorization: `Bearer ${tsb.token}` }, body });
    expect(await answer.json()).toMatchObject({ errorCode: 101 });
  });
});
