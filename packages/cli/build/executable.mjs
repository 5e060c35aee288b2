// Builds one executable as one script without extension, as `notation plugin install` wants it.
//
// Reading a script costs a process time for each byte of it, used or not, and a plugin is started two to six times for one signature. So
// the script is made of parts: the first is run at once and answers by itself what is asked most; each other one stands in a comment, which
// is read over quickly, and becomes code when something of it is imported (docs/decisions/0017).
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
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
 * What only some commands import, and shares nothing with what stays but what it has a copy of: each group is a part. A part may need those
 * that stand below it here, and no other. What is `packed` is large, and rarely needed. What is `flat` imports nothing of its own dynamically,
 * and becomes one function: else each module becomes two, in case that it is imported late, and V8 reads it twice. What is `of` another part is
 * cut off that one only: it is small, and a copy of it lies where more than it is needed.
 */
const groups = [
  // securosys-sign: what runs its commands, those that are started most, and all others.
  { part: 'frame', holds: (path) => path === './securosys-sign/start/any-command.js', flat: true },
  { part: 'verify', holds: (path) => path === './securosys-sign/start/verify.js', flat: true },
  { part: 'dct-inspect', holds: (path) => path === './securosys-sign/start/dct-inspect.js', flat: true },
  // What `verify` needs for some images only. Trust in keys of cosign is known to what made it, so that both have one part.
  {
    part: 'cosign',
    of: 'verify',
    holds: (path) => ['./open-cosign-trust.js', './judge-cosign-image.js', './verify-cosign-blob.js'].includes(path),
  },
  { part: 'dct', of: 'verify', holds: (path) => path === './judge-dct-image.js' },
  { part: 'registry', of: 'verify', holds: (path) => path === './registries.js' },
  { part: 'cose', of: 'verify', holds: (path) => path === './cose-codec.js' },
  { part: 'revocation', of: 'verify', holds: (path) => path === './check-chain.js' },
  { part: 'timestamp', of: 'verify', holds: (path) => path === './verify-parsed.js' },
  { part: 'subcommands', holds: (path) => path.startsWith('./subcommands/') },
  // ocicrypt-securosys: what runs it, and the help of both.
  { part: 'provider', holds: (path) => path === './ocicrypt/run.js', flat: true },
  { part: 'help', holds: (path) => path === './command-help.js' || path === './help.js' },
  { part: 'bars', holds: (path) => path === './bars.js', packed: true },
  { part: 'prompt', holds: (path) => path === './prompt.js' },
  { part: 'tsb', holds: (path) => path.endsWith('/connect-tsb.js'), flat: true },
  { part: 'policy', holds: (path) => path === './policy-guard.js', packed: true },
  { part: 'audit', holds: (path) => path === './audit-guard.js' },
  // What the backend of a TSB can beside using keys.
  {
    part: 'tsb-rare',
    holds: (path) => ['./operation-calls.js', './recognise.js', './orphans.js', './rare-calls.js'].includes(path),
    packed: true,
  },
  { part: 'pkcs11', holds: (path) => path.endsWith('/connect-pkcs11.js') || path === '@securosys/pkcs11' },
  { part: 'helper', holds: (path) => path === './run-helper.js' },
  { part: 'service', holds: (path) => path === './serve.js' },
  { part: 'grpc', holds: (path) => path === '@grpc/grpc-js', packed: true },
  { part: 'undici', holds: (path) => path === 'undici', packed: true },
  // With what they stand on, which would else be in two parts.
  { part: 'asn1', holds: (path) => /^(@peculiar\/|(asn1js|pvtsutils|pvutils)$)/.test(path), packed: true },
  { part: 'yaml', holds: (path) => path === 'yaml', packed: true },
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
  ({ path, kind }) =>
    kind === 'dynamic-import' &&
    groups.some(({ part, holds, flat, of = own }) => (part === own ? flat : of === own && holds(path)));

/** Commander starts programs that lie beside its own, which ours never does: what that takes loads a third of Node. */
const withoutChildProcess = {
  name: 'without-child-process',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ importer }) =>
      /[\\/]commander[\\/]/.test(importer) ? { path: 'none', namespace: 'without-child-process' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'without-child-process' }, () => ({ contents: 'module.exports={}' }));
  },
};

