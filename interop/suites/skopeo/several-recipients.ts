import assert from 'node:assert/strict';
import { addRecipients, decryptImage, encryptImage } from '@securosys/ocicrypt';
import { described } from '../../lib/process.js';
import { commandWay } from './providers.js';
import { versions } from './skopeo.js';
import { jweWay, type Way } from './ways.js';
import type { World } from './world.js';

/** Images for two recipients, which each of them opens alone: in one packet, in two, and when one came later. */
export async function severalRecipients(world: World): Promise<void> {
  const { report, scope, oci, samples, skopeo, broker, token, target, digestOf } = world;
  const plain = await samples.image(['gzip']);
  const digest = await digestOf(plain);
  const both = await commandWay(scope, { holder: broker });
  const alone: Way[] = [];
  for (const key of broker.keys) alone.push(await commandWay(scope, { holder: { ...broker, keys: [key] } }));
  const [rsa, ec] = [await jweWay(scope, 'RSA'), await jweWay(scope, 'EC')];
  const open = (way: Way, from: string) =>
    decryptImage(oci.open(from), oci.open(target('layout')), { openers: [way.opener], tag: 'it' });

  for (const version of versions) {
    await report.case(`each of two keys of ours opens for ${version} what we encrypt to both`, async () => {
      const encrypted = target('layout');
      await encryptImage(oci.open(plain), oci.open(encrypted), { recipients: [both.recipient], tag: 'it' });
      for (const way of alone) {
        const decrypted = target('layout');
        await skopeo.mustCopy(version, encrypted, decrypted, way.decrypt);
        assert.equal(await digestOf(decrypted), digest);
      }
    });
    await report.case(`each of two keys of ours opens what ${version} encrypts to both`, async () => {
      const encrypted = target('registry');
      await skopeo.mustCopy(version, plain, encrypted, both.encrypt);
      for (const way of alone) assert.equal((await open(way, encrypted)).descriptor.digest, digest);
    });
    await report.case(`people and the provider each open for ${version} what we encrypt to all of them`, async () => {
      const encrypted = target('registry');
      const recipients = [rsa.recipient, both.recipient];
      await encryptImage(oci.open(plain), oci.open(encrypted), { recipients, tag: 'it' });
      for (const way of [rsa, both]) {
        const decrypted = target('layout');
        await skopeo.mustCopy(version, encrypted, decrypted, way.decrypt);
        assert.equal(await digestOf(decrypted), digest);
      }
    });
    await report.case(`people and the provider each open what ${version} encrypts to all of them`, async () => {
      const encrypted = target('layout');
      const args = [rsa, ec, both].flatMap((way) => way.encrypt.args);
      await skopeo.mustCopy(version, plain, encrypted, { args, env: both.encrypt.env });
      for (const way of [rsa, ec, both]) assert.equal((await open(way, encrypted)).descriptor.digest, digest);
    });
    await report.case(`${version} opens for a recipient whom we added to what it encrypted, and for the first`, async () => {
      const [encrypted, wider] = [target('registry'), target('registry')];
      await skopeo.mustCopy(version, plain, encrypted, both.encrypt);
      const recipients = [ec.recipient];
      await addRecipients(oci.open(encrypted), oci.open(wider), { openers: [both.opener], recipients, tag: 'it' });
      for (const way of [ec, both]) {
        const decrypted = target('layout');
        await skopeo.mustCopy(version, wider, decrypted, way.decrypt);
        assert.equal(await digestOf(decrypted), digest);
      }
    });
    await report.case(`${version} is refused by a provider that has none of the keys, which says so`, async () => {
      const encrypted = target('layout');
      await encryptImage(oci.open(plain), oci.open(encrypted), { recipients: [both.recipient], tag: 'it' });
      const other = await commandWay(scope, { holder: token });
      const finished = await skopeo.copy(version, encrypted, target('layout'), other.decrypt);
      assert.equal(finished.code, 1, described(version, other.decrypt.args, finished));
      assert.match(finished.stderr, /hsm: the packet is for 'layers', 'more-layers', .*ERR_KEY_NOT_FOUND/, finished.stderr);
    });
  }
}
