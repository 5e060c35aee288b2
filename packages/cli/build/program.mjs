// Builds a program as a script and a folder of parts beside it: for one that is installed with its package, and need not be one file.
//
// Its parts are those of executable.mjs. A start reads the files of what it runs, and nothing else.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { buildParts, writeProgram } from './executable.mjs';

/** A part that was put there by another build is none: who waits for people for days may be replaced meanwhile. */
const loader = `
var parts={};
function part(name){
  if(parts[name])return parts[name].exports;
  var made=require(partFolder+name+".cjs"),module=parts[name]={exports:{}};
  if(made[0]!==buildId)throw new Error("this program was replaced while it ran");
  made[1](partRequire,module,module.exports);
  return module.exports;
}
function partRequire(name){
  return name.startsWith("part:")?part(name.split(":")[1])[name]():require(name);
}
`;

/**
 * @param {{ entry: string, outfile: string }} program outfile ends with `.cjs`, so that Node need not find out what it is
 * @returns {Promise<string[]>} sources that are in it
 */
export async function buildProgram({ entry, outfile }) {
  const { first, parts, inputs } = await buildParts(entry);
  const folder = `${basename(outfile, '.cjs')}-parts`;
  const hash = createHash('sha256');
  for (const { code } of [first, ...parts.values()]) hash.update(code).update('\0');
  const id = hash.digest('hex').slice(0, 16);
  const path = join(dirname(outfile), folder);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  // In brackets: V8 compiles such a function at once, and not first to skip it.
  for (const [name, { code }] of parts)
    writeFileSync(join(path, `${name}.cjs`), `module.exports=["${id}",(function(require,module,exports){${code}\n})];\n`);
  const told = `var buildId="${id}",partFolder="./${folder}/";`;
  writeProgram(outfile, `#!/usr/bin/env node\n${told}${loader}(function(require){${first.code}})(partRequire);\n`);
  return inputs;
}
