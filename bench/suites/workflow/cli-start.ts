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

/** Wall clock of one process, from its start to its end. */
function milliseconds(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (part) => (said += String(part)));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(performance.now() - start) : reject(new Error(said))));
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
    const env = { PATH: process.env.PATH, HOME: folder };
    const commands = {
      help: [program, '--help'],
      verify: [program, 'verify', '--ca', ca, '--allow-emulated', image],
      empty: [empty],
    };
    const times = { help: [] as number[], verify: [] as number[], empty: [] as number[] };
    const names = ['empty', 'help', 'verify'] as const;
    for (let i = 0; i < rounds; i++) for (const name of names) times[name].push(await milliseconds(commands[name], env));
    const idle = median(times.empty);
    note(`an empty Node takes ${rounded(idle)} ms`);
    for (const name of ['help', 'verify'] as const) {
      const ours = median(times[name]);
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
