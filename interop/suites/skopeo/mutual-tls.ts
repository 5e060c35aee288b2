import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import { grpcCaller } from './grpc-caller.js';
import type { Holder } from './holders.js';
import { serveProvider } from './providers.js';
import type { World } from './world.js';

interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** The two files. */
  readonly paths: { readonly cert: string; readonly key: string };
}

/** An authority of OpenSSL with certificates for a server of this machine and for a client. */
async function authority(scope: Scope): Promise<{ ca: Buffer; caPath: string; server: Pair; client: Pair }> {
  const folder = await scope.folder();
  const openssl = (...args: string[]) => succeed('openssl', args, { cwd: folder });
  const made = ['-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-days', '30'];
  await openssl('req', ...made, '-subj', '/O=Acme/CN=root', '-keyout', 'ca.key', '-out', 'ca.pem');
  const issue = async (name: string, ...more: string[]): Promise<Pair> => {
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', 'basicConstraints=critical,CA:FALSE', ...more];
    await openssl('req', ...made, ...by, '-subj', `/O=Acme/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.pem`);
    const paths = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    return { cert: await readFile(paths.cert), key: await readFile(paths.key), paths };
  };
  const server = await issue('server', '-addext', 'subjectAltName=DNS:localhost');
  const caPath = join(folder, 'ca.pem');
  return { ca: await readFile(caPath), caPath, server, client: await issue('client') };
}

const text = (plain: string) => Buffer.from(plain).toString('base64');

/** The service over TCP, where both sides show a certificate; neither skopeo's ocicrypt can do that, so the client is our own. */
export async function mutualTls(world: World): Promise<void> {
  const { report, scope, broker, token } = world;
  const { ca, caPath, server, client } = await authority(scope);
  const stranger = await authority(scope);
  const { cert, key } = server.paths;
  const address = ['--port', '0', '--cert', cert, '--key', key, '--client-ca', caPath];
  const holders: Holder[] = [broker, token];
  for (const holder of holders) {
    const target = await serveProvider(scope, { holder }, address);
    const kid = holder.keys[0]?.kid as string;
    const optsdata = text('{"symkey":"any","digest":"any","cipheroptions":{}}');
    const wrap = {
      op: 'keywrap',
      keywrapparams: { ec: { Parameters: { hsm: [text(kid)] }, DecryptConfig: { Parameters: {} } }, optsdata },
      keyunwrapparams: { dc: null, annotation: null },
    };
    await report.case(`a client with a certificate wraps and unwraps over ${holder.name}`, async () => {
      const call = grpcCaller(scope, target, grpc.credentials.createSsl(ca, client.key, client.cert));
      const annotation = (await call('WrapKey', wrap)).keywrapresults?.annotation;
      const unwrap = {
        op: 'keyunwrap',
        keywrapparams: { ec: null, optsdata: null },
        keyunwrapparams: { dc: { Parameters: { hsm: [text(kid)] } }, annotation },
      };
      assert.equal((await call('UnWrapKey', unwrap)).keyunwrapresults?.optsdata, optsdata);
    });
    await report.case(`nobody without a certificate of the right authority is answered over ${holder.name}`, async () => {
      for (const credentials of [
        grpc.credentials.createInsecure(),
        grpc.credentials.createSsl(ca),
        grpc.credentials.createSsl(ca, stranger.client.key, stranger.client.cert),
      ])
        await assert.rejects(grpcCaller(scope, target, credentials)('WrapKey', wrap), { code: grpc.status.UNAVAILABLE });
    });
  }
}
