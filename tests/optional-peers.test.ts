import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imports, type Manifest, packages, root } from './workspace.js';

type Peers = Manifest & {
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  readonly optionalDependencies?: Record<string, string>;
};
const manifests = [...packages.values()] as Peers[];

/** Everything that npm brings along with a package of ours: peers too, but for those that say they are optional. */
function broughtAlong(name: string, found = new Set<string>()): Set<string> {
  const manifest = manifests.find((one) => one.name === name);
  const { dependencies, optionalDependencies, peerDependencies = {}, peerDependenciesMeta = {} } = manifest ?? ({} as Peers);
  const peers = Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true);
  for (const next of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers])
    if (!found.has(next)) broughtAlong(next, found.add(next));
  return found;
}

describe('PKCS#11 is there for who installs it', () => {
  it('installing the façade brings neither the room nor the native addon, and compiles nothing', () => {
    const found = broughtAlong('@securosys/sign');
    expect(found).toContain('@securosys/core');
    expect([...found].filter((name) => name.includes('pkcs11'))).toEqual([]);
  });

  it('nothing of ours brings the native addon along: it is a peer that says it is optional', () => {
    for (const { name } of manifests) expect([...broughtAlong(name)], name).not.toContain('pkcs11js');
    expect(manifests.find(({ name }) => name === '@securosys/pkcs11')).toMatchObject({
      peerDependencies: { pkcs11js: expect.stringMatching(/^\^2\./) },
      peerDependenciesMeta: { pkcs11js: { optional: true } },
    });
    const { optionalDependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(optionalDependencies).toHaveProperty('pkcs11js');
    expect(devDependencies).not.toHaveProperty('pkcs11js');
  });

  it('the façade reaches the room by a dynamic import in one place, and knows its types elsewhere', () => {
    const open = imports('sign').filter(({ target, typeOnly }) => target === '@securosys/pkcs11' && !typeOnly);
    expect(open.map(({ file, dynamic }) => ({ file, dynamic }))).toEqual([{ file: 'load-pkcs11.ts', dynamic: true }]);
  });

  it('only the room names the native addon, and it imports no more than its types', () => {
    for (const name of packages.keys())
      for (const { file, target, typeOnly } of imports(name).filter((one) => one.target === 'pkcs11js'))
        expect({ name, file, target, typeOnly }).toEqual({ name: 'pkcs11', file, target, typeOnly: true });
  });
});
