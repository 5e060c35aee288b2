import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { type KeyBackend, type RequestState, type SignatureAlgorithm, sha256Hex } from '@securosys/core';
import { expectCode, expectSignature, failureOf, freshMessage, publicKeyOf, signOperation } from './expectations.js';
import type { Claim, ConformanceApprovals, KeyBackendFixture } from './fixture.js';
import { algorithmsOf } from './signing-claims.js';

type Waiting = KeyBackend & Required<Pick<KeyBackend, 'poll'>>;

export interface Case {
  readonly backend: Waiting;
  readonly approvals: ConformanceApprovals;
  readonly id: string;
  readonly message: Uint8Array;
  readonly algorithm: SignatureAlgorithm;
  poll(): Promise<RequestState>;
}

/** Runs a check with one fresh request, and withdraws the request afterwards if it is still open. */
export async function withRequest({ backend, approvals }: KeyBackendFixture, check: (one: Case) => Promise<void>): Promise<void> {
  assert.ok(approvals, 'the fixture should have approvals');
  assert.ok(canPoll(backend), 'a backend with approvals should have poll');
  const algorithm = algorithmsOf(approvals.key)[0] as SignatureAlgorithm;
  const message = freshMessage();
  const begun = await backend.begin(signOperation(approvals.key.ref, algorithm, { message }));
  assert.ok('pending' in begun, 'a key that needs approval should answer with a pending request');
  const id = begun.pending;
  assert.ok(typeof id === 'string' && id.length > 0, 'the id of a request should be text');
  try {
    await check({ backend, approvals, id, message, algorithm, poll: () => backend.poll(id) });
  } finally {
    await backend.cancel?.(id);
  }
}

const canPoll = (backend: KeyBackend): backend is Waiting => backend.poll !== undefined;

/** Polls until the request has ended, for at most ten seconds. */
async function ended({ poll }: Case): Promise<RequestState> {
  for (let look = 0; look < 200; look++) {
    const state = await poll();
    if (state.status !== 'pending' && state.status !== 'approved') return state;
    await setTimeout(50);
  }
  assert.fail('the request should end within ten seconds after the decision');
}

async function idsOf(backend: KeyBackend): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of backend.candidates?.() ?? []) ids.push(id);
  return ids;
}

/** What a backend does while people decide. */
export const approvalClaims: readonly Claim[] = [
  {
    name: 'a key that people decide on says so when it is described',
    async check({ backend, approvals }) {
      assert.ok(approvals, 'the fixture should have approvals');
      const { needsApproval } = await backend.describeKey(approvals.key.ref);
      assert.notEqual(needsApproval, false, 'the key with approvals should need approval, or not know');
    },
  },
  {
    name: 'a use that nobody has decided on is pending, and a look at it shows the approvals',
    check: (fixture) =>
      withRequest(fixture, async ({ poll }) => {
        for (let look = 0; look < 2; look++) {
          const { status, approvals } = await poll();
          assert.equal(status, 'pending');
          for (const list of ['approvedBy', 'notYetApprovedBy', 'rejectedBy'] as const)
            assert.ok(Array.isArray(approvals?.[list]), `approvals.${list} should be a list`);
        }
      }),
  },
  {
    name: 'an approved use is executed, and every look shows the one result, which verifies',
    check: (fixture) =>
      withRequest(fixture, async (one) => {
        const { backend, approvals, id, message, algorithm } = one;
        await approvals.approve(id);
        const state = await ended(one);
        assert.equal(state.status, 'executed');
        const { result: signature } = state as RequestState & { status: 'executed' };
        const publicKey = await publicKeyOf(backend, approvals.key.ref);
        expectSignature(approvals.key, { publicKey, algorithm, message, signature });
        const again = await one.poll();
        assert.equal(again.status, 'executed', 'an executed request should stay so');
        assert.equal('result' in again && sha256Hex(again.result), sha256Hex(signature), 'every look should show one result');
      }),
  },
  {
    name: 'a rejected use says so, and has no result',
    check: (fixture) =>
      withRequest(fixture, async (one) => {
        await one.approvals.reject(one.id);
        const state = await ended(one);
        assert.equal(state.status, 'rejected');
        assert.ok(!('result' in state), 'a rejected request should have no result');
      }),
  },
  {
    name: 'a cancelled use says so, and cancelling what has ended is no error',
    check: (fixture) =>
      withRequest(fixture, async (one) => {
        const { backend, id } = one;
        if (!backend.cancel) return;
        await backend.cancel(id);
        await backend.cancel(id);
        assert.equal((await ended(one)).status, 'cancelled');
      }),
  },
  {
    name: 'requests have ids of their own, and are among the candidates after a lost answer',
    check: (fixture) =>
      withRequest(fixture, ({ id, backend }) =>
        withRequest(fixture, async ({ id: other }) => {
          assert.notEqual(id, other, 'two requests should have two ids');
          if (!backend.candidates) return;
          const known = await idsOf(backend);
          assert.ok(known.includes(id) && known.includes(other), 'candidates should list every open request');
        }),
      ),
  },
  {
    name: 'a request that it does not have is ERR_REQUEST_NOT_FOUND',
    check: (fixture) =>
      withRequest(fixture, ({ backend }) =>
        expectCode('poll of an unknown id', ['ERR_REQUEST_NOT_FOUND'], () => backend.poll(randomUUID())),
      ),
  },
  {
    name: 'an aborted call makes no request, and an aborted look changes none',
    check: (fixture) =>
      withRequest(fixture, async ({ backend, approvals, id, algorithm, poll }) => {
        const reason = new Error('the caller went away');
        const options = { signal: AbortSignal.abort(reason) };
        const before = await idsOf(backend);
        const operation = signOperation(approvals.key.ref, algorithm, { message: freshMessage() });
        assert.equal(await failureOf('begin', () => backend.begin(operation, options)), reason);
        assert.equal(await failureOf('poll', () => backend.poll(id, options)), reason);
        assert.deepEqual((await idsOf(backend)).sort(), before.sort(), 'there should be no new request');
        assert.equal((await poll()).status, 'pending');
      }),
  },
];
