import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createOci } from '@securosys/oci';
import { pushImage } from '../../lib/images.js';
import { described } from '../../lib/process.js';
import { startDockerRegistry } from '../../lib/registries.js';
import { NotaryClient } from './client.js';
import { openProgram, type Program } from './program.js';
import type { RealServer } from './servers.js';
import type { World } from './world.js';

const hook = fileURLToPath(new URL('children/end-before-step.cjs', import.meta.url));
/** Each step takes two runs of the program and two of the client. */
const deadlineMs = 600_000;
const mostSteps = 100;

/** A command that is ended before each of its steps, and what the original client may see then. */
interface Killed {
  /** Makes the next try possible. @returns words of the command */
  prepare(at: number): Promise<readonly string[]>;
  /** What the client sees, in one text. */
  seen(at: number): Promise<string>;
  before(at: number): string;
  after(at: number): string;
  /** Whether the same command may say so where the run before had done everything. */
  readonly done?: RegExp;
}

/** A lock whose process is gone waits for some seconds for whoever comes next: here they have passed. */
async function ageLocks({ stateFolder }: Program): Promise<void> {
  const old = new Date(Date.now() - 60_000);
  for (const name of await readdir(stateFolder, { recursive: true }).catch(() => []))
    if (name.endsWith('.lock')) await utimes(join(stateFolder, name), old, old);
}

/** Ends a command before its first step, then before its second, until it reaches its end. @returns its steps */
async function killEverywhere(program: Program, { prepare, seen, before, after, done }: Killed): Promise<readonly string[]> {
  const file = join(program.folder, 'steps');
  for (let at = 1; at < mostSteps; at++) {
    const words = await prepare(at);
    await writeFile(file, '');
    const env = { NODE_OPTIONS: `--require ${hook}`, END_BEFORE: String(at), STEPS: file };
    const first = await program.attempt(words, env);
    const steps = (await readFile(file, 'utf8')).split('\n').filter(Boolean);
    const where = `killed after ${at - 1} steps, behind '${steps.at(-1)}'`;
    if (first.code !== null) {
      assert.equal(first.code, 0, described('securosys-sign', words, first));
      return steps;
    }
    assert.equal(steps.length, at - 1, where);
    const left = await seen(at);
    assert.ok(left === before(at) || left === after(at), `${where}, the client sees ${left}`);
    await ageLocks(program);
    const second = await program.attempt(words);
    if (second.code !== 0) assert.match(second.stderr, done ?? /^$/, `${where}: ${described('securosys-sign', words, second)}`);
    assert.equal(await seen(at), after(at), `${where}, and run again`);
  }
  throw new Error(`the command has over ${mostSteps} steps`);
}

/** Whoever publishes is killed before each request and each writing of its store: the original client verifies, and a second run completes. */
export async function kills(world: World): Promise<void> {
  const { report, scope, broker } = world;
  const [real] = world.servers as readonly [RealServer];
  const registry = await startDockerRegistry(scope);
  const program = await openProgram(world, real, [registry.host]);
  const oci = createOci({ plainHttp: [registry.host] });
  scope.defer(() => oci.close());
  const client = await NotaryClient.create(scope, real);
  const { publicPath } = await broker.key('rsa-2048');
  const init = (gun: string, root: string) => [
    'dct',
    'init',
    '--root-key',
    'ec-p256',
    '--targets-key',
    'ec-p384',
    '--root',
    root,
    gun,
  ];
  const add = (gun: string, signer: string) => [
    'dct',
    'delegation',
    'add',
    '--root',
    'root.pem',
    '--key',
    'ec-p384',
    '--public-key',
    publicPath,
    gun,
    signer,
  ];
  const gun = `${registry.host}/kills/app`;
  const tags = async () => (await client.list(gun)).map(({ tag }) => tag).join(' ');

  /** One command, by itself: it takes steps of these kinds, whatever else it does. */
  const killed = (name: string, killing: Killed, kinds: readonly RegExp[]) =>
    report.case(
      `${name}, killed before each of its steps: the client verifies, and a second run completes`,
      async () => {
        const steps = await killEverywhere(program, killing);
        for (const kind of kinds)
          assert.ok(
            steps.some((step) => kind.test(step)),
            `no step is ${kind}: ${steps.join(', ')}`,
          );
      },
      deadlineMs,
    );
  const publishing = [
    /^GET .*\/root\.json$/,
    /^POST .*_trust\/tuf\/$/,
    /^answer to POST .*_trust\/tuf\/$/,
    /^rename update-/,
    /^unlink update-/,
  ];

  await killed(
    'dct init',
    {
      prepare: async (at) => init(`${gun}-${at}`, `root-${at}.pem`),
      seen: async (at) => {
        const { code, stdout, stderr } = await client.attempt('list', `${gun}-${at}`);
        return code === 0 ? stdout.trim() : (/does not have trust data/.exec(`${stdout}${stderr}`)?.[0] ?? stdout + stderr);
      },
      before: () => 'does not have trust data',
      after: () => 'No targets present in this repository.',
      done: /has trust data already/,
    },
    [...publishing, /^link root-/, /^rename certificate-/, /^GET .*\/timestamp\.key$/],
  );
  await program.must(...init(gun, 'root.pem'));
  await program.must(...add(gun, 'ci'));
  await killed(
    'dct sign',
    {
      prepare: async (at) => {
        await pushImage(oci, `${gun}:t${String(at).padStart(3, '0')}`);
        return ['dct', 'sign', '--root', 'root.pem', '--key', 'rsa-2048', `${gun}:t${String(at).padStart(3, '0')}`];
      },
      seen: tags,
      before: (at) => Array.from({ length: at - 1 }, (_, n) => `t${String(n + 1).padStart(3, '0')}`).join(' '),
      after: (at) => Array.from({ length: at }, (_, n) => `t${String(n + 1).padStart(3, '0')}`).join(' '),
    },
    [...publishing, /^rename dct-/],
  );
  const signed = await tags();
  const same = { seen: tags, before: () => signed, after: () => signed };
  const delegations = async () =>
    [...(await client.call('delegation', 'list', gun)).matchAll(/^targets\/(s\d+)/gm)].map(([, name]) => name).join(' ');
  const names = (count: number) => Array.from({ length: count }, (_, n) => `s${n + 101}`).join(' ');
  await killed(
    'dct delegation add',
    {
      prepare: async (at) => add(gun, `s${at + 100}`),
      seen: async () => `${await delegations()} ${await tags()}`,
      before: (at) => `${names(at - 1)} ${signed}`,
      after: (at) => `${names(at)} ${signed}`,
    },
    publishing,
  );
  const rotate = (...words: string[]) => ['dct', 'rotate', '--root', 'root.pem', '--key', 'ec-p256', ...words, gun];
  await killed(
    'dct rotate targets',
    { prepare: async (at) => rotate('--new-key', at % 2 === 0 ? 'ec-p384' : 'ed25519', 'targets'), ...same },
    publishing,
  );
  await killed('dct rotate snapshot', { prepare: async () => rotate('snapshot'), ...same }, [
    ...publishing,
    /^POST .*\/snapshot\.key$/,
  ]);
}
