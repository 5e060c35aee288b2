import { expectOwnMemory } from '@securosys/testing';
import { afterAll, describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { createWorld, removeWorlds } from '../helpers.js';

afterAll(removeWorlds);

describe('bytes that are given out have memory of their own (S39):', () => {
  it('createSecurosysPlugin, whose plugin gives out certificates', async () => {
    const world = createWorld();
    await world.addKey('release');
    const plugin = api.createSecurosysPlugin({ backends: world.backends, clock: world.clock });
    const context = { command: 'generate-envelope', keyId: 'release', config: {}, env: world.env } as const;
    const backend = await plugin.open(context);
    const key = await backend.describeKey(plugin.keyRef(context));
    expect(expectOwnMemory(await plugin.chain?.(context, key))).toBe(2);
    await backend.close();
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported).toEqual(['createSecurosysPlugin']);
  });
});
