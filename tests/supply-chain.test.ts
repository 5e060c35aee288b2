import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lockedImporters, lockedResolutions } from './lockfile.js';
import { bundledIn, packages, root } from './workspace.js';

/** Threat model S42. What only a release shows (provenance, SBOM, our own signature) is checked where releases are made. */
interface AnyManifest {
  readonly name: string;
  readonly version?: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly gypfile?: boolean;
  readonly scripts?: Record<string, string>;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
}

/** Where a package states the licences of what is built into it. */
const notices = 'THIRD-PARTY-NOTICES.md';

/** The build of `cli` writes its own, of all that is in the executables. */
const noticesOf = (name: string) => (name === 'cli' ? `dist/${notices}` : notices);
/** Whether it lies in the package's folder. */
const shipsNotices = (name: string) => bundledIn(name).length > 0 && noticesOf(name) === notices;

/** What the build of `cli` makes beside its modules; it states there what it has built into them. */
const executables = new Set([
  'dist/notation-securosys',
  'dist/sigstore-kms-securosys',
  'dist/ocicrypt-securosys',
  'dist/THIRD-PARTY-NOTICES.md',
]);

const read = (folder: string): AnyManifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const names = [...packages.keys()];
const folderOf = (name: string) => join(root, 'packages', name);

/** Scripts that npm or pnpm run by themselves: at install, pack or publish. */
const lifecycle = /^(?:pre|post)?(?:install|prepare|pack|publish|uninstall|version|shrinkwrap)$|^prepublishOnly$|^dependencies$/;
const permissive = new Set([
  'MIT',
  'MIT-0',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
]);

/** Where a package finds a dependency: in the closest `node_modules` above it. */
function dependencyFolder(from: string, name: string): string | undefined {
  for (let at = realpathSync(from); ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (at === dirname(at)) return undefined;
  }
}

/** Everything that an installation of our packages brings along, by folder, and what is built into them. */
function runtimeDependencies(): ReadonlyMap<string, AnyManifest> {
  const found = new Map<string, AnyManifest>();
  const visit = (folder: string, builtIn: readonly string[] = []): void => {
    const manifest = read(folder);
    const needed = [...Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }), ...builtIn];
    for (const name of needed) {
      const target = dependencyFolder(folder, name);
      if (target === undefined && !(name in (manifest.dependencies ?? {}))) continue;
      if (target === undefined) throw new Error(`${manifest.name} needs ${name}, which is not installed`);
      if (found.has(target)) continue;
      found.set(target, read(target));
      visit(target);
    }
  };
  for (const name of names) visit(folderOf(name), bundledIn(name));
  for (const [folder, { name }] of found) if (name.startsWith('@securosys/')) found.delete(folder);
  return found;
}

describe('what we publish', () => {
  it.each(names)('%s runs no script by itself, ships its build only, and is published with provenance', (name) => {
    const manifest = packages.get(name);
    expect(Object.keys(manifest?.scripts ?? {}).filter((script) => lifecycle.test(script))).toEqual([]);
    const files = shipsNotices(name) ? ['dist', notices] : ['dist'];
    expect(manifest).toMatchObject({ files, license: 'Apache-2.0' });
    expect(manifest?.publishConfig).toEqual({ access: 'public', provenance: true });
  });

  it('the workspace itself, which nobody publishes, runs one script at install: it builds the program that runs at the root', () => {
    const manifest = read(root);
    expect(manifest).toMatchObject({ private: true });
    const scripts = Object.entries(manifest.scripts ?? {}).filter(([script]) => lifecycle.test(script));
    expect(scripts).toEqual([['prepare', 'node packages/cli/build/when-missing.mjs']]);
  });

  // Packing takes longer than most rooms' tests: with SLOW, as in CI.
  if (process.env.SLOW)
    describe('a tarball', () => {
      let tarballs: readonly { readonly name: string; readonly files: readonly { readonly path: string }[] }[];
      beforeAll(() => {
        const args = ['pack', '--dry-run', '--json', '--ignore-scripts', ...names.map((name) => `./packages/${name}`)];
        tarballs = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
      });

      it.each(names)('of %s holds the build, the manifest, the licence and the readme, and nothing else', (name) => {
        const paths = tarballs.find((one) => one.name === packages.get(name)?.name)?.files.map(({ path }) => path) ?? [];
        expect(paths).toContain('package.json');
        expect(paths).toContain('LICENSE');
        expect(
          paths.filter(
            (path) =>
              !/^(?:dist\/(?:[a-z-]+\/)?[^/]+\.(?:js|cjs|d\.ts|d\.cts)(?:\.map)?|package\.json|LICENSE|README\.md)$/.test(path) &&
              path !== notices &&
              !(name === 'cli' && executables.has(path)),
          ),
        ).toEqual([]);
        expect(paths.includes(notices)).toBe(shipsNotices(name));
        if (existsSync(join(folderOf(name), 'dist'))) expect(paths).toContain('dist/index.js');
      });
    });
});

