// Builds one executable as one script without extension, as `notation plugin install` wants it.
//
// Reading a script costs a process time for each byte of it, used or not, and a plugin is started two or three times for one
// signature. So the script is made of parts: the first is run at once and answers `get-plugin-metadata` by itself; each other one
// stands in a comment, which is read over quickly, and becomes code when something of it is imported.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, relative } from 'node:path';

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
  legalComments: 'none',
  logLevel: 'silent',
  metafile: true,
  // Imports of other parts become calls that the loader can answer.
  supported: { 'dynamic-import': false },
};

/** Packages that are a part of their own: large, and complete in themselves. */
const ownParts = ['undici'];

/** Leaves what `belongs` says out of a build, and remembers it as something that another part has to have. */
const leaveOut = (belongs, found) => ({
  name: 'leave-out',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /.*/ }, async (args) => {
      if (args.pluginData === 'asked' || !belongs(args)) return undefined;
      const { kind, importer, namespace, resolveDir } = args;
      const target = await resolve(args.path, { kind, importer, namespace, resolveDir, pluginData: 'asked' });
      if (target.errors.length > 0 || target.external) return target;
      const name = ownParts.includes(args.path) ? args.path : `part:${relative(process.cwd(), target.path)}`;
      found.set(name, target.path);
      return { path: name, external: true };
    });
  },
});

const isOwnPart = ({ path }) => ownParts.includes(path);

async function built(input, belongs) {
  const found = new Map();
  const { outputFiles, metafile } = await build({ ...common, ...input, plugins: [leaveOut(belongs, found)] });
  return { code: outputFiles[0].text, found, inputs: Object.keys(metafile.inputs) };
}

/** What stands for the end of a comment inside of one. */
const commentEnd = '*{slash}';

/** How the first part finds the others: in its own text. */
const loader = `
var partText,parts={};
function part(name){
  if(parts[name])return parts[name].exports;
  partText||(partText=nodeRequire("fs").readFileSync(ownFile,"utf8"));
  var start="/*part "+name+"\\n",at=partText.lastIndexOf(start);
  if(at<0)throw new Error("this executable is damaged");
  var code=partText.slice(at+start.length,partText.indexOf("\\n*"+"/",at)).replaceAll(${JSON.stringify(commentEnd)},"*"+"/");
  var module=parts[name]={exports:{}};
  nodeRequire("vm").compileFunction(code,["require","module","exports"],{filename:ownFile+"#"+name})(partRequire,module,module.exports);
  return module.exports;
}
function partRequire(name){
  if(name.startsWith("part:"))return part("main")[name.slice(5)];
  return ${JSON.stringify(ownParts)}.includes(name)?part(name):nodeRequire(name);
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
  const first = await built({ entryPoints: [entry] }, (args) => args.kind === 'dynamic-import' || isOwnPart(args));
  const others = [...first.found].filter(([name]) => name.startsWith('part:'));
  const contents = others
    .map(([name, path]) => `export * as ${JSON.stringify(name.slice(5))} from ${JSON.stringify(path)};`)
    .join('\n');
  const main = await built({ stdin: { contents, resolveDir: process.cwd() } }, isOwnPart);
  const libraries = await Promise.all(
    [...main.found].map(async ([name, path]) => [name, await built({ entryPoints: [path] }, () => false)]),
  );
  const comment = (name, { code }) => {
    if (code.includes(commentEnd)) throw new Error(`${name} holds the text that stands for the end of a comment`);
    return `/*part ${name}\n${code.replaceAll('*/', commentEnd)}\n*/\n`;
  };
  const text = [
    prologue,
    loader,
    `(function(require){${first.code}})(partRequire);\n`,
    comment('main', main),
    ...libraries.map(([name, library]) => comment(name, library)),
  ].join('');
  mkdirSync(dirname(outfile), { recursive: true });
  writeFileSync(outfile, text);
  chmodSync(outfile, 0o755);
  return [...new Set([first, main, ...libraries.map(([, library]) => library)].flatMap(({ inputs }) => inputs))];
}
