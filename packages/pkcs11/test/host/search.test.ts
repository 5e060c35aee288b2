import { describe, expect, it } from 'vitest';
import { failure, fakeModule, handClock, openFake, turn } from './fake-worker.js';

describe('a search that finds many objects', () => {
  it('reads them in several commands, so that others of the worker come between', async () => {
    const module = fakeModule();
    const { token } = await openFake(module);
    module.objects = 150;
    const [found] = await Promise.all([token.find([], [0x102]), token.mechanisms().catch(() => undefined)]);
    expect(found.map(({ handle }) => handle.bytes[0])).toEqual(Array.from({ length: 150 }, (_, at) => 7 + at));
    expect(module.count('findRest')).toBe(2);
    const order = module.calls.map(({ op }) => op);
    expect(order.indexOf('mechanisms')).toBeLessThan(order.lastIndexOf('findRest'));
    await token.close();
  });

  it('is made again when a login came in between: handles of before are not read', async () => {
    const module = fakeModule();
    const { token } = await openFake(module);
    module.objects = 150;
    let times = 1;
    module.trouble = ({ op }) => (op === 'findRest' && times-- > 0 ? failure(0x101, 'CKR_USER_NOT_LOGGED_IN') : undefined);
    expect(await token.find([], [])).toHaveLength(150);
    expect([module.count('find'), module.count('findRest'), module.count('login')]).toEqual([3, 3, 2]);
    module.trouble = ({ op }) => (op === 'findRest' ? failure(0x101, 'CKR_USER_NOT_LOGGED_IN') : undefined);
    await expect(token.find([], [])).rejects.toMatchObject({ code: 'ERR_UNAVAILABLE', retryable: true });
    await token.close();
  });

  it('has one deadline for all of its commands', async () => {
    const [clock, module] = [handClock(), fakeModule()];
    const { token } = await openFake(module, { clock });
    module.objects = 150;
    let commands = 0;
    module.trouble = ({ op }) => (op === 'findRest' && ++commands === 2 ? 'hold' : undefined);
    const finding = token.find([], [], { timeoutMs: 100 });
    finding.catch(() => undefined);
    await turn();
    await clock.pass(100);
    await expect(finding).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    module.workers.find(({ role }) => role === 'control')?.release();
    await token.close();
  });
});
