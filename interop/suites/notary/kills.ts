import assert from 'node:assert/strict';
import { type PublishedFile, prepareRootRotation, prepareSigner, prepareTags, prepareTargetsRotation } from '@securosys/dct';
import { NotaryClient } from './client.js';
import { manifestOf, ourRepository, partKey, rootCertificate, signParts, type World } from './world.js';

class Killed extends Error {}

/** Whoever publishes dies before or after each request: the client still verifies, with the tags of before or of after. */
export async function kills(world: World): Promise<void> {
  const { report, scope, servers, broker } = world;
  for (const real of servers) {
    const keys = {
      root: await partKey(broker.backend, 'ec-p256'),
      targets: await partKey(broker.backend, 'ec-p384'),
      signer: await partKey(broker.backend, 'rsa-2048'),
    };
    const [nextTargets, nextRoot, second] = [
      await partKey(broker.backend, 'ed25519'),
      await partKey(broker.backend, 'rsa-2048'),
      await partKey(broker.backend, 'rsa-3072'),
    ];
    const steps = {
      tags: async (own: Own) =>
        signParts(prepareTags(await own.verify(), { set: { v2: manifestOf('two') } }, { publicKey: keys.signer.info.spki }), [
          keys.signer,
        ]),
      signer: async (own: Own) =>
        signParts(prepareSigner(await own.verify(), { signer: 'second', publicKey: second.info.spki }), [keys.targets]),
      targets: async (own: Own) =>
        signParts(prepareTargetsRotation(await own.verify(), nextTargets.info.spki), [keys.root, nextTargets]),
      root: async (own: Own) =>
        signParts(prepareRootRotation(await own.verify(), await rootCertificate(nextRoot, own.gun)), [keys.root, nextRoot]),
    };
    for (const [step, prepare] of Object.entries(steps))
      for (const moment of ['before the request', 'with half of the request sent', 'after the request'] as const)
        await report.case(`${real.name}: killed ${moment} while ${step} is published: the client still verifies`, async () => {
          const own = await ourRepository(world, real, keys);
          await own.sign({ set: { v1: manifestOf('one') } }, keys.signer);
          const { files } = await prepare(own);
          await assert.rejects(die(own, files, moment));
          const tags = (await (await NotaryClient.create(scope, real)).list(own.gun)).map(({ tag }) => tag);
          assert.deepEqual(tags, step === 'tags' && moment === 'after the request' ? ['v1', 'v2'] : ['v1']);
          await own.verify();
        });
  }
}

type Own = Awaited<ReturnType<typeof ourRepository>>;

/** What is left at the server of a publisher that ends at this moment: there is one request, and the server takes all of it or none. */
async function die({ server }: Own, files: readonly PublishedFile[], moment: string): Promise<void> {
  if (moment === 'after the request') await server.publish(files);
  else if (moment === 'with half of the request sent') {
    const cut = new AbortController();
    setTimeout(() => cut.abort(new Killed('cut off')), 0);
    // A body that never ends until the connection is cut.
    await fetchHalf(server.host, cut.signal).catch(() => undefined);
  }
  throw new Killed(moment);
}

async function fetchHalf(host: string, signal: AbortSignal): Promise<void> {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(
        new TextEncoder().encode('--B\r\nContent-Disposition: form-data; name="files"; filename="targets"\r\n\r\n{"signed":'),
      );
    },
  });
  await fetch(`http://${host}/v2/any/_trust/tuf/`, {
    method: 'POST',
    headers: { 'content-type': 'multipart/form-data; boundary=B' },
    body,
    duplex: 'half',
    signal,
  } as RequestInit);
}
