import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { RequestState } from '@securosys/core';
import { type Case, withRequest } from './approval-claims.js';
import { failureOf, freshMessage, signOperation } from './expectations.js';
import type { Claim } from './fixture.js';

const isOpen = ({ status }: RequestState) => status === 'pending' || status === 'approved';
const known = { status: 'pending' } as const;

/** Watches until the request has ended, for at most ten seconds; what came of it, or why nothing did. */
async function watched({ backend, id }: Case): Promise<unknown> {
  let state: RequestState = known;
  const end = Date.now() + 10_000;
  try {
    while (isOpen(state) && Date.now() < end) {
      state = (await backend.watch?.(id, state, { timeoutMs: 5_000 })) ?? state;
      await setTimeout(1);
    }
    return state.status;
  } catch (error) {
    return error;
  }
}

/** What a backend that watches its requests, or sees what approvers see, owes those who wait. */
export const watchingClaims: readonly Claim[] = [
  {
    name: 'who watches a request hears of its end, and before that of nothing when nothing happens',
    check: (fixture) =>
      withRequest(fixture, async (one) => {
        const { backend, approvals, id } = one;
        if (!backend.watch) return;
        const { status } = await backend.watch(id, await one.poll(), { timeoutMs: 50 });
        assert.equal(status, 'pending', 'a watch that ran out should answer what was known');
        const waiting = watched(one);
        await approvals.approve(id);
        assert.equal(await waiting, 'executed', 'a watcher should hear of the execution');
      }),
  },
  {
    name: 'a watch ends with the signal of whoever waits, and with nobody else’s',
    check: (fixture) =>
      withRequest(fixture, async (one) => {
        const { backend, approvals, id } = one;
        if (!backend.watch) return;
        const controller = new AbortController();
        const reason = new Error('the caller went away');
        const other = watched(one);
        const { signal } = controller;
        const aborted = failureOf('watch', () => backend.watch?.(id, known, { signal }) ?? Promise.resolve());
        controller.abort(reason);
        assert.equal(await aborted, reason, 'watch should reject with signal.reason');
        await approvals.approve(id);
        assert.equal(await other, 'executed', 'others should go on watching');
      }),
  },
  {
    name: 'a request is recognised as that of its own operation, and of no other, as far as it can tell',
    check: (fixture) =>
      withRequest(fixture, async ({ backend, approvals, id, algorithm, message }) => {
        if (!backend.recognises) return;
        const operation = (input: Uint8Array) => signOperation(approvals.key.ref, algorithm, { message: input });
        assert.notEqual(await backend.recognises(id, operation(message)), false, 'its own operation should be recognised');
        assert.notEqual(await backend.recognises(id, operation(freshMessage())), true, 'another one should not be recognised');
      }),
  },
];
