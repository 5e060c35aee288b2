import { createFakeTsb } from '@securosys/tsb-emulator';
import { http } from 'msw';
import { setupServer } from 'msw/node';
import { afterEach, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../tests/rsa-key.js';
import { mswHandlers } from '../src/index.js';

const server = setupServer();

describe('an emulated TSB behind msw', () => {
  afterEach(() => server.close());

  it('answers the global fetch at the address the test chose', async () => {
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    server.listen({ onUnhandledRequest: 'error' });
    server.use(...mswHandlers(http, tsb, 'https://tsb.example.org/'));
    const headers = { authorization: `Bearer ${tsb.token}`, 'content-type': 'application/json' };
    const version = await fetch('https://tsb.example.org/v1/versionInfo', { headers });
    expect(await version.json()).toMatchObject({ Vendor: 'EMULATED TSB (software keys)' });
    const body = JSON.stringify({ label: 'missing' });
    const missing = await fetch('https://tsb.example.org/v1/key/attributes', { method: 'POST', headers, body });
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ errorCode: 650 });
  });

  it('asks for the token like the port does', async () => {
    server.listen({ onUnhandledRequest: 'error' });
    const tsb = createFakeTsb({ attestationKey: rsaKey() });
    server.use(...mswHandlers(http, tsb));
    expect((await fetch(`${tsb.url}/v1/versionInfo`)).status).toBe(401);
  });
});
