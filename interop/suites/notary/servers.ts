import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, serve, succeed } from '../../lib/process.js';
import { freePort } from '../../lib/registries.js';
import type { Scope } from '../../lib/scope.js';

/** A Notary server of this machine. */
export interface RealServer {
  readonly name: string;
  readonly url: string;
  readonly host: string;
  /** PEM, where it speaks TLS. */
  readonly ca?: string;
  readonly caPath?: string;
}

/** A CA, and a certificate for this machine that serves and calls. */
async function certificates(folder: string): Promise<{ readonly ca: string }> {
  const openssl = (...args: string[]) => succeed('openssl', args, { cwd: folder });
  await writeFile(
    join(folder, 'leaf.cnf'),
    'subjectAltName = IP:127.0.0.1,DNS:localhost\nextendedKeyUsage = serverAuth, clientAuth\nbasicConstraints = CA:FALSE\n',
  );
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '30', '-subj', '/CN=interop ca');
  await openssl('req', '-new', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30', '-extfile', 'leaf.cnf'];
  await openssl('x509', '-req', '-in', 'server.csr', ...by, '-out', 'server.crt');
  return { ca: join(folder, 'ca.crt') };
}

async function healthy(service: Service, check: () => Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + 10_000; performance.now() < end && !service.exited(); await sleep(50))
    if (await check().catch(() => false)) return true;
  return false;
}

async function started(scope: Scope, program: string, config: string, check: () => Promise<boolean>): Promise<void> {
  const service = serve(program, ['-config', config]);
  scope.defer(() => service.stop());
  if (!(await healthy(service, check))) throw new Error(`${program} does not start\n${service.output()}`);
}

const logging = { level: 'error' };
const storage = { backend: 'memory' };

/** One process that keeps its keys itself, over plain http. @param auth whom it lets in; default everybody */
export async function startLocalServer(scope: Scope, auth?: object): Promise<RealServer> {
  const folder = await scope.folder();
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'server.json');
  const settings = { server: { http_addr: host }, trust_service: { type: 'local' }, logging, storage, ...(auth && { auth }) };
  await writeFile(config, JSON.stringify(settings));
  const url = `http://${host}`;
  await started(scope, 'notary-server', config, async () => (await fetch(`${url}/_notary_server/health`)).ok);
  return { name: 'local trust service', url, host };
}

/** A server over TLS that has its keys with `notary-signer`, over mutual TLS. */
export async function startServerWithSigner(scope: Scope): Promise<RealServer> {
  const folder = await scope.folder();
  const { ca } = await certificates(folder);
  const [host, grpc] = [`127.0.0.1:${await freePort()}`, await freePort()];
  const tls = { tls_cert_file: './server.crt', tls_key_file: './server.key' };
  const signer = join(folder, 'signer.json');
  await writeFile(
    signer,
    JSON.stringify({ server: { grpc_addr: `127.0.0.1:${grpc}`, ...tls, client_ca_file: './ca.crt' }, logging, storage }),
  );
  const service = serve('notary-signer', ['-config', signer], {
    env: { ...process.env, NOTARY_SIGNER_DEFAULT_ALIAS: 'interop' },
  });
  scope.defer(() => service.stop());
  const trust = {
    type: 'remote',
    hostname: '127.0.0.1',
    port: String(grpc),
    key_algorithm: 'ecdsa',
    tls_ca_file: './ca.crt',
    tls_client_cert: './server.crt',
    tls_client_key: './server.key',
  };
  const config = join(folder, 'server.json');
  await writeFile(config, JSON.stringify({ server: { http_addr: host, ...tls }, trust_service: trust, logging, storage }));
  const url = `https://${host}`;
  const health = () => succeed('curl', ['-sf', '--cacert', ca, `${url}/_notary_server/health`]);
  await started(scope, 'notary-server', config, async () => (await health()).includes('{'));
  return { name: 'notary-signer over mutual TLS', url, host, ca: await readFile(ca, 'utf8'), caPath: ca };
}
