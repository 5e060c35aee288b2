import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createMemoryBackend } from '@securosys/core/memory';
import { Scope } from '../../../interop/lib/scope.js';
import { startLocalServer } from '../../../interop/suites/notary/servers.js';
import { manifestOf, ourRepository, partKey } from '../../../interop/suites/notary/world.js';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';
import { type Timed, timed } from '../ocicrypt/timed.js';

const program = fileURLToPath(new URL('../../../packages/cli/dist/securosys-sign.cjs', import.meta.url));
const tags = 1_000;
const rounds = process.env.BENCH === 'short' ? 5 : 21;

/** A repository whose tags one signer has signed, in `targets/releases` and in a role of its own. */
async function signedTags(scope: Scope) {
  const backend = createMemoryBackend();
  for (const label of ['root', 'targets', 'signer'])
    backend.addKey({ label, privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey });
  const keys = {
    root: await partKey(backend, 'root'),
    targets: await partKey(backend, 'targets'),
    signer: await partKey(backend, 'signer'),
  };
  const server = await startLocalServer(scope);
  const own = await ourRepository({ scope, gun: () => 'registry.example/team/app' }, server, keys);
  const names = Array.from({ length: tags }, (_, at) => `1.${at}`);
  await own.sign({ set: Object.fromEntries(names.map((name) => [name, manifestOf(name)])) }, keys.signer);
  const certificate = join(await scope.folder(), 'root.der');
  await writeFile(certificate, own.certificate);
  return { url: server.url, host: server.host, gun: own.gun, certificate };
}

/** Tag, hexadecimal digest and size of each line that names them, sorted: what both sides have to have read. */
const listed = ({ stdout }: Timed): string =>
  stdout
    .split('\n')
    .flatMap((line) => /^\s*(\S+?):?\s+(?:sha256:)?([0-9a-f]{64}),?\s+(\d+)\s/.exec(line)?.slice(1).join(' ') ?? [])
    .sort()
    .join('\n');

/** `securosys-sign dct inspect` without an empty start of Node, beside `notary list`, each with an empty folder; rounds alternate. */
export async function* verifyFigures(note: (text: string) => void): AsyncIterable<Result> {
  const scope = new Scope();
  try {
    const { url, host, gun, certificate } = await signedTags(scope);
    const empty = join(await scope.folder(), 'empty.cjs');
    await writeFile(empty, '');
    const env = { PATH: process.env.PATH, HOME: await scope.folder() };
    const words = ['dct', 'inspect', '--server', url, '--plain-http', host, '--root', certificate];
    const inspect = async () => [program, ...words, '--state-folder', await scope.folder(), gun];
    const sides = {
      empty: async () => timed(process.execPath, [empty], env),
      ours: async () => timed(process.execPath, await inspect(), env),
      theirs: async () => timed('notary', ['-s', url, '-d', await scope.folder(), 'list', gun], env),
    };
    const [ours, theirs] = [listed(await sides.ours()), listed(await sides.theirs())];
    if (ours !== theirs || ours.split('\n').length !== tags) throw new Error('the two sides do not read the same tags');
    const runs: Record<keyof typeof sides, Timed[]> = { empty: [], ours: [], theirs: [] };
    for (let i = 0; i < rounds; i++)
      for (const side of ['empty', 'ours', 'theirs'] as const) runs[side].push(await sides[side]());
    const ms = (side: keyof typeof sides, clock: 'wall' | 'cpu') => median(runs[side].map((run) => run[clock] * 1_000));
    const mine = ms('ours', 'wall') - ms('empty', 'wall');
    const peer = ms('theirs', 'wall');
    note(
      `securosys-sign dct inspect; an empty Node takes ${rounded(ms('empty', 'wall'))} ms, our whole process ${rounded(ms('ours', 'wall'))} ms`,
    );
    note(
      `processor time: ours ${rounded(ms('ours', 'cpu') - ms('empty', 'cpu'))} ms over an empty Node, notary ${rounded(ms('theirs', 'cpu'))} ms`,
    );
    yield {
      figure: {
        bench: 'dct',
        figure: `verify ${tags} tags`,
        ours: rounded(mine),
        peer: 'notary list',
        theirs: rounded(peer),
        ratio: rounded(mine / peer),
      },
      unit: 'ms',
      goal: { text: 'at most 1.0', met: mine <= peer },
    };
  } finally {
    await scope.close();
  }
}
