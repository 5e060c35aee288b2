import { SignError, sha256Hex } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import type { RequestItemInput, SigningRequest } from '../../src/index.js';
import { createWorld } from '../helpers.js';
import { network, type OnCall, prepareIn, processIn, resumeIn, someSteps } from './interrupt.js';
import { approveAll, attachedTo, everyFormat, prepare, recordsOf, resume, tagged, thrown, type World } from './support.js';

const seed = Number(process.env.SEED ?? 8);
const items: readonly RequestItemInput[] = [
  { image: tagged, format: ['notation-jws', 'cosign'] },
  { image: tagged, predicateType: 'spdxjson', predicate: { spdxVersion: 'SPDX-2.3' }, shapes: ['bundle'] },
];

/** What the jobs of one pipeline know of each other. */
interface Pipeline {
  readonly world: World;
  /** Of the request, since a job has printed it. */
  id?: string;
}
type Process = ReturnType<typeof processIn>;
type Call = { readonly signal?: AbortSignal };

/** What a pipeline does. Each job of it is the same, whatever the ones before came to. */
interface Flow {
  readonly name: string;
  begin(pipeline: Pipeline): Promise<void>;
  job(pipeline: Pipeline, process: Process, call: Call): Promise<void>;
  end(pipeline: Pipeline): Promise<void>;
}

/** The request that jobs before this one have left, or the same asked anew; `undefined` when it is published. */
async function known({ world, id }: Pipeline, process: Process, call: Call): Promise<SigningRequest | undefined> {
  if (id !== undefined)
    try {
      return await resumeIn(world, process, id, call);
    } catch (error) {
      if (!SignError.is(error, 'ERR_REQUEST_NOT_FOUND')) throw error;
      if (error.details.ended === 'published') return undefined;
    }
  return prepareIn(world, process, items, call);
}

const flows: readonly Flow[] = [
  {
    name: 'a release: prepare, submit, refresh, complete',
    begin: async () => undefined,
    async job(pipeline, process, call) {
      const { world } = pipeline;
      const request = await prepareIn(world, process, items, call);
      pipeline.id = request.id;
      await request.submit(call);
      await request.refresh(call);
      await approveAll(world);
      await request.complete({ approvalTimeoutMs: 60_000, ...call });
    },
    async end(pipeline) {
      const { world } = pipeline;
      expect(world.tsb.requests.map(({ status }) => status)).toEqual(Array(4).fill('EXECUTED'));
      // One Notary signature and two bundles; the legacy signature has a tag.
      expect(await attachedTo(world)).toHaveLength(3);
      // Of what is published, the rest may wait for whoever comes next.
      if (pipeline.id !== undefined) await thrown(resume(world, pipeline.id));
      expect(await recordsOf(world)).toEqual(['signing-requests published']);
    },
  },
  {
    name: 'what was rejected: refresh, complete, reprepare, submit, complete',
    async begin(pipeline) {
      const { world } = pipeline;
      const request = await prepare(world, items);
      await request.submit();
      pipeline.id = request.id;
      // One of the two signatures that cosign needs.
      const first = request.items.find(({ format }) => format === 'cosign')?.parts[0]?.requestId as string;
      for (const approver of world.approvers.slice(0, 2)) await world.tsb.reject(first, approver);
      world.clock.advance(1_000);
    },
    async job(pipeline, process, call) {
      const { world } = pipeline;
      let request = await known(pipeline, process, call);
      if (!request) return;
      await request.refresh(call);
      const over = (error: unknown) => {
        if (!SignError.is(error, 'ERR_APPROVAL_REJECTED') && !SignError.is(error, 'ERR_APPROVAL_PENDING')) throw error;
      };
      const completed = await request.complete({ approvalTimeoutMs: 0, ...call }).catch(over);
      if (completed) return;
      if (request.items.some(({ status }) => status === 'rejected')) {
        request = await request.reprepare(call);
        pipeline.id = request.id;
      }
      await request.submit(call);
      await approveAll(world);
      await request.complete({ approvalTimeoutMs: 60_000, ...call });
    },
    async end(pipeline) {
      const { world } = pipeline;
      if (pipeline.id !== undefined) await thrown(resume(world, pipeline.id));
      expect(world.tsb.requests.map(({ status }) => status).filter((status) => status === 'PENDING')).toEqual([]);
      expect(world.tsb.requests.filter(({ status }) => status === 'REJECTED')).toHaveLength(1);
      expect(await attachedTo(world)).toHaveLength(3);
      // The request that was there first is over in either way: by its name the same may have been asked anew.
      const [last, ...others] = [...new Set(await recordsOf(world))].reverse();
      expect(last).toBe('signing-requests published');
      for (const other of others) expect(other).toBe('signing-requests cancelled');
    },
  },
  {
    name: 'what is not wanted any more: prepare, submit, cancel',
    begin: async () => undefined,
    async job(pipeline, process, call) {
      const request = await known(pipeline, process, call);
      if (!request) return;
      if (pipeline.id === undefined) {
        pipeline.id = request.id;
        await request.submit(call);
      }
      await request.cancel(call);
    },
    async end({ world }) {
      expect(world.tsb.requests.map(({ status }) => status).filter((status) => status === 'PENDING')).toEqual([]);
      expect(await attachedTo(world)).toEqual([]);
      expect(await recordsOf(world)).toEqual(['signing-requests cancelled']);
    },
  },
];

