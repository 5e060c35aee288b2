import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { isPaced } from '../faults/answers.js';
import { type Answer, headersOf as plainHeaders } from './answer.js';
import { gathered, type Incoming } from './incoming.js';

/** Every header once, repeated ones joined like in `Headers`, so that a second `Host` is not overlooked. */
function headersOf({ rawHeaders }: IncomingMessage): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase();
    const value = rawHeaders[i + 1] as string;
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}

/**
 * The call as it came; `undefined` for one whose target and `Host` could name two different places. A web-standard request, which
 * costs a third of an RSA signature, is made only for a fault.
 */
function toIncoming(scheme: 'http' | 'https', message: IncomingMessage): Incoming | undefined {
  const { method = 'GET', url: target = '' } = message;
  const headers = headersOf(message);
  const host = headers.get('host') ?? '';
  // Absolute-form targets and odd Host values could make the URL name another host than the header.
  if (!target.startsWith('/') || !/^[a-z0-9.:[\]-]+$/i.test(host)) return undefined;
  const url = `${scheme}://${host}${target}`;
  const get = (name: string) => headers.get(name) ?? null;
  return {
    method,
    url,
    headers: { get },
    // Not destroyed on return: a refusal still has to be answered.
    body: (maxBytes) => gathered(message.iterator({ destroyOnReturn: false }), get('content-length'), maxBytes),
    request() {
      const body = method === 'GET' || method === 'HEAD' ? null : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
      return new Request(url, { method, headers: [...headers], body, ...(body && { duplex: 'half' }) });
    },
  };
}

/** Ends a connection without an answer, and in a way that nobody takes for the end of one. */
function reset(socket: Socket): void {
  // The layer below TLS is not reachable.
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
}

/** Sends a body as it comes, until the other side goes away. */
async function sendPaced(response: Response, out: ServerResponse): Promise<void> {
  for await (const part of response.body ?? []) {
    if (out.destroyed) return;
    out.write(part);
  }
  out.end();
}

/** Answers one call of `node:http`. A handler that rejects resets the connection. Never rejects. */
export async function respond(
  exchange: (incoming: Incoming) => Promise<Answer>,
  scheme: 'http' | 'https',
  message: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  try {
    const incoming = toIncoming(scheme, message);
    const answer = incoming ? await exchange(incoming) : new Response(null, { status: 403 });
    // What is left of a refused body is not read: the connection ends with the answer.
    const ends = message.complete ? {} : { connection: 'close' };
    if (!(answer instanceof Response)) {
      const body = answer.body ?? '';
      out.writeHead(answer.status, { ...plainHeaders(answer), 'content-length': Buffer.byteLength(body), ...ends });
      out.end(body);
      return;
    }
    out.writeHead(answer.status, { ...Object.fromEntries(answer.headers), ...ends });
    if (isPaced(answer)) await sendPaced(answer, out);
    else out.end(new Uint8Array(await answer.arrayBuffer()));
  } catch {
    reset(message.socket);
  }
}
