// Builds the executables of this package; run in its folder.
import { writeFileSync } from 'node:fs';
import { buildExecutable } from './executable.mjs';
import { thirdPartyNotices } from './notices.mjs';

const sources = [];
for (const name of ['notation-securosys', 'ocicrypt-securosys', 'sigstore-kms-securosys', 'securosys-sign'])
  sources.push(...(await buildExecutable({ entry: `src/${name}.ts`, outfile: `dist/${name}` })));
writeFileSync('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(sources));
