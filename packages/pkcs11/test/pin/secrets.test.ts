import { createSentinel, expectNoSecret } from '@securosys/testing';
import { afterEach, describe, it } from 'vitest';
import type { PinSource } from '../../src/pin/pin-source.js';
import { createWorld, fakeToken, removeWorlds, tokenInfo } from './world.js';

afterEach(removeWorlds);

const request = { token: tokenInfo(), purpose: 'login' as const };

describe('a PIN stays out of everything that can be looked at (S37)', () => {
  it.each(['value', 'file', 'env', 'callback', 'bytes'] as const)('when it comes from: %s', async (kind) => {
    const world = createWorld();
    const pin = createSentinel('pin');
    world.writePin(`${pin}\n`);
    const sources: Record<typeof kind, PinSource> = {
      value: pin,
      file: { file: world.file },
      env: { env: 'PIN' },
      callback: async () => pin,
      bytes: async () => new TextEncoder().encode(pin),
    };
    const run = async () => {
      const provider = world.provider({ sources: [sources[kind]], env: { PIN: pin }, cachePinForRelogin: true });
      await provider.withPin(request, fakeToken(pin).login);
      const failures: unknown[] = [];
      for (let i = 0; i < 2; i++)
        await provider.withPin(request, fakeToken('another').login).catch((error) => failures.push(error));
      return { provider, failures, warnings: world.warnings };
    };
    await expectNoSecret({ pin }, run, { folder: world.stateFolder });
  });

  it('when it is none', async () => {
    const pin = createSentinel('pin');
    const wrong = [`${pin}\0`, `${pin}${'1'.repeat(5000)}`, new Uint8Array([...new TextEncoder().encode(pin), 0xff])];
    await expectNoSecret({ pin }, async () => {
      const failures: unknown[] = [];
      for (const value of wrong)
        await createWorld()
          .provider({ sources: [async () => value] })
          .withPin(request, async () => {})
          .catch((error) => failures.push(error));
      return failures;
    });
  });
});
