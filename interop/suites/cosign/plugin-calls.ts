import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { described } from '../../lib/process.js';
import { atMost } from './at-most.js';
import { cosignVerify, type Subject, signArguments, theyAccept } from './calls.js';
import { versions } from './cosign.js';
import { weAccept } from './judges.js';
import { weSign } from './ours.js';
import { approving, createKeyOfPeople } from './people.js';
import { keyUri, pluginHome } from './plugin-home.js';
import { type Kind, kinds, knows, type Shape, shapes } from './shapes.js';
import type { World } from './world.js';

/** Calls of the plugin besides signing, and what it does not let cosign do. */
export async function pluginCalls(world: World): Promise<void> {
  const { report, scope, registries, oci, cosign, broker, samples, provenance, stranger } = world;
  const [registry] = registries as [World['registries'][0]];
  const held = await broker.key('ec-p256');
  const home = await pluginHome(scope, cosign, broker, [held]);
  const tasks: (() => Promise<void>)[] = [];
  const add = (title: string, body: () => Promise<void>) => tasks.push(() => report.case(title, body));

  for (const version of versions) {
    add(`${version} public-key prints the key that we export`, async () => {
      assert.equal(await home.must(version, ['public-key', '--key', keyUri('ec-p256')]), held.publicKey);
    });
    add(`${version} generate-key-pair makes a key where the configuration allows it, and says why where not`, async () => {
      const label = `made-by-${version}`;
      const args = ['generate-key-pair', '--kms', keyUri(label)];
      const cwd = await mkdtemp(join(cosign.folder, 'keys-'));
      const able = await pluginHome(scope, cosign, broker, [{ label }], {
        createKey: { policy: null },
      });
      await able.must(version, args, { cwd });
      const { publicKey } = await broker.key(label);
      assert.equal(await readFile(join(cwd, 'cosign.pub'), 'utf8'), publicKey);
      const refused = await home.run(version, ['generate-key-pair', '--kms', keyUri('another')], { cwd });
      assert.notEqual(refused.code, 0, described(version, args, refused));
      assert.match(refused.stderr, /ERR_KEY_NOT_FOUND/);
    });
    for (const kind of kinds)
      for (const shape of shapes.filter((one) => knows(version, kind, one)))
        add(`${version} verifies with the plugin what we sign and nothing else, ${shape} ${kind}`, async () => {
          const subject = await world.subject({ registry, kind, shape });
          await weSign(oci, subject, { signer: broker.signer('ec-p256') });
          await theyAccept(home, version, subject, { key: keyUri('ec-p256') });
          const other = await world.subject({ registry, kind, shape });
          await cosign.must(version, signArguments(cosign, version, { key: stranger.privatePath, predicate: provenance }, other));
          const finished = await cosignVerify(home, version, other, { key: keyUri('ec-p256') });
          assert.notEqual(finished.code, 0, described(version, [kind, shape], finished));
        });
    add(`the plugin signs no file for ${version} unless the configuration allows it by name`, async () => {
      const careful = await pluginHome(scope, cosign, broker, [], { keys: { 'ec-p256': { allowOpaque: false } } });
      const subject: Subject = { name: await samples.file(), kind: 'blob', shape: 'bundle' };
      const args = signArguments(cosign, version, { key: keyUri('ec-p256'), predicate: provenance }, subject);
      const finished = await careful.run(version, args);
      assert.notEqual(finished.code, 0, described(version, args, finished));
      assert.match(finished.stderr, /allowOpaque/);
    });
    for (const [kind, shape] of (
      [
        ['image', 'legacy'],
        ['image', 'bundle'],
        ['attestation', 'bundle'],
      ] as const satisfies [Kind, Shape][]
    ).filter(([kind, shape]) => knows(version, kind, shape)))
      add(`${version} is run again for the ${shape} ${kind} after it gave up, and people were asked once`, async () => {
        const label = `again-${version}-${kind}-${shape}`;
        await createKeyOfPeople(broker, label, 'ec-p256');
        const key = await broker.key(label);
        const waiting = await pluginHome(scope, cosign, broker, [key]);
        const subject = await world.subject({ registry, kind, shape });
        const args = (timeout: string) =>
          signArguments(cosign, version, { key: keyUri(label), predicate: provenance, more: ['--timeout', timeout] }, subject);
        const first = await waiting.run(version, args('6s'));
        assert.notEqual(first.code, 0, described(version, args('6s'), first));
        assert.match(first.stderr, /ERR_APPROVAL_PENDING/, first.stderr);
        const { approved } = await approving(broker, [label], waiting.must(version, args('50s')));
        assert.deepEqual(
          approved.map(({ length }) => length),
          [1, 1],
        );
        await theyAccept(cosign, version, subject, { key: key.publicPath });
        await weAccept(oci, subject, { keys: [{ publicKey: key.publicKey }] });
      });
  }
  await atMost(2, tasks);
}
