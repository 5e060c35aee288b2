import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packFolder } from '@securosys/oci/pack';
import { acmeIdentity, type LocalKey, NotationHome } from '../../lib/notation-home.js';
import { OpensslCa } from '../../lib/openssl.js';
import { succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import { emulated, layoutScope, notationVerify, theyAccept, weAccept } from './judges.js';
import { formatIds, formats, specs, type World } from './world.js';

/** An image layout with one packed image under the tag `1`. */
export async function packedLayout(scope: Scope): Promise<{ layout: string; digest: string }> {
  const folder = await scope.folder();
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files/hello.txt'), 'hello\n');
  const layout = join(folder, 'layout');
  const { digest } = await packFolder(join(folder, 'files'), layout, { tag: '1' });
  return { layout, digest };
}

/** OCI image layouts: ours, read by notation and carried to registries by oras; and what notation signs in them. */
export async function imageLayouts({ report, scope, registries, oci, root, home, sign }: World): Promise<void> {
  for (const [format, spec] of formatIds.flatMap((id) => specs.map((one) => [id, one] as const)))
    await report.case(`notation accepts our ${format} ${spec} signature inside an OCI image layout`, async () => {
      const { layout, digest } = await packedLayout(scope);
      await sign(`oci:${layout}:1`, spec, { format });
      const scoped = await NotationHome.create(scope, { anchors: [root], scopes: [layoutScope] });
      await theyAccept(scoped, `oci:${layout}@${digest}`);
      await weAccept(scoped, `oci:${layout}@${digest}`, { oci, trust: emulated });
    });

  await report.case('both refuse a layout whose image manifest was changed in place', async () => {
    const { layout, digest } = await packedLayout(scope);
    await sign(`oci:${layout}:1`);
    const path = join(layout, 'blobs', digest.replace(':', '/'));
    const manifest = await readFile(path, 'utf8');
    await writeFile(path, manifest.replace(/("layers":.*"sha256:)[0-9a-f]{4}/, '$10000'));
    const scoped = await NotationHome.create(scope, { anchors: [root], scopes: [layoutScope] });
    const { code, stdout, stderr } = await notationVerify(scoped, `oci:${layout}@${digest}`);
    assert.equal(code, 1, stdout);
    assert.match(stderr, /mismatched digest/, stderr);
    await assert.rejects(weAccept(scoped, `oci:${layout}@${digest}`, { oci, trust: emulated }), { code: 'ERR_DIGEST_MISMATCH' });
  });

  for (const registry of registries)
    await report.case(`a signature in a layout still counts after oras copied it to ${registry.name}`, async () => {
      const { layout, digest } = await packedLayout(scope);
      await sign(`oci:${layout}:1`);
      const target = `${registry.host}/copied/app`;
      await succeed('oras', ['cp', '-r', '--from-oci-layout', '--to-plain-http', `${layout}:1`, `${target}:1`]);
      await theyAccept(home, `${target}@${digest}`);
      await weAccept(home, `${target}@${digest}`, { oci, trust: emulated });
    });

  const ca = await OpensslCa.create(await scope.folder());
  const anchors = [await ca.root()];
  const keys: Record<string, LocalKey> = {};
  for (const spec of specs) keys[spec] = await ca.issue(spec, spec);
  const theirs = await NotationHome.create(scope, { anchors, keys, identities: [acmeIdentity], scopes: [layoutScope] });
  for (const [format, spec] of formatIds.flatMap((id) => specs.map((one) => [id, one] as const)))
    await report.case(`we accept what notation signs as ${formats[format]} with ${spec} inside an OCI image layout`, async () => {
      const { layout, digest } = await packedLayout(scope);
      const how = ['--signature-format', formats[format], '--key', spec];
      const { code, stderr } = await theirs.notation('sign', ...how, '--oci-layout', `${layout}@${digest}`);
      if (code !== 0) throw new Error(stderr);
      await weAccept(theirs, `oci:${layout}@${digest}`, { oci });
    });
}