describe('what we install', () => {
  const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');

  it('only esbuild and pkcs11js, which is compiled for the tests of its room, may run a script', () => {
    const [, list = ''] = /^allowBuilds: \{([^}]*)\}$/m.exec(workspace) ?? [];
    const allowed = [...list.matchAll(/['"]?([@\w/.-]+)['"]?:\s*true/g)].map(([, name]) => name);
    expect(allowed).toEqual(['esbuild', 'pkcs11js']);
    expect(workspace).not.toMatch(/dangerouslyAllowAllBuilds|onlyBuiltDependencies|neverBuiltDependencies/);
  });

  it('a clone installs without a compiler: what has to be compiled may fail', () => {
    const locked = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
    expect(locked).toMatch(/^ {2}pkcs11js@[\d.]+:\n {4}optional: true$/m);
    expect(workspace).toContain('autoInstallPeers: false');
  });

  it('the lockfile has every dependency that the manifests ask for, and no other: a frozen install works', () => {
    const asked = new Map<string, Record<string, string>>();
    for (const importer of [
      '.',
      ...names.map((name) => `packages/${name}`),
      'examples',
      'examples/story',
      'bench',
      'interop',
      'live',
    ]) {
      const { dependencies, optionalDependencies, devDependencies } = read(join(root, importer));
      asked.set(importer, { ...devDependencies, ...optionalDependencies, ...dependencies });
    }
    expect(Object.fromEntries(lockedImporters())).toEqual(Object.fromEntries(asked));
  });

  it('every locked package comes from the registry with a SHA-512', () => {
    const resolutions = lockedResolutions();
    expect(resolutions.length).toBeGreaterThan(100);
    expect(resolutions.filter((text) => !/^\{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/.test(text))).toEqual([]);
  });
});

describe('what comes along with our packages', () => {
  const dependencies = runtimeDependencies();

  it('was found at all', () => {
    const found = [...dependencies.values()].map(({ name }) => name);
    expect(found).toEqual(
      expect.arrayContaining(['undici', 'zod', '@noble/curves', '@peculiar/asn1-schema', 'tar-stream', 'asn1js']),
    );
  });

  it('runs no script at install and compiles nothing', () => {
    for (const [folder, { name, scripts = {}, gypfile }] of dependencies) {
      const atInstall = Object.keys(scripts).filter((script) => /^(?:pre|post)?install$/.test(script));
      expect(atInstall, name).toEqual([]);
      expect(gypfile === true || readdirSync(folder).includes('binding.gyp'), name).toBe(false);
    }
  });

  it('has a licence that lets anybody use it', () => {
    for (const { name, license = 'none' } of dependencies.values())
      expect(
        license
          .replace(/[()]/g, '')
          .split(' OR ')
          .some((one) => one.split(' AND ').every((part) => permissive.has(part))),
        `${name}: ${license}`,
      ).toBe(true);
  });

  it('and is built into one of them has its version and licence text in the notices', () => {
    const bundling = names.filter((name) => bundledIn(name).length > 0);
    expect(bundling.length).toBeGreaterThan(0);
    for (const name of bundling) {
      const text = readFileSync(join(folderOf(name), noticesOf(name)), 'utf8');
      for (const dependency of bundledIn(name)) {
        const folder = dependencyFolder(folderOf(name), dependency) ?? '';
        expect(text, name).toContain(`## ${dependency} ${read(folder).version}\n`);
        const licence = ['LICENSE', 'LICENSE.md'].find((file) => existsSync(join(folder, file))) ?? 'LICENSE';
        expect(text, name).toContain(readFileSync(join(folder, licence), 'utf8').trim());
      }
    }
  });

  it('is asked for by a range of one major version, so that a repaired one reaches users without a release of ours', () => {
    for (const [name, { dependencies: asked = {} }] of packages)
      for (const [dependency, version] of Object.entries(asked))
        expect(version, `${name} → ${dependency}`).toMatch(
          dependency.startsWith('@securosys/') ? /^workspace:\*$/ : /^[~^](?:[1-9]\d*\.\d+|0\.[1-9]\d*)\.\d+$/,
        );
  });
});
