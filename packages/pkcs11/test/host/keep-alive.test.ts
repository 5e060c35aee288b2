import { describe, expect, it } from 'vitest';
import { failure, fakeModule, handClock, openFake, signAll, turn } from './fake-worker.js';

const keepAliveMs = 60_000;

async function idleToken() {
  const [clock, module] = [handClock(), fakeModule()];
  const opened = await openFake(module, { lanes: 1, clock, keepAliveMs });
  await signAll(opened, 1);
  const told: string[] = [];
  for (const event of ['reconnecting', 'reconnected', 'unhealthy', 'warning'] as const)
    opened.token.on(event, () => told.push(event));
  return { clock, module, opened, told };
}

describe('a token that nobody uses', () => {
  it('is looked at from time to time, and is left alone where all is well', async () => {
    const { clock, module, opened, told } = await idleToken();
    for (let time = 1; time <= 3; time++) {
      await clock.pass(keepAliveMs);
      expect(module.count('sessionInfo')).toBe(time);
    }
    expect([module.count('login'), told]).toEqual([1, []]);
    await opened.token.close();
    await clock.pass(10 * keepAliveMs);
    expect(module.count('sessionInfo')).toBe(3);
  });

  it('is found again before anybody needs it, when its session was dropped', async () => {
    const { clock, module, opened, told } = await idleToken();
    let dropped = true;
    module.trouble = ({ op }) => {
      if (op !== 'sessionInfo' || !dropped) return undefined;
      dropped = false;
      return failure(0xb3, 'CKR_SESSION_HANDLE_INVALID', 'C_GetSessionInfo');
    };
    await clock.pass(keepAliveMs);
    expect([module.count('login'), told]).toEqual([2, ['reconnecting', 'reconnected']]);
    await clock.pass(keepAliveMs);
    expect(module.count('sessionInfo')).toBe(2);
    expect(await signAll(opened, 2)).toHaveLength(2);
    await opened.token.close();
    expect(module.open.size).toBe(0);
  });

  it('is logged in to again, when somebody has logged it out', async () => {
    const { clock, module, opened, told } = await idleToken();
    module.sessionState = 0;
    await clock.pass(keepAliveMs);
    module.sessionState = 1;
    expect([module.count('login'), opened.token.epoch, told]).toEqual([2, 2, []]);
    await opened.token.close();
  });

  it('that does not come back is told to whoever listens, and to nobody else', async () => {
    const { clock, module, opened, told } = await idleToken();
    module.trouble = ({ op }) =>
      op === 'sessionInfo' || op === 'slots' ? failure(0xe0, 'CKR_TOKEN_NOT_PRESENT', 'C_GetSlotList') : undefined;
    for (let time = 0; time < 10; time++) await clock.pass(keepAliveMs);
    expect(told).toEqual(['reconnecting', 'unhealthy', 'warning']);
    module.trouble = () => undefined;
    await turn();
    expect(await signAll(opened, 1)).toHaveLength(1);
    await opened.token.close();
  });
});
