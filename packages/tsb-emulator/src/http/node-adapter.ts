import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

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

/** Answers one call of `node:http`. A handler that rejects closes the connection without an answer. Never rejects. */
export async function respond(
  handle: (request: Request) => Promise<Response>,
  scheme: 'http' | 'https',
  message: IncomingMessage,
  out: ServerResponse,
): Promise<void> {
  try {
    const request = toRequest(scheme, message);
    const response = request ? await handle(request) : new Response(null, { status: 403 });
    const body = new Uint8Array(await response.arrayBuffer());
    // What is left of a refused body is not read: the connection ends with the answer.
    out.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      ...(!message.complete && { connection: 'close' }),
    });
    out.end(body);
  } catch {
    out.destroy();
  }
}
