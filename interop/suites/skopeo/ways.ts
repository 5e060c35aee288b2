import { createPublicKey } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  backendPrivateKey,
  jweOpener,
  jweRecipient,
  localPrivateKey,
  type Opener,
  pkcs7Opener,
  pkcs7Recipient,
  pkcs11Opener,
  pkcs11Recipient,
  type Recipient,
  readPrivateKeyFile,
  readPublicKeyFile,
} from '@securosys/ocicrypt';
import { pemBytes, pemText } from '@securosys/pki';
import { succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import type { Token } from './holders.js';
import type { SkopeoKeys } from './skopeo.js';

/** One kind of recipient, for skopeo and for us. */
export interface Way {
  readonly name: string;
  readonly encrypt: SkopeoKeys;
  readonly decrypt: SkopeoKeys;
  readonly recipient: Recipient;
  readonly opener: Opener;
}

const keyArguments = {
  RSA: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  EC: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
} as const;

/** Key pairs in files, by OpenSSL, for jwe. */
export async function jweWay(scope: Scope, type: keyof typeof keyArguments): Promise<Way> {
  const folder = await scope.folder();
  const [key, pub] = [join(folder, 'key.pem'), join(folder, 'key.pub.pem')];
  await succeed('openssl', ['genpkey', '-algorithm', ...keyArguments[type], '-out', key]);
  await succeed('openssl', ['pkey', '-in', key, '-pubout', '-out', pub]);
  return {
    name: `jwe ${type}`,
    encrypt: { args: ['--encryption-key', `jwe:${pub}`], env: {} },
    decrypt: { args: ['--decryption-key', key], env: {} },
    recipient: jweRecipient({ keys: [readPublicKeyFile(await readFile(pub))] }),
    opener: jweOpener({ keys: [localPrivateKey(readPrivateKeyFile(await readFile(key)))] }),
  };
}

/** A certificate in a file, by OpenSSL, for pkcs7. */
export async function pkcs7Way(scope: Scope): Promise<Way> {
  const folder = await scope.folder();
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'crt.pem')];
  const made = ['-x509', '-nodes', '-newkey', 'rsa:2048', '-subj', '/O=Acme/CN=reader', '-days', '30'];
  await succeed('openssl', ['req', ...made, '-keyout', key, '-out', crt]);
  const certificate = pemBytes(await readFile(crt, 'utf8'), 'CERTIFICATE')[0] as Uint8Array;
  const own = localPrivateKey(readPrivateKeyFile(await readFile(key)), { allowPkcs1: true });
  return {
    name: 'pkcs7',
    encrypt: { args: ['--encryption-key', `pkcs7:${crt}`], env: {} },
    decrypt: { args: ['--decryption-key', key, '--decryption-key', crt], env: {} },
    recipient: pkcs7Recipient({ certificates: [certificate] }),
    opener: pkcs7Opener({ keys: [{ key: own, certificate }] }),
  };
}

/** skopeo goes to the token itself, and we through our backend. */
export async function pkcs11Way(scope: Scope, token: Token): Promise<Way> {
  const folder = await scope.folder();
  const [pub, yaml] = [join(folder, 'key.pub.pem'), join(folder, 'key.yaml')];
  const { ref, spki } = token.keys[0] as Token['keys'][number];
  await writeFile(pub, pemText(spki, 'PUBLIC KEY'));
  const uri = `pkcs11:token=${token.label};object=${ref.label}?pin-value=${token.pin}&module-path=${token.module}`;
  await writeFile(yaml, `pkcs11:\n  uri: ${uri}\nmodule:\n  env:\n    SOFTHSM2_CONF: ${token.env.SOFTHSM2_CONF}\n`);
  const env = { OCICRYPT_OAEP_HASHALG: 'sha1', OCICRYPT_CONFIG: 'internal' };
  return {
    name: 'pkcs11 with SoftHSM2',
    encrypt: { args: ['--encryption-key', `pkcs11:${yaml}`], env },
    decrypt: { args: ['--decryption-key', yaml], env },
    recipient: pkcs11Recipient({
      keys: [createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })],
      hash: 'sha1',
    }),
    opener: pkcs11Opener({ keys: [backendPrivateKey(token.backend, ref)] }),
  };
}
