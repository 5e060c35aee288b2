import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Timed, timed } from './timed.js';

export type Verb = 'encrypt' | 'decrypt';

/** A whole program that encrypts or decrypts an image, layout to layout, for a key in a file. */
export interface Copier {
  copy(verb: Verb, from: string, to: string): Promise<Timed>;
}

/** Files of an EC key pair: jwe on both sides. */
export interface KeyFiles {
  readonly key: string;
  readonly pub: string;
}

export async function makeKeyFiles(folder: string): Promise<KeyFiles> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [key, pub] = [join(folder, 'key.pem'), join(folder, 'key.pub.pem')];
  await writeFile(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(pub, publicKey.export({ type: 'spki', format: 'pem' }));
  return { key, pub };
}

/** Our side as a user's program has it: the packages as built, in a process of its own. It says what it took of memory. */
const program = `
import { readFileSync } from 'node:fs';
import { createOci } from '@securosys/oci';
import { decryptImage, encryptImage, jweOpener, jweRecipient, localPrivateKey, readPrivateKeyFile, readPublicKeyFile } from '@securosys/ocicrypt';
const [verb, from, to, file] = process.argv.slice(1);
const oci = createOci();
const [source, target] = [oci.open('oci:' + from + ':it'), oci.open('oci:' + to + ':it')];
const key = readFileSync(file);
if (verb === 'encrypt') await encryptImage(source, target, { recipients: [jweRecipient({ keys: [readPublicKeyFile(key)] })], tag: 'it' });
else await decryptImage(source, target, { openers: [jweOpener({ keys: [localPrivateKey(readPrivateKeyFile(key))] })], tag: 'it' });
console.log(process.resourceUsage().maxRSS / 1024);
`;

/** Where the names of our packages mean something. */
const cwd = fileURLToPath(new URL('../..', import.meta.url));

export function ourCopier({ key, pub }: KeyFiles): Copier {
  const start = ['-C', cwd, process.execPath, '--input-type=module', '-e', program];
  return {
    copy: (verb, from, to) => timed('env', [...start, verb, from, to, verb === 'encrypt' ? pub : key], process.env),
  };
}

export function skopeoCopier({ key, pub }: KeyFiles, home: string): Copier {
  const env = { PATH: process.env.PATH, HOME: home, XDG_RUNTIME_DIR: home, TMPDIR: home };
  return {
    copy(verb, from, to) {
      const keys = verb === 'encrypt' ? ['--encryption-key', `jwe:${pub}`] : ['--decryption-key', key];
      return timed('skopeo', ['--insecure-policy', 'copy', '--quiet', ...keys, `oci:${from}:it`, `oci:${to}:it`], env);
    },
  };
}
