import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeySpec } from '@securosys/core';
import { pemBytes } from '@securosys/pki';
import { succeed } from './process.js';

const keyArguments: Partial<Record<KeySpec, readonly string[]>> = {
  'rsa-2048': ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'rsa-3072': ['RSA', '-pkeyopt', 'rsa_keygen_bits:3072'],
  'rsa-4096': ['RSA', '-pkeyopt', 'rsa_keygen_bits:4096'],
  'ec-p256': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'ec-p384': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'ec-p521': ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
};

const configuration = `
[req]
distinguished_name = name
prompt = no
[name]
C = CH
ST = Zurich
O = Acme
CN = from openssl
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

/** A certificate authority that is nobody's code here: OpenSSL's. Its subjects are `CN=from openssl,O=Acme,ST=Zurich,C=CH`. */
export class OpensslCa {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #openssl(...args: string[]): Promise<string> {
    return succeed('openssl', args, { cwd: this.#folder });
  }

  /** @param folder an empty one, for keys and certificates */
  static async create(folder: string): Promise<OpensslCa> {
    const ca = new OpensslCa(folder);
    await writeFile(ca.#path('openssl.cnf'), configuration);
    await ca.newKey('root', 'ec-p256');
    const self = ['-key', 'root.key', '-config', 'openssl.cnf', '-extensions', 'root', '-days', '365'];
    await ca.#openssl('req', '-x509', '-new', ...self, '-out', 'root.pem');
    return ca;
  }

  /** The root, DER. */
  async root(): Promise<Uint8Array> {
    const [root] = pemBytes(await readFile(this.#path('root.pem'), 'utf8'), 'CERTIFICATE');
    return root as Uint8Array;
  }

  /** Path of a fresh private key, PKCS#8 in PEM. */
  async newKey(name: string, spec: KeySpec): Promise<string> {
    const args = keyArguments[spec];
    if (!args) throw new Error(`no openssl key for ${spec}`);
    await this.#openssl('genpkey', '-algorithm', ...args, '-out', `${name}.key`);
    return this.#path(`${name}.key`);
  }

  /**
   * Certifies what a request asks for, after OpenSSL has checked the request's own signature.
   * @param request PKCS#10, DER
   * @returns path of the chain, leaf first, in PEM
   */
  async certify(name: string, request: Uint8Array): Promise<string> {
    await writeFile(this.#path(`${name}.csr`), request);
    const serial = `0x01${randomBytes(15).toString('hex')}`;
    const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', serial, '-days', '90'];
    const what = ['-in', `${name}.csr`, '-inform', 'DER', '-extfile', 'openssl.cnf', '-extensions', 'leaf'];
    const leaf = await this.#openssl('x509', '-req', ...what, ...by);
    await writeFile(this.#path(`${name}.chain.pem`), leaf + (await readFile(this.#path('root.pem'), 'utf8')));
    return this.#path(`${name}.chain.pem`);
  }

  /** A private key with its chain, as programs with keys in files want them. */
  async issue(name: string, spec: KeySpec): Promise<{ keyPath: string; certPath: string }> {
    const keyPath = await this.newKey(name, spec);
    const request = ['-key', keyPath, '-config', 'openssl.cnf', '-outform', 'DER', '-out', `${name}.csr`];
    await this.#openssl('req', '-new', ...request);
    return { keyPath, certPath: await this.certify(name, await readFile(this.#path(`${name}.csr`))) };
  }
}
