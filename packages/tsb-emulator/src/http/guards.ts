import { failure } from '../failure.js';

/**
 * What keeps a web page in the developer's browser away from the port (threat model S36, CVE-2025-66414): the `Host` has to be one that
 * the emulator was started for, so that a rebound DNS name fails, and whatever sends an `Origin` is a page.
 * @throws SignError with the TSB error 400, HTTP 403
 */
export function refuseBrowsers(request: Request, url: URL, hosts: ReadonlySet<string>): void {
  const host = (request.headers.get('host') ?? url.host).toLowerCase();
  if (!hosts.has(host) || !hosts.has(url.host)) throw failure(400, 'this Host is not served here', 403);
  if (request.headers.has('origin')) throw failure(400, 'calls from web pages are not served here', 403);
}

/**
 * Bodies have to say that they are JSON, which a form post of a page cannot.
 * @throws SignError with the TSB error 600, HTTP 415
 */
export function demandJson(request: Request): void {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type))
    throw failure(600, 'the body has to be application/json', 415);
}

/**
 * The whole body, or a refusal as soon as it is over the limit.
 * @throws SignError with the TSB error 600, HTTP 413
 */
export async function boundedBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLong = () => failure(600, `the body is over ${maxBytes} bytes`, 413);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLong();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.byteLength;
    if (length > maxBytes) throw tooLong();
    parts.push(part);
  }
  return Buffer.concat(parts);
}
