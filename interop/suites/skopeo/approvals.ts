import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { decryptImage, encryptImage } from '@securosys/ocicrypt';
import { approverKeyFromPrivateKey, buildPolicy, createApprover, quorum } from '@securosys/tsb-client';
import { createApproverKey } from '@securosys/tsb-emulator';
import { described } from '../../lib/process.js';
import type { Broker, HeldKey } from './holders.js';
import { commandWay, serviceWay } from './providers.js';
import { versions } from './skopeo.js';
import type { World } from './world.js';

const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));

/** A key that two of three people have to approve each use of. */
async function keyOfPeople({ client, backend }: Broker, label: string): Promise<HeldKey> {
  const rule = quorum(2, people, { timeoutSeconds: 86_400 });
  const policy = buildPolicy({ use: rule, modify: rule, unblock: rule, block: rule });
  await client.keys.create({ label, spec: 'rsa-2048', policy, attributes: { sign: false, decrypt: true } });
  const { spki } = await backend.describeKey({ label });
  return { kid: label, ref: { label }, spki, algorithm: 'RSA-OAEP-256' };
}

/** Two of the three people look five times a second for what asks for this key and approve it, until the work is done. */
async function approving<T>(
  { emulator, auth }: Broker,
  label: string,
  work: Promise<T>,
): Promise<{ result: T; asked: number[] }> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  const person = async (privateKey: (typeof people)[number]['privateKey']): Promise<number> => {
    const approver = createApprover({
      url: emulator.url,
      auth,
      key: approverKeyFromPrivateKey(privateKey),
      formats: [],
      pinnedTimestampKey: emulator.tsb.timestampKey,
      attestationKeys: [emulator.tsb.attestationKey],
    });
    let asked = 0;
    try {
      for (; !done; await sleep(200))
        for (const task of await approver.tasks()) {
          if (task.keyLabel !== label) continue;
          assert.equal(task.operation, 'decrypt');
          await approver.approve(task);
          asked++;
        }
      return asked;
    } finally {
      await approver.close();
    }
  };
  const [result, ...asked] = await Promise.all([settled, ...people.slice(0, 2).map(({ privateKey }) => person(privateKey))]);
  return { result, asked };
}

/** Keys under a rule of two of three: skopeo waits or is run again, and an image with a shared content key asks once. */
export async function approvals(world: World): Promise<void> {
  const { report, scope, oci, samples, skopeo, broker, target, digestOf } = world;
  const single = await samples.image(['gzip']);
  const five = await samples.image(['gzip', 'zstd', 'gzip', 'gzip', 'zstd']);

  // Each case has a key of its own: while one waits for its turn to ask, another works.
  const cases = versions.flatMap((version) => [
    report.case(`${version} waits while two of three approve what it encrypted`, async () => {
      const key = await keyOfPeople(broker, `waits-${version}`);
      const way = await commandWay(scope, { holder: { ...broker, keys: [key] } });
      const [encrypted, decrypted] = [target('registry'), target('layout')];
      await skopeo.mustCopy(version, single, encrypted, way.encrypt);
      const { asked } = await approving(broker, key.kid, skopeo.mustCopy(version, encrypted, decrypted, way.decrypt));
      assert.deepEqual(asked, [1, 1]);
      assert.equal(await digestOf(decrypted), await digestOf(single));
    }),
    report.case(`${version} is run again after it gave up, and people were asked once`, async () => {
      const key = await keyOfPeople(broker, `again-${version}`);
      const way = await commandWay(scope, { holder: { ...broker, keys: [key] }, timeoutMs: 3_000 });
      const [encrypted, decrypted] = [target('layout'), target('layout')];
      await encryptImage(oci.open(single), oci.open(encrypted), { recipients: [way.recipient], tag: 'it' });
      const first = await skopeo.copy(version, encrypted, decrypted, way.decrypt);
      assert.equal(first.code, 1, described(version, way.decrypt.args, first));
      assert.match(first.stderr, /ERR_APPROVAL_PENDING/, first.stderr);
      const again = async () => {
        for (let at = 0; at < 5; at++) if ((await skopeo.copy(version, encrypted, decrypted, way.decrypt)).code === 0) return;
        assert.fail('it does not decrypt');
      };
      const { asked } = await approving(broker, key.kid, again());
      assert.deepEqual(asked, [1, 1]);
      assert.equal(await digestOf(decrypted), await digestOf(single));
    }),
    report.case(`${version} opens five layers that we encrypted through the service, and each is asked once`, async () => {
      const key = await keyOfPeople(broker, `service-${version}`);
      const way = await serviceWay(scope, { holder: { ...broker, keys: [key] } });
      const [encrypted, decrypted] = [target('registry'), target('layout')];
      await encryptImage(oci.open(five), oci.open(encrypted), { recipients: [way.recipient], tag: 'it' });
      const { asked } = await approving(broker, key.kid, skopeo.mustCopy(version, encrypted, decrypted, way.decrypt));
      assert.deepEqual(asked, [1, 1]);
      assert.equal(await digestOf(decrypted), await digestOf(five));
    }),
  ]);
  await Promise.all(cases);

  await report.case('we open five layers that we encrypted, and each is asked once', async () => {
    const key = await keyOfPeople(broker, 'five');
    const way = await commandWay(scope, { holder: { ...broker, keys: [key] } });
    const [encrypted, decrypted] = [target('registry'), target('layout')];
    await encryptImage(oci.open(five), oci.open(encrypted), { recipients: [way.recipient], tag: 'it' });
    const decrypting = decryptImage(oci.open(encrypted), oci.open(decrypted), { openers: [way.opener], tag: 'it' });
    const { result, asked } = await approving(broker, key.kid, decrypting);
    assert.deepEqual(asked, [1, 1]);
    assert.equal(result.descriptor.digest, await digestOf(five));
  });
}
