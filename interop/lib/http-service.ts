import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from './scope.js';

/** What a request is answered with. */
export interface Served {
  readonly status?: number;
  readonly type: string;
  readonly body: Uint8Array;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/**
 * A small server of this machine, gone with the scope.
 * @returns `127.0.0.1:port`
 */
export async function serveHttp(scope: Scope, answer: (path: string, body: Buffer) => Promise<Served>): Promise<string> {
  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => answer(request.url ?? '/', body))
      .then(({ status = 200, type, body }) => response.writeHead(status, { 'content-type': type }).end(body))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  scope.defer(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
