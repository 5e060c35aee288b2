import type { IncomingMessage, RequestOptions } from 'node:http';
import { guardedLookup } from '../outbound/connect-guard.js';
import type { OutboundSettings } from '../outbound/settings.js';

/** Sends requests of one scheme, and holds their connections. */
export interface Sender {
  send(url: URL, options: RequestOptions, body: Uint8Array | string | undefined): Promise<IncomingMessage>;
  close(): void;
}

/** Connections that nobody uses are closed before most servers do it, in the middle of the next request. Milliseconds. */
const idleMs = 10_000;

/** `node:http` or `node:https`, loaded now. The server is verified, whatever the environment says (S40). */
export async function openSender(protocol: string, { ca, resolve, mayBePrivate }: OutboundSettings): Promise<Sender> {
  const pooling = { keepAlive: true, timeout: idleMs };
  const [library, agent] =
    protocol === 'https:'
      ? await import('node:https').then((https) => {
          const tls = { rejectUnauthorized: true, ...(ca && { ca: [...ca] }) };
          return [https, new https.Agent({ ...pooling, ...tls })] as const;
        })
      : await import('node:http').then((http) => [http, new http.Agent(pooling)] as const);
  return {
    send: (url, options, body) =>
      new Promise((resolved, rejected) => {
        // Addresses in the URL itself were judged with it.
        const lookup = guardedLookup(resolve, !mayBePrivate(url.host));
        const request = library.request(url, { ...options, agent, lookup });
        request.once('response', resolved);
        request.on('error', rejected);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}
