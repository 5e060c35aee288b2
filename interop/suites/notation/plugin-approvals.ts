import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { notationCose, notationJws } from '@securosys/notation-envelope';
import { approverKeyFromPrivateKey, buildPolicy, createApprover, quorum } from '@securosys/tsb-client';
import { createApproverKey } from '@securosys/tsb-emulator';
import { pushImage } from '../../lib/images.js';
import { described } from '../../lib/process.js';
import { emulated, theyAccept, weAccept } from './judges.js';
import { pluginHome } from './plugin-world.js';
import { formatIds, formats, type World } from './world.js';

const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));

/** Two of the three people look for their one task, see which image it is about, and approve. */
async function approve({ scope, tsb, auth }: World, digest: string | undefined): Promise<void> {
  for (const person of people.slice(0, 2)) {
    const approver = createApprover({
      url: tsb.url,
      auth,
      key: approverKeyFromPrivateKey(person.privateKey),
      formats: [notationJws, notationCose],
      pinnedTimestampKey: tsb.tsb.timestampKey,
    });
    scope.defer(() => approver.close());
    for (let tasks = await approver.tasks(); ; tasks = await approver.tasks()) {
      const task = tasks.find(({ facts }) => facts?.subject?.digest === digest);
      if (task) {
        await approver.approve(task);
        break;
      }
      await sleep(100);
    }
  }
}

/** Keys that two of three have to approve: `notation sign` waits for them, or gives up and is run again. */
export async function pluginApprovals(world: World): Promise<void> {
  const { report, registries, oci, client, connect, tsb, root } = world;
  const { home, sign, certify } = await pluginHome(world);
  const rule = quorum(2, people, { timeoutSeconds: 86_400 });
  const policy = buildPolicy({ use: rule, modify: rule, unblock: rule, block: rule });
  for (const spec of ['rsa-3072', 'ec-p256'] as const) {
    const label = `people-${spec}`;
    await client.keys.create({ label, spec, policy });
    const { spki } = await connect().describeKey({ label });
    await certify(label, [await tsb.tsb.certificateAuthority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), root]);
    for (const { host, name } of registries)
      for (const id of formatIds) {
        const format = ['--insecure-registry', '--signature-format', formats[id]];
        await report.case(`notation waits while two of three approve ${formats[id]} with ${spec}, on ${name}`, async () => {
          const reference = await pushImage(oci, `${host}/people/waits-${id}-${spec}:1`);
          const signing = sign(label, ...format, '--plugin-config', 'timeout=50s', reference);
          await approve(world, reference.split('@')[1]);
          const finished = await signing;
          assert.equal(finished.code, 0, described('notation sign', format, finished));
          await theyAccept(home, reference);
          await weAccept(home, reference, { oci, trust: emulated });
        });
        await report.case(`notation is run again for ${formats[id]} with ${spec} after it gave up, on ${name}`, async () => {
          const reference = await pushImage(oci, `${host}/people/again-${id}-${spec}:1`);
          const args = [...format, '--expiry', '24h', '--plugin-config', 'timeout=1s', reference];
          const requests = async () => {
            let count = 0;
            for await (const _ of connect().candidates()) count++;
            return count;
          };
          const before = await requests();
          const first = await sign(label, ...args);
          assert.equal(first.code, 1, described('notation sign', args, first));
          assert.match(first.stderr, /ERR_APPROVAL_PENDING/, first.stderr);
          await approve(world, reference.split('@')[1]);
          const second = await sign(label, ...args);
          assert.equal(second.code, 0, described('notation sign', args, second));
          assert.equal(await requests(), before + 1, 'one request');
          await theyAccept(home, reference);
          await weAccept(home, reference, { oci, trust: { ...emulated, requireExpiry: true } });
        });
      }
  }
}
