// The façade names types of packages that are optional peers of it. Where a peer is not installed, a strict compiler (skipLibCheck off)
// would refuse the façade's declarations, and any other would take the types for `any`. So a build carries a copy of the peer's declarations.
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Declarations of a package, and what files beside them end with where they are imported. */
export const declarations = [
  ['index.d.ts', '.js'],
  ['index.d.cts', '.cjs'],
];

/** Peers that need not be there. */
export const optionalPeers = ({ peerDependenciesMeta = {} }) =>
  Object.keys(peerDependenciesMeta).filter((peer) => peerDependenciesMeta[peer].optional);

/** Where declarations say that they take something from a package. */
export const takenFrom = (peer) => new RegExp(`(\\bfrom ['"])${peer.replaceAll('/', '\\/')}(?=['"])`, 'g');

/** Copies the declarations of our own optional peers beside those of a package that names them. Both have to be built. */
export function carryTypes(packages, name) {
  const dist = join(packages, name, 'dist');
  const manifest = JSON.parse(readFileSync(join(packages, name, 'package.json'), 'utf8'));
  for (const peer of optionalPeers(manifest).filter((one) => one.startsWith('@securosys/'))) {
    const short = peer.slice('@securosys/'.length);
    for (const [file, ending] of declarations) {
      const path = join(dist, file);
      const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
      const carried = text.replace(takenFrom(peer), `$1./${short}${ending}`);
      if (carried === text) continue;
      copyFileSync(join(packages, short, 'dist', file), join(dist, file.replace('index', short)));
      writeFileSync(path, carried);
    }
  }
}
