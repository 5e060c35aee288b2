// Builds the executables of this package; run in its folder.
import { writeFileSync } from 'node:fs';
import { buildExecutable } from './executable.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { buildProgram } from './program.mjs';

const sources = [];
for (const name of ['notation-securosys', 'sigstore-kms-securosys', 'ocicrypt-securosys'])
  sources.push(...(await buildExecutable({ entry: `src/${name}.ts`, outfile: `dist/${name}` })));
// What is installed with its package starts sooner from a folder of parts. The key provider is both: it is also copied to where an `ocicrypt.conf` says.
for (const name of ['ocicrypt-securosys', 'securosys-sign'])
  sources.push(...(await buildProgram({ entry: `src/${name}.ts`, outfile: `dist/${name}.cjs` })));
writeFileSync('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(sources));
