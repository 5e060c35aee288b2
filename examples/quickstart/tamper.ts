import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOci } from '@securosys/oci';
import { packFolder } from '@securosys/oci/pack';

/** What somebody with write access to a registry can do: another image under the same tag, with the old signature attached to it. */
export async function attackerRepacks(layout: string, app: string): Promise<void> {
  const repository = createOci().open(`oci:${layout}:1.4`);
  const original = await repository.resolve();
  const folder = await mkdtemp(join(tmpdir(), 'tampered-'));
  try {
    await cp(app, folder, { recursive: true });
    await writeFile(join(folder, 'backdoor.mjs'), "console.log('owned');\n");
    const evil = await packFolder(folder, layout, { tag: '1.4' });
    const subject = { mediaType: evil.mediaType, digest: evil.digest, size: evil.size };
    for await (const referrer of repository.referrers(original.descriptor)) {
      const { bytes } = await repository.fetchManifest(referrer);
      const manifest = { ...JSON.parse(new TextDecoder().decode(bytes)), subject };
      await repository.attach(new TextEncoder().encode(JSON.stringify(manifest)), referrer.mediaType, subject);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
