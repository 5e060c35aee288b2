import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPluginHost } from '@securosys/notation-envelope/plugin-host';
import { afterEach, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

/** Mistakes of others (threat model §5) that this package must not repeat; one test per advisory. */
const packages = fileURLToPath(new URL('../../..', import.meta.url));
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const sourcesOf = (name: string) => {
  const folder = join(packages, name, 'src');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
  return files.filter((file) => /\.[cm]?[jt]s$/.test(file)).map((file) => join(folder, file));
};

/** Where programs are started: everything that is shipped, and so not the tools of tests. */
const starters = readdirSync(packages)
  .filter((name) => name !== 'testing')
  .flatMap(sourcesOf)
  .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
  .filter(({ text }) => text.includes('node:child_process') || text.includes("'child_process'"));

describe('CVE-2024-27980 (Node): what a shell or cmd.exe would read in arguments is never given to one', () => {
  it('every place that starts a program says that there is no shell, and uses nothing that has one', () => {
    expect(starters.length).toBeGreaterThan(1);
    for (const { file, text } of starters) {
      expect(text, file).toMatch(/shell: false/);
      expect(text, file).not.toMatch(/shell: (?!false)|\bexec(?:Sync)?\b\(|\bfork\(|cmd\.exe|ComSpec/i);
    }
  });

  it('CVE-2024-27980: no batch file is shipped, and none is run for a plugin that has one', async () => {
    expect(Object.values(manifest.bin)).toEqual([
      './dist/notation-securosys',
      './dist/ocicrypt-securosys.cjs',
      './dist/securosys-sign.cjs',
      './dist/sigstore-kms-securosys',
    ]);
    expect(manifest.files).toEqual(['dist']);
    const dist = fileURLToPath(new URL('../../dist', import.meta.url));
    const shipped = existsSync(dist) ? readdirSync(dist) : [];
    expect(shipped.filter((name) => /\.(cmd|bat|ps1)$/i.test(name))).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), 'batch-'));
    folders.push(folder);
    const inside = join(folder, 'plugins', 'evil');
    mkdirSync(inside, { recursive: true });
    for (const end of ['.cmd', '.bat', '.ps1', '.com'])
      writeFileSync(join(inside, `notation-evil${end}`), 'echo', { mode: 0o755 });
    expect(await createPluginHost({ folder }).find('evil')).toBeUndefined();
    for (const name of ['evil"&calc', 'evil|calc', 'evil%PATH%', 'evil^&', 'evil.cmd '])
      await expect(createPluginHost({ folder }).find(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
