// Builds one executable as one script without extension, as `notation plugin install` wants it.
//
// Reading a script costs a process time for each byte of it, used or not, and a plugin is started two to six times for one signature. So
// the script is made of parts: the first is run at once and answers by itself what is asked most; each other one stands in a comment, which
// is read over quickly, and becomes code when something of it is imported (docs/decisions/0017).
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

/**
 * What only some commands need, and shares nothing with what stays but what it has a copy of: each group is a part. A part may need those
 * that stand below it here, and no other.
 */
const groups = [
  { part: 'tsb', holds: (path) => path.endsWith('/connect-tsb.js') },
  { part: 'pkcs11', holds: (path) => path === '@securosys/pkcs11' },
  { part: 'grpc', holds: (path) => path === '@grpc/grpc-js' },
  { part: 'undici', holds: (path) => path === 'undici' },
  // With what they stand on, which would else be in two parts.
  { part: 'asn1', holds: (path) => /^(@peculiar\/|(asn1js|pvtsutils|pvutils)$)/.test(path) },
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

const order = ['main', ...groups.map(({ part }) => part)];

/** What belongs to another part than this one. */
const elsewhere =
  (own) =>
  ({ path }) =>
    groups.some(({ part, holds }) => part !== own && holds(path));

async function built(input, belongs) {
  const found = new Map();
  const { outputFiles, metafile } = await build({ ...common, ...input, plugins: [bundledText(), leaveOut(belongs, found)] });
  const [{ inputs }] = Object.values(metafile.outputs);
  const used = Object.keys(inputs).filter((source) => inputs[source].bytesInOutput > 0);
  const code = outputFiles[0].text;
  // Modules that were read and then left away had imports too.
  const needed = new Map([...found].filter(([name]) => code.includes(JSON.stringify(name))));
  return { code, found: needed, inputs: used };
}

/** What stands for the end of a comment inside of one. */
const commentEnd = '*{slash}';

/** How the first part finds the others: in its own bytes, which are read once, at places that it was told, and only if they are of the same build. */
const loader = `
var parts={},whole;
function part(name){
  if(parts[name])return parts[name].exports;
  whole||(whole=nodeRequire("fs").readFileSync(ownFile));
  var text=whole.latin1Slice(+places[name][0],+places[name][0]+ +places[name][1]),start="/*part "+name+" "+buildId+"\\n",end="\\n*"+"/\\n";
  if(!text.startsWith(start)||!text.endsWith(end))throw new Error("this executable is damaged");
  var code=text.slice(start.length,-end.length).replaceAll(${JSON.stringify(commentEnd)},"*"+"/");
  var module=parts[name]={exports:{}};
  nodeRequire("vm").compileFunction(code,["require","module","exports"],{filename:ownFile+"#"+name})(partRequire,module,module.exports);
  return module.exports;
}
function partRequire(name){
  return name.startsWith("part:")?part(name.split(":")[1])[name]():nodeRequire(name);
}
`;

/** A number that is as long as any other. */
const fixed = (number) => String(number).padStart(10, '0');

/** Both kinds of module: which of them Node takes a file without extension for depends on the folder that it is put into. */
const prologue = `#!/usr/bin/env node
var ownFile=process.getBuiltinModule("fs").realpathSync(process.argv[1]),nodeRequire=typeof require==="function"?require:process.getBuiltinModule("module").createRequire(ownFile);
`;

/**
 * @param {{ entry: string, outfile: string }} executable
 * @returns {Promise<string[]>} sources that are in it
 */
export async function buildExecutable({ entry, outfile }) {
  const first = await built({ entryPoints: [entry] }, (args) => args.kind === 'dynamic-import' || elsewhere('first')(args));
  const parts = new Map();
  for (let left = first.found; left.size > 0; ) {
    const part = order.find((name) => [...left.values()].some((target) => target.part === name));
    const own = [...left].filter(([, target]) => target.part === part);
    // Functions: what one command imports must not run for another.
    const entries = own.map(([name, { path }]) => `${JSON.stringify(name)}:()=>require(${JSON.stringify(path)})`);
    const stdin = { contents: `module.exports={${entries.join()}}`, resolveDir: process.cwd() };
    const made = await built({ stdin }, elsewhere(part));
    parts.set(part, made);
    for (const target of made.found.values())
      if (parts.has(target.part)) throw new Error(`part ${part} needs ${target.path}, and part ${target.part} is built already`);
    left = new Map([...left, ...made.found].filter(([, target]) => target.part !== part));
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
  const comments = [...parts].map(([name, made]) => [name, comment(name, made)]);
  const text = (placeOf) => {
    const places = Object.fromEntries(comments.map(([name, { length }]) => [name, [placeOf(name), fixed(length)]]));
    const told = `var buildId="${id}",places=${JSON.stringify(places)};`;
    return [prologue, told, loader, `(function(require){${first.code}})(partRequire);\n`].join('');
  };
  // Numbers of one width: the places stand before what they count.
  let at = text(() => fixed(0)).length;
  const starts = new Map();
  for (const [name, { length }] of comments) {
    starts.set(name, fixed(at));
    at += length;
  }
  const whole = [text((name) => starts.get(name)), ...comments.map(([, written]) => written)].join('');
  // Read as Latin-1, which takes a fraction of the time; and places count bytes.
  if (Buffer.byteLength(whole) !== whole.length) throw new Error('the executable holds something else than ASCII');
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, whole);
  chmodSync(outfile, 0o755);
  return [...new Set([first, ...parts.values()].flatMap(({ inputs }) => inputs))];
}
