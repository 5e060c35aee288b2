import { generateKeyPairSync } from 'node:crypto';
import { SignError } from '@securosys/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { approvalEntry } from '../src/index.js';
import { approvers, createWorld, requestSign, statusOf } from './support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const people = approvers(3);

const groups = fc
  .uniqueArray(fc.nat(2), { minLength: 1, maxLength: 3 })
  .chain((members) => fc.integer({ min: 1, max: members.length }).map((quorum) => ({ members, quorum })));
const minutes = fc.integer({ min: 0, max: 5 });
const tokens = fc.record({ groups: fc.array(groups, { maxLength: 2 }), timelock: minutes, timeout: minutes });
const steps = fc.oneof(
  fc.record({ kind: fc.constantFrom('approve' as const, 'reject' as const), who: fc.nat(2) }),
  fc.record({ kind: fc.constant('advance' as const), who: minutes }),
  fc.record({ kind: fc.constantFrom('tick' as const, 'look' as const), who: fc.constant(0) }),
);

const over = new Set(['EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED']);

it('in any course of events a request is executed inside a fulfilled token, once, and by the timer at the latest', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(tokens, { minLength: 1, maxLength: 2 }),
      fc.array(steps, { maxLength: 12 }),
      async (rule, course) => {
        const world = createWorld();
        const ruleUse = {
          tokens: rule.map(({ groups: all, timelock, timeout }) => ({
            timelock: timelock * 60,
            timeout: timeout * 60,
            groups: all.map(({ members, quorum }) => ({ quorum, approvals: members.map((i) => approvalEntry(people[i]!)) })),
          })),
        };
        await world.tsb.addKey({ label: 'k', privateKey, policy: { ruleUse } });
        const created = world.clock.now();
        const approved = new Set<number>();
        /** From the words of §4.2: some token's quorums inside its window. */
        const allowed = () => {
          const minute = (world.clock.now() - created) / 60_000;
          return rule.some(
            ({ groups: all, timelock, timeout }) =>
              minute >= timelock &&
              (timeout === 0 || minute < timeout) &&
              all.every(({ members, quorum }) => members.filter((i) => approved.has(i)).length >= quorum),
          );
        };
        const id = await requestSign(world);
        let before = 'PENDING';
        const check = async (acted: boolean) => {
          const now = await statusOf(world, id);
          if (over.has(before)) expect(now).toBe(before);
          else if (now === 'EXECUTED') expect(acted && allowed()).toBe(true);
          else if (acted && now !== 'REJECTED' && now !== 'EXPIRED') expect(allowed()).toBe(false);
          before = now;
        };
        await check(true);
        for (const { kind, who } of course) {
          if (kind === 'advance') world.clock.advance(who * 60_000);
          if (kind === 'tick') await world.tsb.tick();
          if (kind === 'approve' || kind === 'reject') {
            const outcome = await world.tsb[kind](id, people[who]!).then(
              () => true,
              (error) => error,
            );
            if (outcome !== true) expect(SignError.is(outcome, 'ERR_REQUEST_NOT_FOUND')).toBe(true);
            else if (kind === 'approve') approved.add(who);
            await check(outcome === true);
          } else await check(kind === 'tick');
        }
        const uses = (await world.call('POST', '/v1/key/attributes', { label: 'k' })).body.json as { keyUsageCount: number };
        expect(uses.keyUsageCount).toBe(before === 'EXECUTED' ? 1 : 0);
      },
    ),
    { numRuns: process.env.SLOW ? 200 : 40 },
  );
});
