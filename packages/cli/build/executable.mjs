// Builds one executable as one script without extension, as `notation plugin install` wants it.
//
// Reading a script costs a process time for each byte of it, used or not, and a plugin is started two or three times for one
// signature. So the script is made of parts: the first is run at once and answers `get-plugin-metadata` by itself; each other one
// stands in a comment, which is read over quickly, and becomes code when something of it is imported (docs/decisions/0017).
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { bundledText } from '../../../scripts/bundled-text.mjs';

// esbuild comes with tsup.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild');

const common = {
  bundle: true,
  write: false,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  conditions: ['@securosys/source'],
  minifyWhitespace: true,
  minifySyntax: true,
  minifyIdentifiers: true,
  legalComments: 'none',
  logLevel: 'silent',
  metafile: true,
  // Imports of other parts become calls that the loader can answer.
  supported: { 'dynamic-import': false },
};

/** Libraries that only some commands need, and that share nothing with what stays: each group is a part. */
const groups = [
  { part: 'undici', holds: (path) => path === 'undici' },
  // With what they stand on, which would else be in two parts.
  { part: 'asn1', holds: (path) => /^(@peculiar\/|(asn1js|pvtsutils|pvutils)$)/.test(path) },
  { part: 'pkcs11', holds: (path) => path === '@securosys/pkcs11' },
  { part: 'grpc', holds: (path) => path === '@grpc/grpc-js' },
  { part: 'post-quantum', holds: (path) => path.startsWith('@noble/post-quantum') },
];

/** Leaves what `belongs` says out of a build, and remembers it as something that another part has to have. */
const leaveOut = (belongs, found) => ({
  name: 'leave-out',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /.*/ }, async (args) => {
      if (args.pluginData === 'asked' || !belongs(args)) return undefined;
      const { kind, importer, namespace, resolveDir } = args;
      const target = await resolve(args.path, { kind, importer, namespace, resolveDir, pluginData: 'asked' });
      if (target.errors.length > 0 || target.external) return target;
      const part = groups.find(({ holds }) => holds(args.path))?.part ?? 'main';
      const name = `part:${part}:${relative(process.cwd(), target.path)}`;
      found.set(name, { part, path: target.path });
      return { path: name, external: true };
    });
  },
});

const isLibrary = ({ path }) => groups.some(({ holds }) => holds(path));

async function built(input, belongs) {
  const found = new Map();
  const { outputFiles, metafile } = await build({ ...common, ...input, plugins: [bundledText(), leaveOut(belongs, found)] });
  const [{ inputs }] = Object.values(metafile.outputs);
  const used = Object.keys(inputs).filter((source) => inputs[source].bytesInOutput > 0);
  return { code: outputFiles[0].text, found, inputs: used };
}

/** What stands for the end of a comment inside of one. */
const commentEnd = '*{slash}';

/** How the first part finds the others: in its own text. */
const loader = `
var partText,parts={};
function part(name){
  if(parts[name])return parts[name].exports;
  partText||(partText=nodeRequire("fs").readFileSync(ownFile,"latin1"));
  var start="/*part "+name+" "+buildId+"\\n",at=partText.lastIndexOf(start);
  if(at<0)throw new Error("this executable is damaged");
  var code=partText.slice(at+start.length,partText.indexOf("\\n*"+"/",at)).replaceAll(${JSON.stringify(commentEnd)},"*"+"/");
  var module=parts[name]={exports:{}};
  nodeRequire("vm").compileFunction(code,["require","module","exports"],{filename:ownFile+"#"+name})(partRequire,module,module.exports);
  return module.exports;
}
function partRequire(name){
  return name.startsWith("part:")?part(name.split(":")[1])[name]():nodeRequire(name);
}
`;

/** Both kinds of module: which of them Node takes a file without extension for depends on the folder that it is put into. */
const prologue = `#!/usr/bin/env node
var ownFile=process.getBuiltinModule("fs").realpathSync(process.argv[1]),nodeRequire=typeof require==="function"?require:process.getBuiltinModule("module").createRequire(ownFile);
`;

/**
 * @param {{ entry: string, outfile: string }} executable
 * @returns {Promise<string[]>} sources that are in it
 */
export async function buildExecutable({ entry, outfile }) {
  const first = await built({ entryPoints: [entry] }, (args) => args.kind === 'dynamic-import' || isLibrary(args));
  const parts = new Map();
  for (let left = first.found; left.size > 0; ) {
    const [[, { part }]] = left;
    const own = [...left].filter(([, target]) => target.part === part);
    // Functions: what one command imports must not run for another.
    const entries = own.map(([name, { path }]) => `${JSON.stringify(name)}:()=>require(${JSON.stringify(path)})`);
    const stdin = { contents: `module.exports={${entries.join()}}`, resolveDir: process.cwd() };
    const made = await built({ stdin }, part === 'main' ? isLibrary : () => false);
    parts.set(part, made);
    left = new Map([...left, ...made.found].filter(([, target]) => !parts.has(target.part)));
  }
  // The file may be replaced between the moment Node reads it and the moment its parts are looked for: parts of another build are none.
  const id = createHash('sha256')
    .update([first, ...parts.values()].map(({ code }) => code).join('\0'))
    .digest('hex')
    .slice(0, 16);
  const comment = (name, { code }) => {
    if (code.includes(commentEnd)) throw new Error(`${name} holds the text that stands for the end of a comment`);
    return `/*part ${name} ${id}\n${code.replaceAll('*/', commentEnd)}\n*/\n`;
  };
  const all = [...parts].map(([name, made]) => comment(name, made));
  const text = [prologue, `var buildId="${id}";`, loader, `(function(require){${first.code}})(partRequire);\n`, ...all].join('');
  // Read as Latin-1, which takes a fraction of the time.
  if (Buffer.byteLength(text) !== text.length) throw new Error('the executable holds something else than ASCII');
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, text);
  chmodSync(outfile, 0o755);
  return [...new Set([first, ...parts.values()].flatMap(({ inputs }) => inputs))];
}
