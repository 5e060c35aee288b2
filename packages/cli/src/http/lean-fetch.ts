import type { IncomingMessage, RequestOptions } from 'node:http';
import { type Fetch, invalidArgument } from '@securosys/core';
import { responseOf } from '@securosys/transport';

/** PEM of both ends of a connection. */
export interface LeanTls {
  readonly ca?: Uint8Array;
  readonly identity?: () => Promise<{ readonly certificate: string; readonly privateKey: string }>;
}

/** A `fetch`, and the connections that it holds. */
export interface LeanFetch {
  readonly fetch: Fetch;
  close(): void;
}

interface Sender {
  send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage>;
  close(): void;
}

/** Connections that nobody uses are closed before most servers do it, in the middle of the next request. Milliseconds. */
const idleMs = 10_000;

async function openSender(protocol: string, { ca, identity }: LeanTls): Promise<Sender> {
  const shown = await identity?.();
  const tls = {
    rejectUnauthorized: true,
    ...(ca && { ca: Buffer.from(ca) }),
    ...(shown && { cert: shown.certificate, key: shown.privateKey }),
  };
  const secure = protocol === 'https:';
  const pooling = { keepAlive: true, timeout: idleMs };
  const [library, agent] = secure
    ? await import('node:https').then((https) => [https, new https.Agent({ ...pooling, ...tls })] as const)
    : await import('node:http').then((http) => [http, new http.Agent(pooling)] as const);
  return {
    send: (url, options, body) =>
      new Promise((resolve, reject) => {
        const request = library.request(url, { ...options, agent });
        request.once('response', resolve);
        request.once('error', reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

/**
 * `fetch` over `node:http` and `node:https`: the platform's takes longer to load than a program of one call takes, and twice as long for a
 * call. It sends texts only, follows no redirect, always verifies the server, and knows no proxies.
 */
export function createLeanFetch(tls: LeanTls): LeanFetch {
  const senders = new Map<string, Promise<Sender>>();
  const fetch: Fetch = async (input, { method = 'GET', headers, body, signal } = {}) => {
    if (!(input instanceof URL) && typeof input !== 'string') return invalidArgument('this fetch takes URLs');
    const url = new URL(input);
    if (body !== undefined && body !== null && typeof body !== 'string') return invalidArgument('this fetch sends texts');
    const sender = senders.get(url.protocol) ?? openSender(url.protocol, tls);
    senders.set(url.protocol, sender);
    const { send } = await sender;
    const text = body ?? undefined;
    const length = text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) };
    const options = { method, headers: { ...(headers as Record<string, string>), ...length }, ...(signal && { signal }) };
    try {
      return responseOf(await send(url, options, text));
    } catch (cause) {
      throw new TypeError('fetch failed', { cause });
    }
  };
  return {
    fetch,
    close: () => {
      for (const sender of senders.values()) sender.then(({ close }) => close()).catch(() => undefined);
    },
  };
}
