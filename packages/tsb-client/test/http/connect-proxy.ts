import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Issued } from './certificates.js';

/** An HTTP proxy that makes tunnels and keeps all it can read: requests, and the first bytes inside each tunnel. */
export async function listenProxy(answer: (headers: IncomingHttpHeaders) => number = () => 200, tls?: Issued) {
  const asked: { target: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const plain: string[] = [];
  const tunnelled: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = tls ? createTlsServer({ key: tls.keyPem, cert: tls.pem }) : createServer();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => socket.destroy())));
  server.on('request', (request, response) => {
    plain.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(502).end();
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push({ target: request.url, headers: request.headers });
    const status = answer(request.headers);
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    // Whatever host was asked for, the test's server is on this machine.
    const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      socket.on('data', (data) => tunnelled.push(data));
      socket.pipe(upstream).pipe(socket);
    });
    sockets.add(upstream.on('error', () => socket.destroy()));
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https://localhost' : 'http://127.0.0.1'}:${port}`,
    asked,
    plain,
    /** All bytes that went through tunnels towards servers. */
    seen: () => Buffer.concat(tunnelled).toString('latin1'),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
