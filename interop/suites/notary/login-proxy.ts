import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from '../../lib/scope.js';

/** The one user of servers that ask who one is. */
export const [username, password] = ['robot', 'of nobody'];
/** The same in base64, as `NOTARY_AUTH` and `REGISTRY_AUTH` have it. */
export const encodedLogin = Buffer.from(`${username}:${password}`).toString('base64');
export const authorization = `Basic ${encodedLogin}`;

/** A server of this machine, until the scope ends. @returns `127.0.0.1:port` */
export async function listen(scope: Scope, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  scope.defer(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headersOf = (from: Headers, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (from.get(name) === null ? [] : [[name, from.get(name) as string]])));

/** What stands before a server that knows no logins. @param real its host */
export function basicProxy(scope: Scope, real: string): Promise<string> {
  return listen(scope, (request, response) => {
    if (request.headers.authorization !== authorization)
      return void response.writeHead(401, { 'www-authenticate': 'Basic realm="interop"' }).end('{}');
    const body: Buffer[] = [];
    request.on('data', (some: Buffer) => body.push(some));
    request.on('end', async () => {
      const { method = 'GET' } = request;
      const asked = new Headers(request.headers as Record<string, string>);
      const init = {
        method,
        headers: headersOf(asked, ['accept', 'content-type']),
        ...(method === 'POST' && { body: Buffer.concat(body) }),
      };
      const answer = await fetch(`http://${real}${request.url}`, init);
      const headers = headersOf(answer.headers, ['content-type', 'docker-content-digest']);
      response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
    });
  });
}