/** Nobody is ever asked twice about the same bytes at once. */
function expectNothingDoubled({ tsb }: World) {
  const open = tsb.requests.filter(({ status }) => status === 'PENDING').map(({ payload }) => payload && sha256Hex(payload));
  expect(open).toEqual([...new Set(open)]);
}

/** How the first job ends when its calls are interrupted so; later ones are not, and come to the end. */
async function interrupted(flow: Flow, onCall: OnCall, call: Call = {}, lostAnswers = false): Promise<string> {
  const pipeline: Pipeline = { world: await createWorld() };
  const { world } = pipeline;
  await flow.begin(pipeline);
  const first = await flow.job(pipeline, processIn(world, onCall, lostAnswers), call).then(
    () => 'done',
    (error: unknown) => (SignError.is(error) ? error.code : (error as Error).message),
  );
  expectNothingDoubled(world);
  for (let job = 0; first !== 'done'; job++) {
    world.clock.advance(600_000);
    try {
      await flow.job(pipeline, processIn(world), {});
      break;
    } catch (error) {
      // An answer that was lost is cleared up when people have decided.
      if (!SignError.is(error, 'ERR_OUTCOME_UNKNOWN') || job > 3) throw error;
      await approveAll(world);
    }
    expectNothingDoubled(world);
  }
  expectNothingDoubled(world);
  await flow.end(pipeline);
  return first;
}

/** Calls of one whole job: each is a step in which something can happen. */
async function stepsOf(flow: Flow): Promise<number> {
  let steps = 0;
  expect(
    await interrupted(flow, (call) => {
      steps = call;
    }),
  ).toBe('done');
  expect(steps).toBeGreaterThan(25);
  return steps;
}

/** What went wrong in which step. */
async function problemsOf(steps: readonly string[], run: (step: string) => Promise<void>): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const step of steps) await run(step).catch((error: unknown) => problems.push(`${step}: ${error}`));
  return problems;
}

const outcomes = ['ERR_NETWORK', 'ERR_STORE', 'ERR_OUTCOME_UNKNOWN', 'ERR_APPROVAL_PENDING', 'done'];

describe.each(flows)('in whichever step of $name', (flow) => {
  it('a call fails: a later run goes on, nothing is asked or attached twice', { timeout: 1_800_000 }, async () => {
    const steps = someSteps(await stepsOf(flow), seed, 2).flatMap((step) =>
      (process.env.SLOW ? ['fails', 'is answered to nobody'] : [step % 2 ? 'fails' : 'is answered to nobody']).map(
        (how) => `call ${step} ${how} (seed ${seed})`,
      ),
    );
    const run = async (step: string) => {
      const onCall = (call: number) => {
        if (step.startsWith(`call ${call} `)) throw network;
      };
      expect(outcomes).toContain(await interrupted(flow, onCall, {}, step.includes('answered')));
    };
    expect(await problemsOf(steps, run)).toEqual([]);
  });

  it('Ctrl-C comes: it ends with the reason of the signal, and a later run goes on', { timeout: 1_800_000 }, async () => {
    const steps = someSteps(await stepsOf(flow), seed + 1, 2).map((step) => `Ctrl-C at call ${step} (seed ${seed})`);
    const run = async (step: string) => {
      const stop = new AbortController();
      const onCall = (call: number) => {
        if (step.includes(`call ${call} `)) stop.abort(new Error('Ctrl-C'));
      };
      // The last answers may come in before anybody looks at the signal.
      expect(['Ctrl-C', 'done']).toContain(await interrupted(flow, onCall, { signal: stop.signal }));
    };
    expect(await problemsOf(steps, run)).toEqual([]);
  });
});

it('a store that is full loses nothing of what was asked, and it goes on when there is room', async () => {
  const world = await createWorld();
  const request = await prepare(world, everyFormat);
  let room = 3;
  const full: typeof world.store = {
    ...world.store,
    put: async (...args) => {
      if (--room < 0) throw new SignError('ERR_STORE', 'no space left on device');
      return world.store.put(...args);
    },
  };
  const crowded = await prepare(world, everyFormat, { signer: world.signer(full), store: full });
  expect((await thrown(crowded.submit())).code).toBe('ERR_STORE');
  await request.submit();
  await approveAll(world);
  await (await resume(world, request.id)).complete();
  expect(await attachedTo(world)).toHaveLength(3);
  expect(world.tsb.requests).toHaveLength(4);
});
