import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pemBytes } from '@securosys/pki';
import { serveHttp } from './http-service.js';
import { serve, succeed } from './process.js';
import { freePort } from './registries.js';
import type { Scope } from './scope.js';

/** How a certificate says where its revocation can be asked. */
export type Revocable = 'crl' | 'ocsp';

const configuration = (crl: string, ocsp: string) => `
[req]
distinguished_name = name
prompt = no
[name]
C = CH
ST = Zurich
O = Acme
CN = revocable
[ca]
default_ca = here
[here]
database = index.txt
serial = serial
new_certs_dir = certs
certificate = root.pem
crlnumber = crlnumber
private_key = root.key
default_md = sha256
default_days = 30
default_crl_days = 7
crl_extensions = list
policy = anything
unique_subject = no
[anything]
countryName = optional
stateOrProvinceName = optional
organizationName = optional
commonName = optional
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[crl]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
crlDistributionPoints = URI:${crl}
[ocsp]
keyUsage = critical, digitalSignature
extendedKeyUsage = codeSigning
authorityInfoAccess = OCSP;URI:${ocsp}
[list]
authorityKeyIdentifier = keyid
[responder]
keyUsage = critical, digitalSignature
extendedKeyUsage = OCSPSigning
noCheck = ignored
`;

/** A CA of `openssl ca` with a CRL over http and an `openssl ocsp` responder. */
export class RevokingCa {
  readonly #folder: string;
  readonly #openssl: (...args: string[]) => Promise<string>;
  /** `host:port` of both servers, which are private addresses that somebody has to allow. */
  readonly hosts: readonly string[];
  readonly #ocspPort: number;
  #stopResponder: (() => Promise<void>) | undefined;

  private constructor(folder: string, hosts: readonly string[], ocspPort: number) {
    this.#folder = folder;
    this.hosts = hosts;
    this.#ocspPort = ocspPort;
    this.#openssl = (...args) => succeed('openssl', args, { cwd: folder });
  }

  static async create(scope: Scope): Promise<RevokingCa> {
    const folder = await scope.folder();
    const crlHost = await serveHttp(scope, async () => ({
      type: 'application/pkix-crl',
      body: await readFile(join(folder, 'root.crl')),
    }));
    const port = await freePort();
    const ca = new RevokingCa(folder, [crlHost, `127.0.0.1:${port}`], port);
    await mkdir(join(folder, 'certs'));
    await writeFile(join(folder, 'index.txt'), '');
    await writeFile(join(folder, 'serial'), '1001\n');
    await writeFile(join(folder, 'crlnumber'), '01\n');
    await writeFile(join(folder, 'ca.cnf'), configuration(`http://${crlHost}/root.crl`, `http://127.0.0.1:${port}/`));
    const key = ['-config', 'ca.cnf', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    await ca.#openssl('req', '-x509', ...key, '-keyout', 'root.key', '-out', 'root.pem', '-extensions', 'root', '-days', '30');
    await ca.#issue('responder', 'responder', '/C=CH/ST=Zurich/O=Acme/CN=responder');
    scope.defer(() => ca.#stopResponder?.());
    await ca.publish();
    return ca;
  }

  async #issue(name: string, extensions: string, subject: string): Promise<void> {
    const key = ['-config', 'ca.cnf', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', subject];
    await this.#openssl('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const what = ['-in', `${name}.csr`, '-extensions', extensions, '-out', `${name}.pem`, '-notext'];
    await this.#openssl('ca', '-config', 'ca.cnf', '-batch', ...what);
  }

  async root(): Promise<Uint8Array> {
    const [root] = pemBytes(await readFile(join(this.#folder, 'root.pem'), 'utf8'), 'CERTIFICATE');
    return root as Uint8Array;
  }

  /** A P-256 signing key with its chain. */
  async issue(name: string, how: Revocable): Promise<{ keyPath: string; certPath: string }> {
    await this.#issue(name, how, `/C=CH/ST=Zurich/O=Acme/CN=${name}`);
    await this.publish();
    const chain = await Promise.all([`${name}.pem`, 'root.pem'].map((file) => readFile(join(this.#folder, file), 'utf8')));
    const certPath = join(this.#folder, `${name}.chain.pem`);
    await writeFile(certPath, chain.join(''));
    return { keyPath: join(this.#folder, `${name}.key`), certPath };
  }

  async revoke(name: string): Promise<void> {
    await this.#openssl('ca', '-config', 'ca.cnf', '-revoke', `${name}.pem`, '-crl_reason', 'keyCompromise');
    await this.publish();
  }

  /** Makes the CRL anew and starts the responder with what is revoked now. */
  async publish(): Promise<void> {
    await this.#openssl('ca', '-config', 'ca.cnf', '-gencrl', '-out', 'crl.pem');
    await this.#openssl('crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'root.crl');
    await this.#stopResponder?.();
    const signs = ['-CA', 'root.pem', '-rsigner', 'responder.pem', '-rkey', 'responder.key'];
    const args = ['ocsp', '-index', 'index.txt', '-port', String(this.#ocspPort), ...signs, '-nmin', '60', '-ignore_err'];
    const service = serve('openssl', args, { cwd: this.#folder });
    this.#stopResponder = () => service.stop();
    for (const end = performance.now() + 10_000; ; await sleep(50)) {
      if (/waiting for/i.test(service.output())) return;
      if (service.exited() || performance.now() > end) throw new Error(`openssl ocsp does not start\n${service.output()}`);
    }
  }
}
