// Builds the executables of this package; run in its folder.
import { buildExecutable } from './executable.mjs';

await buildExecutable({ entry: 'src/notation-securosys.ts', outfile: 'dist/notation-securosys' });
