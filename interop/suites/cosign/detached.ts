import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cosignAttestation, cosignImage, writeBundle } from '@securosys/cosign';
import { attachCosignSignature, generatePayload, signBlob, signPayload } from '@securosys/sign';
import { succeed } from '../../lib/process.js';
import type { Registry } from '../../lib/registries.js';
import { atMost } from './at-most.js';
import { predicateType, type Subject, theyAccept } from './calls.js';
import { versions } from './cosign.js';
import { weAccept } from './judges.js';
import { provenance } from './ours.js';
import { knows } from './shapes.js';
import type { World } from './world.js';

/** cosign takes any value but one with `=`; its flag is a line of CSV. */
const annotations = { commit: '4f2a9c1', weird: 'ü\u2028<&>"\\,' };
const flags = Object.entries(annotations).flatMap(([name, value]) => ['-a', `"${name}=${value.replaceAll('"', '""')}"`]);

/** The flow of SignPath: a payload in a file, a signature made elsewhere, a signature attached; each step by cosign or by us. */
export async function detachedFlow(world: World): Promise<void> {
  const { report, registries, scope, oci, cosign, broker, localKeys, samples } = world;
  const folder = await scope.folder();
  let made = 0;
  const file = async (name: string, contents: string | Uint8Array): Promise<string> => {
    const path = join(folder, `${++made}-${name}`);
    await writeFile(path, contents);
    return path;
  };
  const signed = async (registry: Registry): Promise<Subject> => ({
    name: await samples.image(registry),
    kind: 'image',
    shape: 'legacy',
  });

  const tasks: (() => Promise<void>)[] = [];
  const add = (title: string, body: () => Promise<void>) => tasks.push(() => report.case(title, body));
  for (const version of versions)
    for (const spec of ['ec-p256', 'rsa-3072'] as const)
      for (const registry of registries) {
        const { publicPath: key, publicKey } = await broker.key(spec);
        const where = `with ${spec} on ${registry.name}`;
        add(`${version} generates, our key signs, ${version} attaches, all accept it ${where}`, async () => {
          const subject = await signed(registry);
          const payload = await cosign.must(version, ['generate', ...flags, subject.name]);
          const { base64 } = await signPayload(Buffer.from(payload), { signer: broker.signer(spec) });
          const paths = ['--payload', await file('payload.json', payload), '--signature', await file('payload.sig', base64)];
          await cosign.must(version, ['attach', 'signature', ...paths, subject.name]);
          for (const judge of versions) await theyAccept(cosign, judge, subject, { key, more: flags });
          await weAccept(oci, subject, { keys: [{ publicKey }], annotations });
        });
        add(`${version} generates what we generate, we attach, all accept it ${where}`, async () => {
          const subject = await signed(registry);
          const theirs = await cosign.must(version, ['generate', ...flags, subject.name]);
          const { payload } = await generatePayload(subject.name, { annotations, oci });
          assert.equal(Buffer.from(payload).toString(), theirs);
          const { signature } = await signPayload(payload, { signer: broker.signer(spec) });
          await attachCosignSignature(subject.name, { payload, signature }, { publicKey, oci });
          await attachCosignSignature(subject.name, { payload, signature }, { publicKey, oci });
          for (const judge of versions) await theyAccept(cosign, judge, subject, { key, more: flags });
          const { signatures } = await weAccept(oci, subject, { keys: [{ publicKey }], annotations });
          assert.equal(signatures.length, 1, 'attached once');
        });
        add(`we generate, OpenSSL signs, ${version} attaches broken lines, all accept it ${where}`, async () => {
          const local = localKeys[spec];
          const subject = await signed(registry);
          const { payload } = await generatePayload(subject.name, { annotations, oci });
          const path = await file('payload.json', payload);
          const raw = join(folder, `${++made}.sig`);
          await succeed('openssl', ['dgst', '-sha256', '-sign', local.plainPath, '-out', raw, path]);
          const lines = await succeed('openssl', ['base64', '-in', raw]);
          assert.match(lines, /\n.+\n$/);
          const paths = ['--payload', path, '--signature', await file('payload.base64.sig', lines)];
          await cosign.must(version, ['attach', 'signature', ...paths, subject.name]);
          for (const judge of versions)
            await theyAccept(cosign, judge, subject, { key: local.publicPath, more: ['-a', 'commit=4f2a9c1'] });
          await weAccept(oci, subject, { keys: [{ publicKey: local.publicKey }], annotations });
          await succeed('openssl', ['dgst', '-sha256', '-verify', local.publicPath, '-signature', raw, path]);
        });
      }

  for (const spec of ['ec-p256', 'rsa-3072'] as const) {
    const { publicPath: key, publicKey } = await broker.key(spec);
    add(`OpenSSL verifies what we sign with ${spec}, which is strict about DER`, async () => {
      const path = await samples.file();
      const { signature } = await signBlob(await readFile(path), { signer: broker.signer(spec), format: 'cosign' });
      const raw = await file('raw.sig', Buffer.from(signature, 'base64'));
      await succeed('openssl', ['dgst', '-sha256', '-verify', key, '-signature', raw, path]);
    });
    for (const registry of registries)
      for (const kind of ['image', 'attestation'] as const)
        add(`cosign attaches our bundle of an ${kind} with ${spec} on ${registry.name}`, async () => {
          const subject: Subject = { name: await samples.image(registry), kind, shape: 'bundle' };
          const { descriptor } = await oci.open(subject.name).resolve();
          const signer = broker.signer(spec);
          const described = { ...(await signer.describe()), chain: [] };
          const shapes = ['bundle'] as const;
          const prepared =
            kind === 'image'
              ? cosignImage.prepare(descriptor, described, { shapes })
              : cosignAttestation.prepare(descriptor, described, { shapes, type: predicateType, predicate: provenance });
          const signatures: Record<string, Uint8Array> = {};
          for (const { id, ...part } of prepared.parts) signatures[id] = await signer.sign(part);
          const artifact = prepared.assemble(signatures);
          const bundle = artifact.kind === 'signature' ? artifact.bundle : artifact.envelope;
          assert.ok(bundle);
          const path = await file('image.sigstore.json', writeBundle(bundle));
          const attach = kind === 'image' ? ['signature', '--bundle', path] : ['attestation', '--attestation', path];
          await cosign.must('cosign', ['attach', ...attach, subject.name]);
          for (const judge of versions) if (knows(judge, kind, 'bundle')) await theyAccept(cosign, judge, subject, { key });
          await weAccept(oci, subject, { keys: [{ publicKey }] });
        });
  }
  await atMost(2, tasks);
}
