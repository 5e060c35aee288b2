import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Clock, systemClock } from '@securosys/core';
import { pemBytes } from '@securosys/pki';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { pushImage } from '../../lib/images.js';
import { acmeIdentity, NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { described } from '../../lib/process.js';
import { weAccept, weRefuse } from './judges.js';
import { formats, specs, type World } from './world.js';

const envelopes = Object.values(formats);
const inTwoDays: Clock = { ...systemClock, now: () => Date.now() + 2 * 86_400_000 };

async function notationSign(home: NotationHome, ...args: string[]): Promise<void> {
  const finished = await home.notation('sign', '--insecure-registry', ...args);
  if (finished.code !== 0) throw new Error(described('notation sign', args, finished));
}

/** What the real notation signs is accepted by our verifier, or refused for the right reason. */
export async function theirSignatures(world: World): Promise<void> {
  const { report, scope, registries, oci } = world;
  const ca = await OpensslCa.create(await scope.folder());
  const anchors = [await ca.root()];
  const keys: Record<string, Awaited<ReturnType<OpensslCa['issue']>>> = {};
  for (const spec of specs) keys[spec] = await ca.issue(spec, spec);
  const home = await NotationHome.create(scope, { anchors, keys });
  const stranger = await NotationHome.create(scope, { anchors, identities: ['x509.subject: C=CH, ST=Zurich, O=Evil'] });
  const elsewhere = await NotationHome.create(scope, { anchors: [await createFakeTsb().certificateAuthority.root()] });

  for (const { host, name, referrersApi } of registries)
    for (const forced of [true, false]) {
      const way = forced ? 'under the referrers tag' : referrersApi ? 'through the referrers API' : 'without the API it prefers';
      for (const [format, spec] of envelopes.flatMap((one) => specs.map((two) => [one, two] as const)))
        await report.case(`we accept what notation signs as ${format} with ${spec} ${way} on ${name}`, async () => {
          const reference = await pushImage(oci, `${host}/theirs/${format}-${spec}-${forced}:1`);
          const metadata = ['-m', 'commit=4f2a9c1', '-m', 'weird=<ü&>'];
          const how = [`--force-referrers-tag=${forced}`, '--signature-format', format, '--expiry', '24h', '--key', spec];
          await notationSign(home, ...how, ...metadata, reference);
          await weAccept(home, reference, { oci });
          await weAccept(home, reference, { oci, trust: { userMetadata: { commit: '4f2a9c1', weird: '<ü&>' } } });
          await weRefuse(home, reference, 'userMetadata', { oci, trust: { userMetadata: { commit: 'another' } } });
          await weRefuse(stranger, reference, 'authenticity', { oci });
          await weRefuse(elsewhere, reference, 'authenticity', { oci });
          await weRefuse(home, reference, 'expiry', { oci, clock: inTwoDays });
        });
    }

  for (const { host, name } of registries)
    await report.case(`we accept notation's own test key and certificate on ${name}`, async () => {
      const own = await NotationHome.create(scope, { anchors, identities: ['x509.subject: C=US, ST=WA, O=Notary'] });
      const made = await own.notation('cert', 'generate-test', '--default', 'wabbit.example');
      if (made.code !== 0) throw new Error(described('notation', ['cert', 'generate-test'], made));
      const reference = await pushImage(oci, `${host}/theirs/test-key:1`);
      await notationSign(own, reference);
      const certificate = await readFile(join(own.folder, 'localkeys/wabbit.example.crt'), 'utf8');
      const [leaf] = pemBytes(certificate, 'CERTIFICATE') as [Uint8Array];
      // Its certificate lands in a store of its own name, so it is put into the one that the policy names.
      const trusting = await NotationHome.create(scope, { anchors: [leaf], identities: ['x509.subject: C=US, ST=WA, O=Notary'] });
      await weAccept(trusting, reference, { oci });
      await weRefuse(own, reference, 'authenticity', { oci });
      await weRefuse(
        await NotationHome.create(scope, { anchors: [leaf], identities: [acmeIdentity] }),
        reference,
        'authenticity',
        { oci },
      );
    });
}
