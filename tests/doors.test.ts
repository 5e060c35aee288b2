import { describe, expect, it } from 'vitest';
import { bundledIn, imports, packages, sources } from './workspace.js';

/** Floors of the house (docs/architecture.md). A room imports rooms of lower floors only; `side` rooms serve tests. */
const floors: Record<string, number> = {
  core: 0,
  transport: 0.5,
  oci: 1,
  pki: 1,
  'tsb-client': 2,
  pkcs11: 2,
  'notation-envelope': 2,
  cosign: 2,
  dct: 2,
  ocicrypt: 2,
  sign: 3,
  cli: 4,
};
const side = ['tsb-emulator', 'testing'];
/** `process.exit` in a thread ends that thread and nothing else: the text of the PKCS#11 worker runs nowhere else. */
const endsItsThread = (name: string, file: string) => name === 'pkcs11' && file === 'worker/entry.ts';
/** Loads in over 5 ms: only behind a dynamic import (design §4). */
const heavy = [
  '@noble/',
  '@peculiar/',
  'undici',
  'zod',
  'reflect-metadata',
  '@grpc/',
  'jose',
  'tar-stream',
  'yaml',
  'msw',
  'node:http',
  'node:https',
  'node:child_process',
  'node:worker_threads',
];
const room = (target: string) => /^@securosys\/([^/]+)/.exec(target)?.[1];

describe('doors that stay shut', () => {
  it('every room has a floor or stands at the side', () => {
    for (const name of packages.keys()) expect(name in floors || side.includes(name), name).toBe(true);
  });

  it('finds imports at all: the test would see an open door', () => {
    expect(imports('sign').some(({ target }) => room(target) === 'oci')).toBe(true);
    expect(imports('tsb-client').some(({ target, dynamic }) => target === 'undici' && dynamic)).toBe(true);
    expect(bundledIn('tsb-client')).toEqual(['zod']);
  });

  it.each([...packages.keys()].filter((name) => name in floors))(
    '%s imports rooms of lower floors only, in code and in its manifest',
    (name) => {
      const rooms = [
        ...imports(name).map(({ target }) => target),
        ...Object.keys(packages.get(name)?.dependencies ?? {}),
      ].flatMap((t) => room(t) ?? []);
      for (const other of rooms) {
        if (other === name) continue;
        expect(floors[other], `${name} → ${other}`).toBeLessThan(floors[name] as number);
      }
    },
  );

  it('what a room imports, its manifest names, and nothing else', () => {
    for (const [name, manifest] of packages) {
      const declared = new Set([
        ...Object.keys(manifest.dependencies ?? {}),
        ...Object.keys(manifest.peerDependencies ?? {}),
        ...bundledIn(name),
      ]);
      const used = new Set(
        imports(name)
          .filter(({ target }) => !target.startsWith('.') && !target.startsWith('node:'))
          .map(({ target }) =>
            target
              .split('/')
              .slice(0, target.startsWith('@') ? 2 : 1)
              .join('/'),
          ),
      );
      used.delete(manifest.name);
      expect([...used].sort(), name).toEqual([...declared].sort());
    }
  });

  it('the emulator and the test helpers are nobody’s runtime dependency', () => {
    for (const [name, manifest] of packages) {
      if (side.includes(name)) continue;
      for (const other of side) {
        expect(manifest.dependencies ?? {}).not.toHaveProperty(`@securosys/${other}`);
        expect(
          imports(name).filter(({ target }) => room(target) === other),
          name,
        ).toEqual([]);
      }
    }
  });

  it('nothing heavy stands in a static import graph', () => {
    for (const name of packages.keys()) {
      if (name === 'testing') continue;
      const bundled = bundledIn(name);
      const open = imports(name).filter(
        ({ target, dynamic, typeOnly }) =>
          !dynamic &&
          !typeOnly &&
          heavy.some((h) => target === h || target.startsWith(h.endsWith('/') ? h : `${h}/`)) &&
          !bundled.some((b) => target === b || target.startsWith(`${b}/`)),
      );
      expect(open, name).toEqual([]);
    }
  });

  it('only executables and serve subpaths touch the process', () => {
    for (const name of packages.keys()) {
      if (name === 'cli' || name === 'testing') continue;
      for (const [file, text] of sources(name)) {
        if (file.startsWith('serve') || endsItsThread(name, file)) continue;
        const code = text.replace(/^\s*(\/?\*|\/\/).*$/gm, '');
        expect(code, `${name}/${file}`).not.toMatch(/process\.(argv|stdin|stdout|exit\b|exitCode)/);
      }
    }
  });

  it('core depends on nothing and touches no network; files only in the folder store, stdin and stdout in `serve`', () => {
    expect(packages.get('core')?.dependencies).toBeUndefined();
    for (const { file, target, dynamic } of imports('core')) {
      if (target.startsWith('.') || target === '@securosys/core') continue;
      const allowed = [
        'node:crypto',
        ...(file === 'node-modules.ts' ? ['node:fs/promises'] : []),
        ...(file.startsWith('folder-') ? ['node:path'] : []),
        ...(file === 'folder-calls.ts' ? ['node:fs'] : []),
        // stdin and stdout without streams, for processes that live for one call.
        ...(['serve/stdin.ts', 'serve/write-out.ts'].includes(file) ? ['node:fs'] : []),
        // Built in, and loaded for keys of that kind only.
        ...(file === 'ml-dsa.ts' && dynamic ? ['@noble/post-quantum/ml-dsa.js'] : []),
      ];
      expect(allowed, `${file} → ${target}`).toContain(target);
    }
  });

  it('no room is empty and no source file has outgrown its subject', () => {
    for (const name of packages.keys()) {
      const files = [...sources(name)];
      expect(files.length, name).toBeGreaterThan(1);
      for (const [file, text] of files) expect(text.split('\n').length, `${name}/${file}`).toBeLessThan(350);
    }
  });
});
