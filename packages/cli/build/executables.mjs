// Builds the executables of this package; run in its folder.
import { writeFileSync } from 'node:fs';
import { buildExecutable } from './executable.mjs';
import { thirdPartyNotices } from './notices.mjs';
import { buildProgram } from './program.mjs';

const sources = [];
for (const name of ['notation-securosys', 'sigstore-kms-securosys'])
  sources.push(...(await buildExecutable({ entry: `src/${name}.ts`, outfile: `dist/${name}` })));
// Its callers know it by the path that their configuration has. For a name that ends like this Node need not find out what it is.
sources.push(...(await buildExecutable({ entry: 'src/ocicrypt-securosys.ts', outfile: 'dist/ocicrypt-securosys.cjs' })));
sources.push(...(await buildProgram({ entry: 'src/securosys-sign.ts', outfile: 'dist/securosys-sign.cjs' })));
writeFileSync('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(sources));
