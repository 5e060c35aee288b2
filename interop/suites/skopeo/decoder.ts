import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { utf8Bytes } from '@securosys/core';
import { digestOf } from '@securosys/oci';
import { encryptImage } from '@securosys/ocicrypt';
import { commandWay } from './providers.js';
import type { SkopeoKeys } from './skopeo.js';
import { jweWay, pkcs7Way, type Way } from './ways.js';
import type { World } from './world.js';

/** A field of protobuf with bytes. */
function field(number: number, bytes: Uint8Array): Buffer {
  const length: number[] = [];
  let rest = bytes.byteLength;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length, rest]), bytes]);
}

/** What containerd gives its stream processors on file descriptor 3 (`ocicrypt.md` §8.6). */
function payload(contents: object): Buffer {
  const type = utf8Bytes('io.containerd.ocicrypt.v1.Payload');
  return Buffer.concat([field(1, type), field(2, utf8Bytes(JSON.stringify(contents)))]);
}

/** Runs containerd's decoder on a layer. */
async function decode(
  layer: Uint8Array,
  contents: object,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Uint8Array> {
  const child = spawn('ctd-decoder', args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  const [parts, errors]: [Buffer[], Buffer[]] = [[], []];
  child.stdout?.on('data', (part: Buffer) => parts.push(part));
  child.stderr?.on('data', (part: Buffer) => errors.push(part));
  const closed = once(child, 'close');
  const control = child.stdio[3] as NodeJS.WritableStream;
  for (const stream of [child.stdin, control]) stream?.on('error', (error) => errors.push(Buffer.from(`${error}\n`)));
  control.end(payload(contents));
  child.stdin?.end(layer);
  const [code] = await closed;
  assert.equal(code, 0, `ctd-decoder ended with ${code}\n${Buffer.concat(errors)}`);
  return Buffer.concat(parts);
}

/** Files of the keys that skopeo is told, in a folder as nodes have one. */
async function keyFolder({ scope }: World, { args }: SkopeoKeys): Promise<string> {
  const folder = join(await scope.folder(), 'keys');
  await mkdir(folder, { mode: 0o700 });
  for (const [at, path] of args.filter((arg) => arg.startsWith('/')).entries()) await copyFile(path, join(folder, `${at}.pem`));
  return folder;
}

/** The decoder of containerd's imgcrypt makes of our layers what they were. */
export async function decoder(world: World): Promise<void> {
  const { report, scope, oci, samples, broker, target } = world;
  const plain = await samples.image(['gzip', 'zstd']);
  const source = await oci.open(plain).resolve();
  assert.ok(source.manifest.kind === 'manifest');
  const digests = source.manifest.layers.map(({ digest }) => digest);
  const ways: Way[] = [
    await jweWay(scope, 'RSA'),
    await jweWay(scope, 'EC'),
    await pkcs7Way(scope),
    await commandWay(scope, { holder: broker }),
  ];
  for (const way of ways)
    await report.case(`ctd-decoder decrypts our layers: ${way.name}`, async () => {
      const encrypted = oci.open(target('layout'));
      await encryptImage(oci.open(plain), encrypted, { recipients: [way.recipient], tag: 'it' });
      const { manifest } = await encrypted.resolve('it');
      assert.ok(manifest.kind === 'manifest');
      const keys = await keyFolder(world, way.decrypt);
      const decoded: string[] = [];
      for (const Descriptor of manifest.layers) {
        const layer = await encrypted.fetchBlob(Descriptor, { maxBytes: 1_000_000 });
        const contents = { DecryptConfig: { Parameters: { hsm: ['QW55dGhpbmc='] } }, Descriptor };
        decoded.push(digestOf(await decode(layer, contents, ['--decryption-keys-path', keys], way.decrypt.env)));
      }
      assert.deepEqual(decoded, digests);
    });
}
