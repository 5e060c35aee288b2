import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { succeed } from '../../lib/process.js';
import { emulated, theyAccept, weAccept } from './judges.js';
import type { World } from './world.js';

/** Images that we did not make: crane's Docker manifest, and an index of several platforms. */
export async function imagesOfOthers({ registries, report, scope, oci, home, sign }: World): Promise<void> {
  const crane = async (...args: string[]) => (await succeed('crane', ['--insecure', ...args])).trim();
  const folder = await scope.folder();
  await mkdir(join(folder, 'files'));
  await writeFile(join(folder, 'files/hello.txt'), 'hello\n');
  const layer = join(folder, 'layer.tar');
  await succeed('tar', ['-cf', layer, '-C', join(folder, 'files'), '.']);
  for (const { host, name } of registries) {
    const judge = async (tagged: string, mediaType: string) => {
      const reference = `${tagged.slice(0, tagged.lastIndexOf(':'))}@${await crane('digest', tagged)}`;
      assert.equal((await sign(tagged)).subject.mediaType, mediaType);
      await theyAccept(home, reference);
      await weAccept(home, reference, { oci, trust: emulated });
    };
    await report.case(`notation accepts our signature of crane's Docker manifest on ${name}`, async () => {
      await crane('append', '-f', layer, '-t', `${host}/crane/app:1`);
      await judge(`${host}/crane/app:1`, 'application/vnd.docker.distribution.manifest.v2+json');
    });
    await report.case(`notation accepts our signature of an image index on ${name}`, async () => {
      await crane('append', '-f', layer, '-t', `${host}/crane/index:amd64`);
      await crane('index', 'append', '-m', `${host}/crane/index:amd64`, '-t', `${host}/crane/index:1`);
      await judge(`${host}/crane/index:1`, 'application/vnd.oci.image.index.v1+json');
    });
  }
}
