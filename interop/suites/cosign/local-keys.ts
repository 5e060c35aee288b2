import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeySpec } from '@securosys/core';
import { succeed } from '../../lib/process.js';
import type { Cosign } from './cosign.js';

/** A key as cosign keeps it: an encrypted file of its own and the public half in PEM. */
export interface LocalKey {
  readonly spec: KeySpec;
  readonly privatePath: string;
  /** The same private key as OpenSSL reads it. */
  readonly plainPath: string;
  readonly publicPath: string;
  /** PEM, as `cosign import-key-pair` wrote it. */
  readonly publicKey: string;
}

const algorithms: Partial<Record<KeySpec, readonly string[]>> = {
  'rsa-2048': ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa-3072': ['RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'ec-p256': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'ec-p384': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'ec-p521': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  ed25519: ['ED25519'],
};

/** OpenSSL makes it, `cosign import-key-pair` takes it over. */
export async function makeLocalKey(cosign: Cosign, spec: KeySpec, name: string = spec): Promise<LocalKey> {
  const algorithm = algorithms[spec];
  if (!algorithm) throw new Error(`no local key for ${spec}`);
  const [plain, prefix] = [join(cosign.folder, `${name}.pem`), join(cosign.folder, name)];
  await succeed('openssl', ['genpkey', '-algorithm', ...algorithm, '-out', plain]);
  await cosign.must('cosign', ['import-key-pair', '--key', plain, '--output-key-prefix', prefix]);
  const publicPath = `${prefix}.pub`;
  return { spec, privatePath: `${prefix}.key`, plainPath: plain, publicPath, publicKey: await readFile(publicPath, 'utf8') };
}
