import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import type { ApproverKeyPair } from '../src/index.js';
import { approvers, createWorld, requestSign, rule, statusOf, type World } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [one, two] = approvers(2) as [ApproverKeyPair, ApproverKeyPair];
const minute = 60_000;

interface Setting {
  readonly world: World;
  readonly id: string;
}
type Step = (setting: Setting) => Promise<unknown> | unknown;

const approve: Step = ({ world, id }) => world.tsb.approve(id, one);
const reject: Step = ({ world, id }) => world.tsb.reject(id, one);
const cancel: Step = ({ world, id }) => world.call('DELETE', `/v1/request/${id}`);
const deleteKey: Step = ({ world }) => world.call('POST', '/v1/key/deleteKey', { label: 'k' });
const block: Step = ({ world }) => world.call('POST', '/v1/block', { blockRequest: { blockKeyName: 'k' } });
const tick: Step = ({ world }) => world.tsb.tick();
const look: Step = ({ world, id }) => statusOf(world, id);
const pass =
  (minutes: number): Step =>
  ({ world }) =>
    world.clock.advance(minutes * minute);

/** Every arrow of §4.4, and every step that must not move a request out of where it ended. */
const locked = { timelock: 600, timeout: 1200 };
const arrows: readonly (readonly [from: string, event: string, to: string, rule: object | null, before: Step[], step: Step[]])[] =
  [
    ['(none)', 'rule fulfilled already', 'EXECUTED', null, [], []],
    ['(none)', 'rule asks for approvals', 'PENDING', {}, [], []],
    ['PENDING', 'last approval, window open', 'EXECUTED', {}, [], [approve]],
    ['PENDING', 'last approval, key blocked', 'FAILED', {}, [block], [approve]],
    ['PENDING', 'last approval, time lock runs', 'APPROVED', locked, [], [approve]],
    ['PENDING', 'no quorum can be reached', 'REJECTED', {}, [], [reject]],
    ['PENDING', 'all windows over, seen', 'EXPIRED', locked, [pass(20)], [look]],
    ['PENDING', 'all windows over, timer', 'EXPIRED', locked, [pass(20)], [tick]],
    ['PENDING', 'cancelled', 'CANCELLED', {}, [], [cancel]],
    ['PENDING', 'key deleted', 'CANCELLED', {}, [], [deleteKey]],
    ['PENDING', 'time passes', 'PENDING', locked, [], [pass(19), tick, look]],
    ['APPROVED', 'window opens, timer', 'EXECUTED', locked, [approve], [pass(10), tick]],
    ['APPROVED', 'window opens, only looked at', 'APPROVED', locked, [approve], [pass(10), look]],
    ['APPROVED', 'window opens, key blocked', 'FAILED', locked, [approve, block], [pass(10), tick]],
    ['APPROVED', 'all windows over', 'EXPIRED', locked, [approve], [pass(20), tick]],
    ['APPROVED', 'cancelled', 'CANCELLED', locked, [approve], [cancel]],
    ['APPROVED', 'key deleted', 'CANCELLED', locked, [approve], [deleteKey]],
  ];
const ends: readonly (readonly [status: string, rule: object, before: Step[]])[] = [
  ['EXECUTED', {}, [approve]],
  ['FAILED', {}, [block, approve]],
  ['REJECTED', {}, [reject]],
  ['EXPIRED', locked, [pass(20), tick]],
  ['CANCELLED', {}, [cancel]],
];
const harmless: Readonly<Record<string, Step>> = {
  approve: (setting) => (approve(setting) as Promise<void>).catch(() => undefined),
  reject: (setting) => (reject(setting) as Promise<void>).catch(() => undefined),
  'approve as another': ({ world, id }) => world.tsb.approve(id, two).catch(() => undefined),
  cancel,
  deleteKey,
  tick,
  look,
  'a day': pass(1440),
};

async function settingOf(times: object | null): Promise<Setting> {
  const world = createWorld();
  await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse: times && rule([one], 1, times) } });
  return { world, id: await requestSign(world) };
}
const run = async (setting: Setting, steps: readonly Step[]) => {
  for (const step of steps) await step(setting);
};
const table: string[] = [];

describe('the state machine (§4.4)', () => {
  it.each(arrows)('%s, %s: %s', async (from, event, to, times, before, steps) => {
    const setting = await settingOf(times);
    await run(setting, before);
    const start = setting.world.tsb.requests[0]?.status;
    if (from !== '(none)' && event !== 'all windows over, seen' && event !== 'all windows over, timer') expect(start).toBe(from);
    await run(setting, steps);
    expect(setting.world.tsb.requests[0]?.status).toBe(to);
    table.push(`${from.padEnd(9)} ${event.padEnd(32)} ${to}`);
  });

  it.each(ends)('%s is an end: nothing moves a request out of it', async (status, times, before) => {
    const setting = await settingOf(times);
    await run(setting, before);
    expect(setting.world.tsb.requests[0]?.status).toBe(status);
    const { result } = setting.world.tsb.requests[0] ?? {};
    for (const [name, step] of Object.entries(harmless)) {
      await step(setting);
      expect(setting.world.tsb.requests[0], name).toMatchObject({ status, result });
    }
    table.push(`${status.padEnd(9)} ${'anything'.padEnd(32)} ${status}`);
  });

  afterAll(() => console.log(`${table.join('\n')}\n`));
});
