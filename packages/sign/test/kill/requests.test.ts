import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOci } from '@securosys/oci';
import { createRunningClock, startFakeTsb } from '@securosys/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { pushImage } from '../helpers.js';
import { letTimePass, spawnVictim } from './process.js';
import { type RequestOrders, requestApplication } from './request-application.mjs';

const timesEach = 5;
/** People who still decide make a lost answer an unknown outcome; after them, a few runs are enough for everything. */
const mostRuns = 8;
const program = fileURLToPath(new URL('./request-client.mjs', import.meta.url));
const names = ['one', 'two'];
type Phase = 'submit' | 'complete';

/** Where a process dies: after this step has come so many times. */
interface Death {
  readonly name: string;
  readonly time: number;
}

interface Ended {
  readonly steps: readonly string[];
  readonly killed: boolean;
}

const recordsIn = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.json'));

/** One release over its life: killed at one step of one phase, then started again until everything is published. */
async function life(phase: Phase, publish: 'each' | 'all', dieAt: Death | undefined): Promise<Ended> {
  const root = await mkdtemp(join(tmpdir(), 'kill-requests-'));
  const [folder, layout] = [join(root, 'pending'), join(root, 'layout')];
  await using tsb = await startFakeTsb({ banner: () => undefined, clock: createRunningClock() });
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 2, of: ['CISO', 'Dev lead'] } });
  const authority = tsb.certificateAuthority;
  const certificates = [await authority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await authority.root()];
  const oci = createOci();
  const images = names.map((name) => `oci:${layout}:${name}`);
  for (const image of images) await pushImage(oci, image, image);
  let runs = 0;
  const orders = (how: RequestOrders['phase'], id?: string): RequestOrders => ({
    url: tsb.url,
    token: tsb.token,
    chain: certificates.map((der) => Buffer.from(der).toString('base64')),
    folder,
    layout,
    images,
    phase: how,
    publish,
    aheadMs: 600_000 * runs++,
    ...(id !== undefined && { id }),
  });
  const here = (how: RequestOrders['phase'], id?: string) =>
    requestApplication(orders(how, id), { fetch, step: () => undefined });
  const approve = async () => {
    for (const { id, status } of tsb.requests)
      if (status === 'PENDING') for (const name of ['CISO', 'Dev lead']) await tsb.approve(id, name);
  };
  /** The request that is over, once it is. */
  const over = async () => {
    for (const name of await recordsIn(folder))
      if (name.startsWith('requests-')) {
        const record = JSON.parse(await readFile(join(folder, name), 'utf8'));
        if (record.ended === 'published') return name.slice('requests-'.length, -'.json'.length);
      }
    return undefined;
  };

  if (phase === 'complete') {
    expect(await here('submit')).toBeUndefined();
    await approve();
  }
  const victim = await spawnVictim(program, { ...orders(phase), dieAt });
  await letTimePass(folder);
  if (phase === 'submit') {
    // Whoever knows its requests goes on with them, and nobody makes a second one for the same bytes.
    const error = await here('submit');
    expect([undefined, 'ERR_OUTCOME_UNKNOWN']).toContain(error);
  }
  while (runs < mostRuns && (await over()) === undefined) {
    await approve();
    const error = await here('complete');
    expect([undefined, 'ERR_OUTCOME_UNKNOWN', 'ERR_APPROVAL_PENDING']).toContain(error);
  }
  const id = await over();
  expect(id).toBeDefined();
  // What the dead left is cleared away by whoever comes, and nothing is asked or attached any more.
  expect(await here('clear', id)).toBe('ERR_REQUEST_NOT_FOUND');
  const left = (await recordsIn(folder)).filter((name) => !/^(used-|tag-|clearing)/.test(name));
  expect(left).toEqual([`requests-${id}.json`]);
  expect(tsb.requests.map(({ status }) => status)).toEqual(names.map(() => 'EXECUTED'));
  for (const image of images) {
    const repository = oci.open(image);
    const { descriptor } = await repository.resolve();
    const attached = [];
    for await (const { digest } of repository.referrers(descriptor)) attached.push(digest);
    expect(attached).toHaveLength(1);
  }
  await rm(root, { recursive: true, force: true });
  return victim;
}

const hits = new Map<string, number>();
afterAll(() => {
  if (hits.size > 0)
    console.log([...hits].map(([step, count]) => `${String(count).padStart(3)}  killed after ${step}`).join('\n'));
});

describe.runIf(process.env.SLOW)('kill -9 of a release', () => {
  it.each([
    ['submit', 'each'],
    ['complete', 'each'],
    ['complete', 'all'],
  ] as const)("at any step of %s ('%s') loses nothing and doubles nothing", { timeout: 1_800_000 }, async (phase, publish) => {
    const whole = await life(phase, publish, undefined);
    expect(whole.killed).toBe(false);
    const steps = [...new Set(whole.steps)];
    expect(steps.length).toBeGreaterThan(10);
    for (const name of steps) {
      const often = whole.steps.filter((step) => step === name).length;
      // Another of the times that the step comes in each life.
      const deaths = Array.from({ length: timesEach }, (_, at) => ({ name, time: 1 + (at % often) }));
      for (const victim of await Promise.all(deaths.map((death) => life(phase, publish, death)))) {
        const point = `${phase} ${publish}: ${name}`;
        if (victim.killed) hits.set(point, (hits.get(point) ?? 0) + 1);
      }
    }
    const missed = [...hits].filter(([, count]) => count < timesEach);
    expect(missed).toEqual([]);
  });
});
