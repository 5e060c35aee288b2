import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SignError } from '@securosys/core';
import type { ServerTls } from '../tls/server-tls.js';

const limits = { requestTimeout: 30_000, headersTimeout: 10_000 };

/** `want` asks nobody for a certificate, but one that is shown has to be valid. */
function refuseInvalid(socket: TLSSocket): void {
  const shown = Object.keys(socket.getPeerCertificate()).length > 0;
  if (shown && !socket.authorized) socket.destroy();
}

/** A server that does not listen yet. `node:http` and `node:https` load for it only. */
export async function createListener(tls: ServerTls['node'] | undefined, answer: RequestListener): Promise<Server> {
  if (!tls) {
    const { createServer } = await import('node:http');
    return createServer(limits, answer);
  }
  const { createServer } = await import('node:https');
  const server = createServer({ ...limits, ...tls }, answer);
  if (tls.requestCert) server.on('secureConnection', refuseInvalid);
  return server;
}

/** @throws SignError `ERR_EMULATOR_REFUSED` when the address cannot be had */
export function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new SignError('ERR_EMULATOR_REFUSED', `the emulator cannot listen on port ${port}`, { cause })),
    );
    server.listen(port, host, () => resolve(server.address() as AddressInfo));
  });
}

/** Ends connections that are in use, too. */
export async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}
