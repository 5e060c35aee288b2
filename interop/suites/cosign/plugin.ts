import assert from 'node:assert/strict';
import { atMost } from './at-most.js';
import { type Subject, signArguments, theyAccept } from './calls.js';
import { type Cosign, versions } from './cosign.js';
import { type HeldKey, makeToken } from './holders.js';
import { weAccept } from './judges.js';
import { approving, createKeyOfPeople } from './people.js';
import { keyUri, pluginHome } from './plugin-home.js';
import { knows } from './shapes.js';
import { type Cell, specs, type World } from './world.js';

/** cosign signs with this key of the plugin, and everybody accepts it who can. */
async function signAndJudge(world: World, cosign: Cosign, cell: Cell, key: HeldKey): Promise<Subject> {
  const { version, kind, shape } = cell;
  const subject = await world.subject(cell);
  const call = { key: keyUri(key.label), predicate: world.provenance };
  await cosign.must(version, signArguments(cosign, version, call, subject));
  for (const judge of versions) if (knows(judge, kind, shape)) await theyAccept(cosign, judge, subject, { key: key.publicPath });
  await weAccept(world.oci, subject, { keys: [{ publicKey: key.publicKey }] });
  return subject;
}

/** `cosign --key securosys://…`: keys of the broker, of a token, and keys that two of three people approve. */
export async function pluginSignatures(world: World): Promise<void> {
  const { report, scope, cosign, broker } = world;
  const token = await makeToken(scope, specs);
  for (const holder of [broker, token]) {
    const keys = { 'ec-p256': await holder.key('ec-p256'), 'rsa-3072': await holder.key('rsa-3072') };
    const home = await pluginHome(scope, cosign, holder, Object.values(keys));
    // One process at a time has the token: SoftHSM2 fails now and then (CKR_GENERAL_ERROR) when several open it at once.
    await atMost(
      holder === token ? 1 : 2,
      world.cells().map(
        (cell) => () =>
          report.case(`all accept what ${cell.version} signs with our plugin over ${holder.name}: ${cell.title}`, async () => {
            await signAndJudge(world, home, cell, keys[cell.spec]);
          }),
      ),
    );
  }

  for (const spec of specs) await createKeyOfPeople(broker, `people-${spec}`, spec);
  const keys = { 'ec-p256': await broker.key('people-ec-p256'), 'rsa-3072': await broker.key('people-rsa-3072') };
  const home = await pluginHome(scope, cosign, broker, Object.values(keys));
  const signed: Subject[] = [];
  const work = atMost(
    4,
    world.cells().map(
      (cell) => () =>
        report.case(`all accept what ${cell.version} signs while two of three approve: ${cell.title}`, async () => {
          signed.push(await signAndJudge(world, home, cell, keys[cell.spec]));
        }),
    ),
  );
  const { approved } = await approving(
    broker,
    Object.values(keys).map(({ label }) => label),
    work,
  );
  await report.case('each of the two was asked once for each signature, and saw which image it is about', async () => {
    const images = signed.filter(({ kind }) => kind !== 'blob').map(({ name }) => name.split('@')[1]);
    for (const list of approved) {
      assert.equal(list.length, signed.length);
      assert.deepEqual(list.flatMap(({ digest }) => digest ?? []).sort(), images.sort());
    }
  });
}
