import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { utf8Bytes } from '@securosys/core';
import { createOci } from '@securosys/oci';
import { pemText } from '@securosys/pki';
import { connectTsb, createSigner, signImage } from '@securosys/sign';
import { createFakeTsb } from '@securosys/tsb-emulator';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';

const program = fileURLToPath(new URL('../../../packages/cli/dist/securosys-sign.cjs', import.meta.url));
const rounds = 15;

/** What each command may take over an empty start of Node, in milliseconds. */
const allowed = { help: 30, verify: 80 };

/** One process, from its start to its end, in milliseconds. */
interface Taken {
  /** Of all its threads, user and system: a busy neighbour changes little. */
  readonly processor: number;
  readonly wall: number;
}

/** Tells at the end what the whole process has taken. */
const hook = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  require('fs').writeSync(3, String((userCPUTime + systemCPUTime) / 1000));
});`;

function taken(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Taken> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    let [said, processor] = ['', ''];
    child.stderr?.on('data', (part) => {
      said += String(part);
    });
    child.stdio[3]?.on('data', (part) => {
      processor += String(part);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve({ processor: Number(processor), wall: performance.now() - start });
      else reject(new Error(said));
    });
  });
}

/** A layout with one image that has one Notary signature, and the root that it is trusted by. */
async function signedLayout(folder: string) {
  const tsb = createFakeTsb();
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256' });
  const authority = tsb.certificateAuthority;
  const root = await authority.root();
  const chain = [await authority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), root];
  const backend = connectTsb({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch });
  const oci = createOci();
  const image = `oci:${join(folder, 'app')}:1.4`;
  const repository = oci.open(image);
  const layer = await repository.pushBlob(utf8Bytes('hello'), 'application/vnd.oci.image.layer.v1.tar');
  const config = await repository.pushBlob(
    utf8Bytes('{"architecture":"amd64","os":"linux"}'),
    'application/vnd.oci.image.config.v1+json',
  );
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  await repository.pushManifest(manifest, mediaType, { tag: '1.4' });
  await signImage(image, { signer: createSigner(backend, { label: 'release' }, { chain }), format: 'notation-jws', oci });
  await backend.close();
  const ca = join(folder, 'root.pem');
  await writeFile(ca, pemText(root, 'CERTIFICATE'));
  return { image, ca };
}

/** `securosys-sign --help`, and `verify` of one image in a layout, as whole processes beside an empty one: rounds alternate. */
export async function* cliStartFigures(note: (text: string) => void): AsyncIterable<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'cli-start-'));
  try {
    const { image, ca } = await signedLayout(folder);
    const empty = join(folder, 'empty.cjs');
    await writeFile(empty, '');
    const counted = join(folder, 'count.cjs');
    await writeFile(counted, hook);
    const env = { PATH: process.env.PATH, HOME: folder };
    const commands = {
      empty: [empty],
      help: [program, '--help'],
      verify: [program, 'verify', '--ca', ca, '--allow-emulated', image],
    };
    const times = { empty: [] as Taken[], help: [] as Taken[], verify: [] as Taken[] };
    const names = ['empty', 'help', 'verify'] as const;
    for (let i = 0; i < rounds; i++)
      for (const name of names) times[name].push(await taken(['--require', counted, ...commands[name]], env));
    const middle = (name: keyof typeof times, what: keyof Taken): number => median(times[name].map((one) => one[what]));
    const idle = middle('empty', 'processor');
    const walls = names.map((name) => `${name} ${rounded(middle(name, 'wall'))} ms`);
    note(`processor time of whole processes; on the wall clock: ${walls.join(', ')}`);
    for (const name of ['help', 'verify'] as const) {
      const ours = middle(name, 'processor');
      yield {
        figure: {
          bench: 'workflow',
          figure: name === 'help' ? 'securosys-sign --help' : 'securosys-sign verify, one image in a layout',
          ours: rounded(ours),
          peer: 'empty Node',
          theirs: rounded(idle),
          ratio: null,
        },
        unit: 'ms',
        goal: { text: `at most an empty Node and ${allowed[name]} ms`, met: ours <= idle + allowed[name] },
      };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