async function built(input, belongs) {
  const found = new Map();
  const { outputFiles, metafile } = await build({
    ...common,
    ...input,
    plugins: [bundledText(), withoutChildProcess, leaveOut(belongs, found)],
  });
  const [{ inputs }] = Object.values(metafile.outputs);
  const used = Object.keys(inputs).filter((source) => inputs[source].bytesInOutput > 0);
  const code = outputFiles[0].text;
  // Modules that were read and then left away had imports too.
  const needed = new Map([...found].filter(([name]) => code.includes(JSON.stringify(name))));
  return { code, found: needed, inputs: used };
}

/** What stands for the end of a comment inside of one. */
const commentEnd = '*{slash}';

const isPacked = (name) => groups.some(({ part, packed }) => part === name && packed);

/** A part as it stands in a comment. */
function commentOf(name, { code }) {
  if (isPacked(name)) return brotliCompressSync(code).toString('base64');
  if (code.includes(commentEnd)) throw new Error(`${name} holds the text that stands for the end of a comment`);
  return code.replaceAll('*/', commentEnd);
}

/** How the first part finds the others: in the text of functions that nobody calls, which V8 has in memory. */
const loader = `
var parts={};
function part(name){
  if(parts[name])return parts[name].exports;
  var text=String(holders[name]),code=text.slice(text.indexOf("\\n")+1,text.lastIndexOf("\\n"));
  code=packed.includes(name)?nodeRequire("zlib").brotliDecompressSync(Buffer.from(code,"base64")).toString("latin1"):code.replaceAll(${JSON.stringify(commentEnd)},"*"+"/");
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
 * The module that a part is built of: gives what may be imported of it.
 *
 * What one command imports must not run for another, so that modules become functions. Where there is one import only, nothing has to wait,
 * and all of them become one function, which V8 reads once.
 */
function contentsOf(own) {
  const text = JSON.stringify;
  const [[name, { path }], ...others] = own;
  if (others.length === 0) return `import * as all from ${text(path)};module.exports={${text(name)}:()=>all}`;
  return `module.exports={${own.map(([each, target]) => `${text(each)}:()=>require(${text(target.path)})`).join()}}`;
}

/** Builds the code of a program: what runs at once, and its other parts by their names. */
export async function buildParts(entry) {
  const first = await built({ entryPoints: [entry] }, ({ kind }) => kind === 'dynamic-import');
  const parts = new Map();
  for (let left = first.found; left.size > 0; ) {
    const part = order.find((name) => [...left.values()].some((target) => target.part === name));
    const own = [...left].filter(([, target]) => target.part === part);
    const stdin = { contents: contentsOf(own), resolveDir: process.cwd() };
    const made = await built({ stdin }, elsewhere(part));
    parts.set(part, made);
    for (const target of made.found.values())
      if (parts.has(target.part)) throw new Error(`part ${part} needs ${target.path}, and part ${target.part} is built already`);
    left = new Map([...left, ...made.found].filter(([, target]) => target.part !== part));
  }
  return { first, parts, inputs: [...new Set([first, ...parts.values()].flatMap(({ inputs }) => inputs))] };
}

/** Writes a program. V8 keeps a text of ASCII in half the memory, and reads it in half the time. */
export function writeProgram(outfile, text) {
  if (Buffer.byteLength(text) !== text.length) throw new Error('the executable holds something else than ASCII');
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, text);
  chmodSync(outfile, 0o755);
}

/**
 * @param {{ entry: string, outfile: string }} executable
 * @returns {Promise<string[]>} sources that are in it
 */
export async function buildExecutable({ entry, outfile }) {
  const { first, parts, inputs } = await buildParts(entry);
  const holders = [...parts].map(([name, made]) => `${JSON.stringify(name)}(){/*\n${commentOf(name, made)}\n*/}`);
  const told = `var packed=${JSON.stringify([...parts.keys()].filter(isPacked))},holders={${holders.join()}};`;
  const whole = [prologue, told, loader, `(function(require){${first.code}})(partRequire);\n`].join('');
  writeProgram(outfile, whole);
  return inputs;
}
