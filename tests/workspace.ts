import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly exports: Record<
    string,
    string | { '@securosys/source': string; import: { default: string }; require: { default: string } }
  >;
  readonly dependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly scripts?: Record<string, string>;
  readonly files?: readonly string[];
  readonly publishConfig?: Record<string, unknown>;
  readonly license?: string;
}

/** Every package of the workspace by folder name. */
export const packages: ReadonlyMap<string, Manifest> = new Map(
  readdirSync(join(root, 'packages'))
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .sort()
    .map((name) => [name, JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))]),
);

/** Development dependencies that are built into a package: those that `tsup.config.ts` names. */
export function bundledIn(name: string): string[] {
  const [, list = ''] = /^ {2}noExternal: \[([^\]]*)\],$/m.exec(readFileSync(join(root, 'tsup.config.ts'), 'utf8')) ?? [];
  const named = [...list.matchAll(/'([^']+)'/g)].map(([, dependency]) => dependency as string);
  return named.filter((dependency) => dependency in (packages.get(name)?.devDependencies ?? {}));
}

/** TypeScript sources of a package, by path relative to its `src`. */
export function sources(name: string): Map<string, string> {
  const folder = join(root, 'packages', name, 'src');
  return new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
}

export interface Import {
  readonly file: string;
  readonly target: string;
  readonly dynamic: boolean;
  readonly typeOnly: boolean;
}

/** What the sources of a package import, `from` and `import()` alike. */
export function imports(name: string): Import[] {
  const out: Import[] = [];
  for (const [file, text] of sources(name)) {
    const code = text.replace(/^\s*\*.*$/gm, '').replace(/\/\/.*$/gm, '');
    for (const m of code.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from\s+'([^']+)'/gm))
      out.push({ file, target: m[2] as string, dynamic: false, typeOnly: m[1] !== undefined });
    for (const m of code.matchAll(/^import\s+'([^']+)'/gm))
      out.push({ file, target: m[1] as string, dynamic: false, typeOnly: false });
    for (const m of code.matchAll(/(typeof\s+)?import\('([^']+)'\)/g))
      out.push({ file, target: m[2] as string, dynamic: true, typeOnly: m[1] !== undefined });
  }
  return out;
}
