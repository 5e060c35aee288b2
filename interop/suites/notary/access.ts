import assert from 'node:assert/strict';
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SignError } from '@securosys/core';
import { openNotaryServer, prepareRepository } from '@securosys/dct';
import { succeed } from '../../lib/process.js';
import type { Scope } from '../../lib/scope.js';
import { authorization, basicProxy, listen, password, username } from './login-proxy.js';
import { startLocalServer } from './servers.js';
import { partKey, rootCertificate, signParts, type World } from './world.js';

const [issuer, service] = ['interop issuer', 'interop notary'];

/** A token service as `dct.md` §12 has it: ES256, its certificate in the header, and what was asked for granted to our one user. */
async function tokenService(
  scope: Scope,
): Promise<{ readonly host: string; readonly certificate: string; readonly scopes: string[] }> {
  const folder = await scope.folder();
  const [keyFile, certificate] = [join(folder, 'token.key'), join(folder, 'token.crt')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  await succeed('openssl', ['req', '-x509', ...key, '-out', certificate, '-days', '30', '-subj', '/CN=interop token']);
  const privateKey = createPrivateKey(await readFile(keyFile));
  const x5c = [new X509Certificate(await readFile(certificate)).raw.toString('base64')];
  const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const scopes: string[] = [];
  const host = await listen(scope, (request, response) => {
    if (request.headers.authorization !== authorization) return void response.writeHead(401).end('{}');
    const asked = new URL(request.url ?? '', 'http://localhost').searchParams.getAll('scope');
    scopes.push(...asked);
    const access = asked.map((text) => {
      const [, type, name, actions = ''] = /^([a-z]+):(.*):([a-z,*]+)$/.exec(text) ?? [];
      return { type, name, actions: actions.split(',') };
    });
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      iss: issuer,
      aud: service,
      sub: username,
      jti: String(scopes.length),
      iat: now,
      nbf: now - 10,
      exp: now + 300,
      access,
    };
    const signed = `${part({ alg: 'ES256', typ: 'JWT', x5c })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token: `${signed}.${signature}` }));
  });
  return { host, certificate, scopes };
}

/** Servers that ask who one is: with the login everything works, and without it nothing. */
export async function access(world: World): Promise<void> {
  const { report, scope, broker } = world;
  const keys = { root: await partKey(broker.backend, 'ec-p256'), targets: await partKey(broker.backend, 'ec-p384') };

  async function works(host: string, hosts: readonly string[]): Promise<void> {
    const gun = world.gun();
    const common = { url: `http://${host}`, gun, plainHttp: [host, ...hosts], allowHosts: hosts };
    const login = (secret: string) => openNotaryServer({ ...common, credentials: () => ({ username, password: secret }) });
    const certificate = await rootCertificate(keys.root, gun);
    const given = { rootCertificate: certificate, targetsKey: keys.targets.info.spki, now: Date.now() };
    for (const nobody of [openNotaryServer(common), login('another')]) {
      scope.defer(() => nobody.close());
      const error = await prepareRepository(nobody, given).then(
        () => assert.fail('it was let in'),
        (reason: unknown) => reason,
      );
      assert.ok(SignError.is(error, 'ERR_AUTHENTICATION'), String(error));
      assert.doesNotMatch(String(error), /another/);
    }
    const server = login(password);
    scope.defer(() => server.close());
    const { files } = await signParts(await prepareRepository(server, given), [keys.root, keys.targets]);
    await server.publish(files);
    assert.ok(await server.current('timestamp', { maxBytes: 100_000 }));
    await server.rotateServerKey('snapshot');
  }

  await report.case('token authentication (ES256 with x5c): set up, read and rotated with a login only', async () => {
    const { host, certificate, scopes } = await tokenService(scope);
    const options = { realm: `http://${host}/token`, service, issuer, rootcertbundle: certificate };
    const real = await startLocalServer(scope, { type: 'token', options });
    await works(real.host, [host]);
    const actions = new Set(
      scopes.map((text) =>
        text
          .slice(text.lastIndexOf(':') + 1)
          .split(',')
          .sort()
          .join(),
      ),
    );
    assert.ok(actions.has('pull,push') && actions.has('*'), [...actions].join(' '));
  });

  await report.case('a server behind Basic: set up, read and rotated with a login only', async () => {
    await works(await basicProxy(scope, (await startLocalServer(scope)).host), []);
  });
}
