import { evaluatePolicy, type SigningPolicyTimes, signingPolicy } from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';

async function allowed(window: SigningPolicyTimes, time: string): Promise<boolean> {
  const policy = signingPolicy({ version: 1, rules: [{ name: 'hours', require: { times: [window] } }] });
  const clock = { now: () => Date.parse(time), sleep: async () => {} };
  return (await evaluatePolicy(policy, {}, { clock })).verdict === 'allowed';
}

describe('times', () => {
  const zurich = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '18:00', timeZone: 'Europe/Zurich' } as const;

  it.each([
    ['2026-07-06T05:59:59Z', false],
    ['2026-07-06T06:00:00Z', true],
    ['2026-07-06T15:59:59Z', true],
    ['2026-07-06T16:00:00Z', false],
    ['2026-12-07T06:30:00Z', false],
    ['2026-12-07T07:00:00Z', true],
    ['2026-12-07T16:59:00Z', true],
    ['2026-07-05T10:00:00Z', false],
  ])('hours are those of the wall in summer and in winter: %s', async (time, expected) => {
    expect(await allowed(zurich, time)).toBe(expected);
  });

  it.each([
    // The hour from 02:00 to 03:00 is there twice on 25 October 2026, and not at all on 29 March 2026.
    ['2026-10-25T00:30:00Z', true],
    ['2026-10-25T01:30:00Z', true],
    ['2026-10-25T02:00:00Z', false],
    ['2026-03-29T00:59:59Z', false],
    ['2026-03-29T01:00:00Z', false],
  ])('an hour that the clocks repeat counts twice, one that they leave out never: %s', async (time, expected) => {
    expect(await allowed({ days: ['sun'], from: '02:00', to: '03:00', timeZone: 'Europe/Zurich' }, time)).toBe(expected);
  });

  it('the day is that of the zone', async () => {
    const tokyo = { days: ['tue'], timeZone: 'Asia/Tokyo' } as const;
    expect(await allowed(tokyo, '2026-11-23T14:59:00Z')).toBe(false);
    expect(await allowed(tokyo, '2026-11-23T15:00:00Z')).toBe(true);
  });

  it('midnight belongs to the day that begins', async () => {
    expect(await allowed({ from: '00:00', to: '00:01', timeZone: 'UTC' }, '2026-11-23T00:00:30Z')).toBe(true);
    expect(await allowed({ from: '23:59', to: '24:00', timeZone: 'UTC' }, '2026-11-23T23:59:59Z')).toBe(true);
  });
});
