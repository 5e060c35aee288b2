import { execFileSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { rounded, type Suite } from '../figure.js';
import { median } from '../measure.js';

const subject = '@securosys/sign';
const starts = 21;
const mostMs = 40;
const cwd = fileURLToPath(new URL('..', import.meta.url));

/** What an import of the façade adds to the start of a process; the start itself is the peer. */
export const suite: Suite = {
  title: `import of ${subject}, milliseconds over an empty start of Node (medians of ${starts} alternating starts)`,
  async *run(note) {
    const empty: number[] = [];
    const importing: number[] = [];
    node(importingArguments);
    for (let i = 0; i < starts; i++) {
      empty.push(startMs(['-e', '0']));
      importing.push(startMs(importingArguments));
    }
    note(`fastest starts: ${rounded(Math.min(...importing) - Math.min(...empty))} ms over ${rounded(Math.min(...empty))} ms`);
    for (const line of loaded()) note(line);
    const theirs = median(empty);
    const ours = rounded(median(importing) - theirs);
    yield {
      figure: { bench: 'import', figure: `import ${subject}`, ours, peer: 'node -e 0', theirs: rounded(theirs), ratio: null },
      unit: 'ms',
      goal: { text: `at most ${mostMs} ms`, met: ours <= mostMs },
    };
  },
};

const importingArguments = ['--input-type=module', '-e', `import '${subject}'`];

/** Without the options of the process that runs us: a loader of its own would be measured too. */
function node(args: readonly string[]): string {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
}

function startMs(args: readonly string[]): number {
  const start = performance.now();
  node(args);
  return performance.now() - start;
}

/** Runs in a process of its own: every script that the debugger sees, every native addon, every built-in beyond an empty start. */
const probe = `
  import { Session } from 'node:inspector';
  const scripts = [], addons = [], before = new Set(process.moduleLoadList);
  const { dlopen } = process;
  process.dlopen = (...args) => { addons.push(args[1]); return dlopen.apply(process, args); };
  const session = new Session();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params.url));
  session.post('Debugger.enable');
  scripts.length = 0;
  await import('${subject}');
  const builtins = process.moduleLoadList.filter((name) => !before.has(name));
  console.log(JSON.stringify({ scripts, addons, builtins }));
`;

/** Built-ins that take longer to load than the rest of the façade may. */
const heavyBuiltin = /^NativeModule (?:https?|http2|tls|net|dgram|sqlite|internal\/deps\/undici\/undici)$/;

function loaded(): string[] {
  const { scripts, addons, builtins } = JSON.parse(node(['--input-type=module', '-e', probe])) as Record<
    'scripts' | 'addons' | 'builtins',
    string[]
  >;
  const foreign = scripts.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  const list = (names: readonly string[]) => [...new Set(names)].sort().join(', ') || 'none';
  return [
    `packages of others loaded: ${list(foreign)}`,
    `native addons loaded: ${list(addons)}`,
    `heavy built-ins loaded: ${list(builtins.filter((name) => heavyBuiltin.test(name)).map((name) => name.slice(13)))}`,
  ];
}
