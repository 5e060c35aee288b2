import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { rootCertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { issueTls } from '../../../tsb-client/test/http/certificates.js';
import { createDirectFetch, createOutboundFetch, type OutboundOptions } from '../../src/index.js';

const root = issueTls('root');
const server = issueTls('server', root, ['registry.example', '127.0.0.1']);

async function listenTls(): Promise<number> {
  const https = createServer({ key: server.keyPem, cert: server.pem }, (_, response) => response.end('ok'));
  https.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    https.closeAllConnections();
    https.close();
  });
  return (https.address() as AddressInfo).port;
}

type MakeFetch = typeof createOutboundFetch;

async function ask(make: MakeFetch, host: string, options: OutboundOptions): Promise<unknown> {
  const url = `https://${host}:${await listenTls()}`;
  await using fetch = make({
    allowPrivate: true,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    ...options,
  });
  return await fetch(url).then(
    async (response) => new TextDecoder().decode((await response.body?.getReader().read())?.value),
    (error: unknown) =>
      error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : error,
  );
}

describe.each([
  ['undici', createOutboundFetch],
  ['node:https', createDirectFetch],
])('over %s the server is verified (S40)', (_, make) => {
  it('by roots that were named', async () => {
    expect(await ask(make, 'registry.example', { ca: root.pem })).toBe('ok');
    expect(await ask(make, '127.0.0.1', { ca: [new TextEncoder().encode(root.pem), ...rootCertificates.slice(0, 1)] })).toBe(
      'ok',
    );
  });

  it('CVE-2019-10214: without them, by other roots, or for another name, nothing is sent', async () => {
    expect(await ask(make, 'registry.example', {})).toMatch(/CERT|VERIFY|ISSUER/);
    expect(await ask(make, 'registry.example', { ca: issueTls('root').pem })).toMatch(/CERT|VERIFY|ISSUER/);
    expect(await ask(make, 'other.example', { ca: root.pem })).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('whatever the environment says', async () => {
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    onTestFinished(() => {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    });
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    expect(await ask(make, 'registry.example', {})).toMatch(/CERT|VERIFY|ISSUER/);
  });
});
