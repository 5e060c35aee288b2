import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packages, root } from './workspace.js';

/** Builds are made by the root's `test` script before vitest starts. */
const load = (name: string, code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: join(root, 'packages', name), encoding: 'utf8' });

describe('built packages', () => {
  it.each([...packages.keys()])(
    '%s loads as ESM and as CommonJS from a bare script, every subpath with the same names',
    (name) => {
      const manifest = packages.get(name);
      const paths = Object.keys(manifest?.exports ?? {}).filter((path) => path !== './package.json');
      const code = `
        import { createRequire } from 'node:module';
        const names = (m) => Object.keys(m).filter((n) => n !== 'default' && n !== '__esModule' && n !== 'module.exports').sort().join();
        for (const specifier of ${JSON.stringify(paths.map((path) => `@securosys/${name}${path.slice(1)}`))}) {
          const esm = await import(specifier);
          const cjs = createRequire(process.cwd() + '/x.js')(specifier);
          if (names(esm) !== names(cjs) || names(esm) === '') throw new Error(specifier + ': ' + names(esm) + ' ≠ ' + names(cjs));
        }
      `;
      expect(() => load(name, code)).not.toThrow();
    },
  );

  it('importing the façade loads nothing native and nothing heavy', () => {
    const code = `
      import { createRequire } from 'node:module';
      const before = new Set(process.moduleLoadList);
      createRequire(process.cwd() + '/x.js')('@securosys/sign');
      const files = Object.keys(createRequire(process.cwd() + '/x.js').cache);
      console.log(JSON.stringify({ files, builtins: process.moduleLoadList.filter((m) => !before.has(m)) }));`;
    const { files, builtins } = JSON.parse(load('sign', code)) as { files: string[]; builtins: string[] };
    expect(files.filter((file) => file.includes('sign/dist/'))).not.toEqual([]);
    expect(
      files.filter((file) => /\.node$|noble|ml-dsa|peculiar|undici|zod|tar-stream|reflect-metadata|ocicrypt/.test(file)),
    ).toEqual([]);
    expect(
      builtins.filter((name) => /undici|http|child_process|worker|tls|NativeModule crypto$|internal\/streams\//.test(name)),
    ).toEqual([]);
  });
});
