import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { version } from '../fake-fetch.js';

export interface Heard {
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Common name of the client's certificate. */
  readonly client: string | undefined;
}

/** A real https server that answers every call like `versionInfo` and keeps what it hears. */
export async function listenTls(options: ServerOptions) {
  const heard: Heard[] = [];
  const server = createServer(options, (request, response) => {
    const peer = (request.socket as TLSSocket).getPeerCertificate();
    heard.push({ url: request.url, headers: request.headers, client: peer?.subject?.CN });
    response.end(JSON.stringify(version));
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://localhost:${port}`,
    port,
    heard,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
