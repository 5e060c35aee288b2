import { describe, expect, it } from 'vitest';
import { failure, fakeModule, handClock, openFake, signAll, turn } from './fake-worker.js';

const gone = failure(0xe0, 'CKR_TOKEN_NOT_PRESENT');

/** A module that shows no token, once it was lost, until it is initialised anew, as those do that read their slots then only. */
function frozen() {
  const module = fakeModule();
  const clock = handClock();
  const freeze = () => {
    const before = module.count('finalize');
    module.trouble = ({ op }) =>
      (op === 'sign' || op === 'openSession' || op === 'slots') && module.count('finalize') === before ? gone : undefined;
  };
  return { module, clock, freeze };
}

describe('a module that has to be initialised anew (level 3)', () => {
  it('is finalised and initialised, once, and what waited is signed', async () => {
    const { module, clock, freeze } = frozen();
    const opened = await openFake(module, { lanes: 2, clock, random: () => 1 });
    await signAll(opened, 4);
    const told: unknown[] = [];
    opened.token.on('reconnecting', ({ level }) => told.push(['reconnecting', level]));
    opened.token.on('reconnected', ({ level }) => told.push(['reconnected', level]));
    freeze();
    const waiting = signAll(opened, 20);
    for (let second = 0; second < 10; second++) await clock.pass(1000);
    expect((await waiting).map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect([module.count('finalize'), module.count('initialize'), module.count('login')]).toEqual([1, 2, 2]);
    expect(told).toEqual([
      ['reconnecting', 2],
      ['reconnected', 3],
    ]);
    await opened.token.close();
  });

  it('is left as it is while another token of the process uses it', async () => {
    const { module, clock, freeze } = frozen();
    const registry = { pid: process.pid, modules: new Map() };
    const first = await openFake(module, { lanes: 1, clock, random: () => 1, reconnectTimeoutMs: 5000 }, registry);
    const second = await openFake(module, { lanes: 1, clock, random: () => 1, reconnectTimeoutMs: 5000 }, registry);
    await signAll(first, 1);
    freeze();
    const lost = signAll(first, 1);
    lost.catch(() => undefined);
    for (let second = 0; second < 10; second++) await clock.pass(1000);
    await expect(lost).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', details: { upstreamName: 'CKR_TOKEN_NOT_PRESENT' } });
    expect(module.count('finalize')).toBe(0);
    module.trouble = () => undefined;
    await turn();
    await Promise.all([first.token.close(), second.token.close()]);
  });
});
