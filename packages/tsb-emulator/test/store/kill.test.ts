import { type ChildProcess, spawn } from 'node:child_process';
import { verify } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Bytes, base64Text, type JsonObject } from '@securosys/core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signAsApprover } from '../../src/approvals/approver-signature.js';
import { type ApproverKeyPair, createApproverKey } from '../../src/index.js';
import { login, message, rule, signBody } from '../support.js';

const program = new URL('../../dist/serve.js', import.meta.url).pathname;
const people = [createApproverKey('one'), createApproverKey('two')] as const;
const token = 'kill-test';
const timesEach = 6;

interface Broker {
  readonly child: ChildProcess;
  readonly url: string;
}

/** Starts the built program on the folder, as a user would. Its timer runs every 20 ms. */
function start(folder: string): Promise<Broker> {
  const args = [program, '--port', '0', '--data', folder, '--print-config', 'json', '--timer-interval', '20'];
  const child = spawn(process.execPath, args, { env: { ...process.env, NODE_ENV: '', TSB_EMULATOR_TOKEN: token } });
  return new Promise((resolve, reject) => {
    let err = '';
    child.stderr.on('data', (text) => (err += text));
    child.once('exit', (code) => reject(new Error(`the emulator ended with ${code}: ${err}`)));
    child.stdout.once('data', (text) => {
      child.removeAllListeners('exit');
      resolve({ child, url: JSON.parse(String(text)).url });
    });
  });
}

const kill = async ({ child }: Broker): Promise<void> => {
  if (child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
};

type Answer = { readonly status: number; readonly body: JsonObject };
async function call({ url }: Broker, method: string, path: string, body?: object): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? {} : JSON.parse(text) };
}

async function openTask(broker: Broker, who: ApproverKeyPair): Promise<JsonObject | undefined> {
  const { body } = await call(broker, 'POST', '/v1/filteredSignApprovalTask', login(who, Date.now() - 1000));
  expect((body.tasks as unknown[]).length).toBeLessThan(2);
  return (body.tasks as JsonObject[])[0];
}

async function approve(broker: Broker, who: ApproverKeyPair): Promise<Answer> {
  const task = await openTask(broker, who);
  // Taken before the process died.
  if (!task) return { status: 200, body: {} };
  const { signature, digest } = signAsApprover(who.privateKey, base64Bytes(task.approvalToBeSigned as string));
  return call(broker, 'POST', '/v1/approval', {
    id: task.id,
    approvalToBeSigned: task.approvalToBeSigned,
    signature: base64Text(signature),
    approvalDigestAlgorithm: digest,
    approverPublicKey: base64Text(who.spki),
  });
}

const all = ['PENDING', 'APPROVED', 'EXECUTED', 'FAILED', 'EXPIRED', 'REJECTED', 'CANCELLED'];
async function requests(broker: Broker): Promise<{ id: string; status: string }[]> {
  const { body } = await call(broker, 'POST', '/v1/filteredRequests', { requestStatusList: all });
  return body.requests as { id: string; status: string }[];
}

let folder: string;
let broker: Broker | undefined;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsb-kill-'));
});
afterEach(async () => {
  if (broker) await kill(broker);
  broker = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const hits = new Map<string, number>();
afterAll(() => {
  if (hits.size > 0) console.log([...hits].map(([point, count]) => `${String(count).padStart(3)}  killed ${point}`).join('\n'));
});

const steps = ['create the key', 'submit', 'approve 1', 'approve 2 and execute', 'read'] as const;
const moments = ['after', 'during'] as const;
const points = steps.flatMap((step) =>
  moments.flatMap((moment) => Array.from({ length: timesEach }, (_, i) => [moment, step, i] as const)),
);

/** What each step does; doing it again after a lost answer must be harmless. */
async function perform(step: (typeof steps)[number], known: { id?: string }): Promise<void> {
  const at = broker as Broker;
  if (step === 'create the key') {
    const policy = { ruleUse: rule([...people], 2), ruleBlock: null, keyStatus: { blocked: false } };
    const attributes = { sign: true, decrypt: false, unwrap: false };
    const { status, body } = await call(at, 'POST', '/v1/key', {
      label: 'k',
      algorithm: 'EC',
      curveOid: '1.2.840.10045.3.1.7',
      attributes,
      policy,
    });
    expect(status === 201 || body.errorCode === 608, JSON.stringify(body)).toBe(true);
  } else if (step === 'submit') {
    const [known1] = await requests(at);
    known.id = known1?.id ?? ((await call(at, 'POST', '/v1/sign', signBody('k'))).body.signRequestId as string);
  } else if (step === 'read') {
    expect((await call(at, 'GET', `/v1/request/${known.id}`)).body.status).toBe('EXECUTED');
  } else expect((await approve(at, people[step === 'approve 1' ? 0 : 1])).status).toBe(200);
}

describe.runIf(process.env.SLOW)('kill -9', () => {
  it.each(points)('%s: %s (%i) loses nothing and doubles nothing', async (moment, victim, round) => {
    broker = await start(folder);
    const known: { id?: string } = {};
    for (const step of steps) {
      if (step !== victim) {
        await perform(step, known);
        continue;
      }
      if (moment === 'during') {
        // From the moment the call leaves to after its answer: some of these land inside the transaction.
        const performing = perform(step, known).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, round * 2));
        await kill(broker);
        await performing;
      } else {
        await perform(step, known);
        await kill(broker);
      }
      hits.set(`${moment}: ${step}`, (hits.get(`${moment}: ${step}`) ?? 0) + 1);
      broker = await start(folder);
      // What was answered is there; what was not is done again.
      if (moment === 'after' && step === 'submit') expect((await requests(broker)).map(({ id }) => id)).toEqual([known.id]);
      if (moment === 'after' && step.startsWith('approve'))
        expect(await openTask(broker, people[step === 'approve 1' ? 0 : 1])).toBeUndefined();
      await perform(step, known);
    }
    const found = await requests(broker);
    expect(found).toEqual([{ id: known.id, status: 'EXECUTED' }]);
    const { body } = await call(broker, 'GET', `/v1/request/${known.id}`);
    const attributes = (await call(broker, 'POST', '/v1/key/attributes', { label: 'k' })).body.json as JsonObject;
    expect(attributes.keyUsageCount).toBe(1);
    const key = { key: Buffer.from(base64Bytes(attributes.publicKey as string)), format: 'der', type: 'spki' } as const;
    expect(verify('sha256', message, key, base64Bytes(body.result as string))).toBe(true);
    expect(body.approvedBy).toEqual(people.map(({ spki }) => base64Text(spki)));
  });

  it('a hundred commits in a row, killed at any moment: a prefix of them is there, each whole', {
    timeout: 120_000,
  }, async () => {
    for (let round = 0; round < 8; round++) {
      broker = await start(folder);
      const at = broker;
      const answered: string[] = [];
      const sending = (async () => {
        for (let i = 0; i < 100; i++) {
          const name = `d${round}-${i}`;
          const { status } = await call(at, 'POST', '/v1/dataObject', { name, value: base64Text(new Uint8Array(3000).fill(i)) });
          if (status === 201) answered.push(name);
        }
      })().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 23));
      await kill(at);
      await sending;
      broker = await start(folder);
      for (const [i, name] of answered.entries())
        expect((await call(broker, 'GET', `/v1/dataObject/${name}`)).body.value).toBe(base64Text(new Uint8Array(3000).fill(i)));
      const beyond = await call(broker, 'GET', `/v1/dataObject/d${round}-${answered.length + 1}`);
      expect(beyond.status).toBe(404);
      await kill(broker);
    }
  });
});
