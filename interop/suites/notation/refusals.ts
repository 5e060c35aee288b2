import assert from 'node:assert/strict';
import { type Clock, createSigner, systemClock } from '@securosys/core';
import { connectTsb, signImage } from '@securosys/sign';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { carrySignatures, pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import type { Registry } from '../../lib/registries.js';
import { emulated, theyAccept, theyRefuse, weAccept, weRefuse } from './judges.js';
import { envelopeTampering } from './tampering.js';
import type { World } from './world.js';

const day = 86_400_000;
const tenDaysAgo: Clock = { ...systemClock, now: () => Date.now() - 10 * day };

/** What nobody may trust is refused by both, for the same reason. */
export async function refusals(world: World): Promise<void> {
  for (const registry of world.registries) {
    await wrongTrust(world, registry);
    await tampered(world, registry);
    await expired(world, registry);
  }
}

async function wrongTrust({ report, scope, oci, root, sign }: World, { host, name }: Registry): Promise<void> {
  const tagged = `${host}/refused/trust:1`;
  const reference = await pushImage(oci, tagged);
  await sign(tagged);
  await report.case(`both refuse another root on ${name}`, async () => {
    // Another root with the very same name: only its bytes tell them apart.
    const other = await createFakeTsb().certificateAuthority.root();
    const home = await NotationHome.create(scope, { anchors: [other] });
    await theyRefuse(home, reference, 'does not contain any trusted certificate');
    await weRefuse(home, reference, 'authenticity', { oci, trust: emulated });
  });
  await report.case(`both refuse another identity on ${name}`, async () => {
    const home = await NotationHome.create(scope, { anchors: [root], identities: ['x509.subject: C=CH, ST=Zurich, O=Evil'] });
    await theyRefuse(home, reference, 'does not match the X.509 trusted identities');
    await weRefuse(home, reference, 'authenticity', { oci, trust: emulated });
  });
}

async function tampered(world: World, { host, name }: Registry): Promise<void> {
  const { report, oci, home, sign } = world;
  const tagged = `${host}/refused/tampered:1`;
  const reference = await pushImage(oci, tagged);
  await sign(tagged);
  await report.case(`both refuse a signature carried to another image on ${name}`, async () => {
    const evil = await pushImage(oci, `${host}/refused/evil:1`);
    await carrySignatures(oci, reference, evil);
    await theyRefuse(home, evil, 'content descriptor mismatch');
    await weRefuse(home, evil, 'subject', { oci, trust: emulated });
  });
  await report.case(`both accept the signature carried unchanged to the same image elsewhere on ${name}`, async () => {
    // Without this the refusals below could be about the carrying.
    const copy = await pushImage(oci, `${host}/refused/copy:1`, tagged);
    await carrySignatures(oci, reference, copy);
    await theyAccept(home, copy);
    await weAccept(home, copy, { oci, trust: emulated });
  });
  for (const [what, { change, theirs }] of Object.entries(envelopeTampering))
    await report.case(`both refuse an envelope with ${what} on ${name}`, async () => {
      const copy = await pushImage(oci, `${host}/refused/${what.replaceAll(/[^a-z]+/g, '-')}:1`, tagged);
      await carrySignatures(oci, reference, copy, change);
      await theyRefuse(home, copy, theirs);
      await weRefuse(home, copy, 'integrity', { oci, trust: emulated });
    });
}

async function expired({ report, scope, oci }: World, { host, name }: Registry): Promise<void> {
  await report.case(`both refuse an expired signature on ${name}`, async () => {
    const clock = tenDaysAgo;
    const tsb = createFakeTsb({ clock });
    const key = await tsb.addKey({ label: 'old', spec: 'ec-p256' });
    const root = await tsb.certificateAuthority.root();
    // The certificate is good for another year: nothing but the signature's own expiry is over.
    const chain = [await tsb.certificateAuthority.issue({ spki: key.spki, subject: 'CN=old,O=Acme,ST=Zurich,C=CH' }), root];
    const backend = connectTsb({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock });
    scope.defer(() => backend.close());
    const signer = createSigner(backend, { label: 'old' }, { chain, clock });
    const home = await NotationHome.create(scope, { anchors: [root] });
    for (const expiry of ['30d', '2d']) {
      const tagged = `${host}/refused/expiry-${expiry}:1`;
      const reference = await pushImage(oci, tagged);
      assert.equal((await signImage(tagged, { signer, format: 'notation-jws', expiry, oci, clock })).reference, reference);
      if (expiry === '30d') {
        await theyAccept(home, reference);
        await weAccept(home, reference, { oci, trust: emulated });
      } else {
        await theyRefuse(home, reference, 'digital signature has expired');
        await weRefuse(home, reference, 'expiry', { oci, trust: emulated });
      }
    }
  });
}
