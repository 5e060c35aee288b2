// Builds the executables of this package; run in its folder.
import { writeFileSync } from 'node:fs';
import { buildExecutable } from './executable.mjs';
import { thirdPartyNotices } from './notices.mjs';

const sources = await buildExecutable({ entry: 'src/notation-securosys.ts', outfile: 'dist/notation-securosys' });
writeFileSync('dist/THIRD-PARTY-NOTICES.md', thirdPartyNotices(sources));
