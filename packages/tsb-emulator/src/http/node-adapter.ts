import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { isPaced } from '../faults/answers.js';

/** The call as a web-standard request; `undefined` for one whose target and `Host` could name two different places. */
function toRequest(scheme: 'http' | 'https', message: IncomingMessage): Request | undefined {
  const { method = 'GET', url = '' } = message;
  const host = message.headers.host ?? '';
  // Absolute-form targets and odd Host values could make the URL name another host than the header.
  if (!url.startsWith('/') || !/^[a-z0-9.:[\]-]+$/i.test(host)) return undefined;
  const headers = new Headers();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2)
    headers.append(message.rawHeaders[i] as string, message.rawHeaders[i + 1] as string);
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? (Readable.toWeb(message) as ReadableStream<Uint8Array>) : null;
  return new Request(`${scheme}://${host}${url}`, { method, headers, body, ...(body && { duplex: 'half' }) });
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
  handle: (request: Request) => Promise<Response>,
  scheme: 'http' | 'https',
  message: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  try {
    const request = toRequest(scheme, message);
    const response = request ? await handle(request) : new Response(null, { status: 403 });
    const body = isPaced(response) ? undefined : new Uint8Array(await response.arrayBuffer());
    // What is left of a refused body is not read: the connection ends with the answer.
    out.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      ...(!message.complete && { connection: 'close' }),
    });
    if (body) out.end(body);
    else await sendPaced(response, out);
  } catch {
    reset(message.socket);
  }
}
