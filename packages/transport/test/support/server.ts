import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A server on the loopback interface for one test; its port. */
export async function listen(
  answer: RequestListener,
  tunnel?: (request: IncomingMessage, socket: Duplex) => void,
): Promise<number> {
  const server = createServer(answer);
  if (tunnel) server.on('connect', tunnel);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}
