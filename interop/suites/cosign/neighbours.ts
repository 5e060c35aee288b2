import assert from 'node:assert/strict';
import { atMost } from './at-most.js';
import { type Subject, signArguments, theyAccept, theyRefuse } from './calls.js';
import { carry } from './carry.js';
import { type Version, versions } from './cosign.js';
import { ourReport, weAccept, weRefuse } from './judges.js';
import { weSign } from './ours.js';
import { knows, type Shape, shapes } from './shapes.js';
import type { World } from './world.js';

const kinds = ['image', 'attestation'] as const;

/** Signatures of others on the same image: nothing of theirs is lost or hidden by ours, and nothing of ours by theirs. */
export async function neighbours(world: World): Promise<void> {
  const { report, registries, oci, cosign, broker, localKeys, stranger, samples, provenance } = world;
  const ours = await broker.key('ec-p256');
  const signer = broker.signer('ec-p256');
  const local = localKeys['rsa-3072'];
  const both = { keys: [{ publicKey: ours.publicKey }, { publicKey: local.publicKey }], threshold: 2 };
  const theySign = (subject: Subject, key = local.privatePath, more: readonly string[] = [], version: Version = 'cosign') =>
    cosign.must(version, signArguments(cosign, version, { key, predicate: provenance, more }, subject));

  const tasks: (() => Promise<void>)[] = [];
  const add = (title: string, body: () => Promise<void>) => tasks.push(() => report.case(title, body));
  for (const registry of registries) {
    for (const version of versions)
      for (const kind of kinds)
        for (const shape of shapes.filter((one) => knows(version, kind, one)))
          for (const first of ['we', version]) {
            const title = `${kind}, ${shape}, beside ${version} on ${registry.name}`;
            add(`both signatures are there when ${first} signed first and the other appended: ${title}`, async () => {
              const subject = await world.subject({ registry, kind, shape });
              const steps = [
                () => weSign(oci, subject, { signer, shapes: [shape] }),
                () => theySign(subject, local.privatePath, [], version),
              ];
              for (const step of first === 'we' ? steps : steps.reverse()) await step();
              // Again, and nothing more is there.
              await weSign(oci, subject, { signer, shapes: [shape] });
              for (const judge of versions.filter((one) => knows(one, kind, shape)))
                for (const key of [ours.publicPath, local.publicPath]) await theyAccept(cosign, judge, subject, { key });
              // 2.5 writes a predicate of its own, so that the two are not one statement that two keys signed.
              const { signatures } = await weAccept(oci, subject, kind === 'image' ? both : { ...both, threshold: 1 });
              assert.deepEqual(
                signatures.map(({ status }) => status),
                ['good', 'good'],
              );
            });
          }

    for (const kind of kinds)
      add(`a foreign bundle hides our legacy ${kind} from cosign, and nothing from us, on ${registry.name}`, async () => {
        const subject: Subject = { name: await samples.image(registry), kind, shape: 'legacy' };
        await weSign(oci, subject, { signer, shapes: ['legacy'] });
        await theySign({ ...subject, kind: 'attestation', shape: 'bundle' }, stranger.privatePath);
        // 3.1 looks at the bundle alone, unless it is told not to; 2.5 never does.
        await theyRefuse(cosign, 'cosign', { ...subject, shape: 'bundle' }, /./, { key: ours.publicPath });
        for (const judge of versions) await theyAccept(cosign, judge, subject, { key: ours.publicPath });
        await weAccept(oci, subject, { keys: [{ publicKey: ours.publicKey }] });
      });

    add(`a referrer that is no bundle hides nothing from anybody, on ${registry.name}`, async () => {
      const source: Subject = { name: await samples.image(registry), kind: 'image', shape: 'bundle' };
      await weSign(oci, source, { signer, shapes: ['bundle'] });
      const subject: Subject = { name: await samples.image(registry), kind: 'image', shape: 'legacy' };
      await carry(oci, source, subject.name, ({ annotations }) => ({ bytes: Buffer.from('{}'), annotations }));
      await weSign(oci, subject, { signer, shapes: ['legacy'] });
      for (const judge of versions) await theyAccept(cosign, judge, subject, { key: ours.publicPath });
      await weAccept(oci, subject, { keys: [{ publicKey: ours.publicKey }] });
    });

    add(`an attestation is an image signature for cosign, and none for us, on ${registry.name}`, async () => {
      const subject: Subject = { name: await samples.image(registry), kind: 'attestation', shape: 'bundle' };
      await theySign(subject);
      const asImage: Subject = { ...subject, kind: 'image' };
      await theyAccept(cosign, 'cosign', asImage, { key: local.publicPath });
      await weRefuse(oci, asImage, 'predicate-type', { keys: [{ publicKey: local.publicKey }] });
      await weAccept(oci, asImage, { keys: [{ publicKey: local.publicKey }], compatibility: { acceptAnyPredicate: true } });
    });

    add(`five of us at once lose nothing, and nothing of cosign's that was there, on ${registry.name}`, async () => {
      const subject: Subject = { name: await samples.image(registry), kind: 'image', shape: 'legacy' };
      for (const shape of shapes) await theySign({ ...subject, shape });
      await Promise.all(['a', 'b', 'c', 'd', 'e'].map((run) => weSign(oci, subject, { signer, annotations: { run } })));
      const { signatures } = await weAccept(oci, subject, both);
      const count = (shape: Shape) => signatures.filter((one) => one.shape === shape && one.status === 'good').length;
      assert.deepEqual(shapes.map(count), [6, 6]);
    });
  }

  const [withReferrers] = registries.filter(({ referrersApi }) => referrersApi);
  add('we and three of cosign at once lose no bundle where the registry lists referrers', async () => {
    const subject: Subject = {
      name: await samples.image(withReferrers as (typeof registries)[0]),
      kind: 'image',
      shape: 'bundle',
    };
    const runs = ['a', 'b', 'c'];
    await Promise.all([
      ...runs.map((run) => weSign(oci, subject, { signer, shapes: ['bundle'], annotations: { run } })),
      ...runs.map((run) => theySign(subject, local.privatePath, ['-a', `run=${run}`])),
    ]);
    const { signatures } = await weAccept(oci, subject, both);
    assert.equal(signatures.length, 6);
  });
  add('what cosign overwrites while both sign at once is there when we sign again', async () => {
    const subject: Subject = {
      name: await samples.image(registries[1] as (typeof registries)[0]),
      kind: 'image',
      shape: 'legacy',
    };
    const sign = () => weSign(oci, subject, { signer, shapes: ['legacy'] });
    await Promise.all([sign(), theySign(subject), theySign(subject, stranger.privatePath)]);
    await sign();
    await theyAccept(cosign, 'cosign', subject, { key: ours.publicPath });
    const { signatures } = await ourReport(oci, subject, { keys: [{ publicKey: ours.publicKey }] });
    assert.equal(signatures.filter(({ status }) => status === 'good').length, 1, 'ours is there once');
  });
  await atMost(2, tasks);
}
