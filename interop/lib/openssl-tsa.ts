import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pemBytes } from '@securosys/pki';
import { serveHttp } from './http-service.js';
import { succeed } from './process.js';
import type { Scope } from './scope.js';

const configuration = `
[req]
distinguished_name = name
prompt = no
[name]
C = CH
O = Time
CN = authority
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = tsa.serial
signer_cert = tsa.pem
certs = chain.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

/** A timestamp authority that is nobody's code here: `openssl ts` behind http. */
export interface OpensslTsa {
  readonly url: string;
  /** Its root, DER. */
  readonly root: Uint8Array;
  /** Its root in PEM, as notation's `--timestamp-root-cert` wants it. */
  readonly rootPath: string;
  /** Its leaf and its root in PEM, as cosign's `--timestamp-certificate-chain` wants them. */
  readonly chainPath: string;
}

/** @param key openssl's name of the authority's key */
export async function startOpensslTsa(scope: Scope, key: readonly string[] = ['rsa:2048']): Promise<OpensslTsa> {
  const folder = await scope.folder();
  const openssl = (...args: string[]) => succeed('openssl', args, { cwd: folder });
  await writeFile(join(folder, 'tsa.cnf'), configuration);
  await writeFile(join(folder, 'tsa.serial'), '01\n');
  const make = ['-config', 'tsa.cnf', '-nodes', '-newkey', ...key];
  await openssl('req', '-x509', ...make, '-keyout', 'root.key', '-out', 'root.pem', '-extensions', 'root', '-days', '30');
  await openssl('req', '-new', ...make, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/C=CH/O=Time/CN=clock');
  const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', '2', '-days', '30', '-extfile', 'tsa.cnf'];
  await openssl('x509', '-req', '-in', 'tsa.csr', ...by, '-extensions', 'leaf', '-out', 'tsa.pem');
  const root = await readFile(join(folder, 'root.pem'), 'utf8');
  await writeFile(join(folder, 'chain.pem'), (await readFile(join(folder, 'tsa.pem'), 'utf8')) + root);
  let count = 0;
  const host = await serveHttp(scope, async (_, body) => {
    const [query, reply] = [`${++count}.tsq`, `${count}.tsr`];
    await writeFile(join(folder, query), body);
    await openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', query, '-out', reply);
    const answer = await readFile(join(folder, reply));
    await Promise.all([query, reply].map((name) => rm(join(folder, name))));
    return { type: 'application/timestamp-reply', body: answer };
  });
  const [der] = pemBytes(root, 'CERTIFICATE') as [Uint8Array];
  return { url: `http://${host}/`, root: der, rootPath: join(folder, 'root.pem'), chainPath: join(folder, 'chain.pem') };
}
