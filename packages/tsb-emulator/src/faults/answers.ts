import {
  base64Bytes,
  base64Text,
  type Clock,
  isJsonObject,
  type JsonObject,
  parseJson,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { tsbErrors } from '@securosys/tsb-client/api';
import type { Fault } from './fault.js';

type Of<K extends Fault['kind']> = Extract<Fault, { kind: K }>;

const page = '<html>emulated fault</html>';
/** Parts of a second in which a slow body comes. */
const partsPerSecond = 10;

/** Answers that come piece by piece: a server must not wait for the end of them. */
const paced = new WeakSet<Response>();
export const isPaced = (response: Response): boolean => paced.has(response);

export const htmlPage = (status: number, more: Record<string, string> = {}): Response =>
  new Response(page, { status, headers: { 'content-type': 'text/html', ...more } });

/** The answer of a broken TSB, or of what stands in front of it. */
export function statusAnswer({ status, retryAfterSeconds, errorCode }: Of<'status'>): Response {
  const hint = retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) };
  const facts = errorCode === undefined ? undefined : tsbErrors.get(errorCode);
  if (!facts) return htmlPage(status, hint);
  const { code, reason } = facts;
  return Response.json({ errorCode: code, reason, message: 'emulated fault' }, { status, ...(hint && { headers: hint }) });
}

/** An answer of 204 that says something is one of 200. */
const withText = ({ status, headers }: Response, text: string) =>
  new Response(text || null, { status: text && status === 204 ? 200 : status, headers });

export async function truncated(response: Response): Promise<Response> {
  const text = await response.text();
  return withText(response, text.slice(0, Math.ceil(text.length / 2)));
}

export const wrongJson = (response: Response): Response => withText(response, '{"emulated":"fault"}');

function changed(text: string): string {
  try {
    const bytes = base64Bytes(text);
    const last = bytes.byteLength - 1;
    if (last < 0) return text;
    bytes[last] = (bytes[last] as number) ^ 1;
    return base64Text(bytes);
  } catch (error) {
    // A certificate as PEM, or another result that is no signature.
    if (SignError.is(error)) return text;
    throw error;
  }
}

export async function withWrongSignature(response: Response): Promise<Response> {
  const text = await response.text();
  const body = text === '' ? undefined : parseJson(text);
  if (!isJsonObject(body)) return withText(response, text);
  const altered: JsonObject = { ...body };
  for (const member of ['signature', 'result']) {
    const value = body[member];
    if (typeof value === 'string') altered[member] = changed(value);
  }
  return withText(response, JSON.stringify(altered));
}

/** The same answer, but its body takes its time. Whoever stops reading ends it. */
export async function slow(response: Response, { bytesPerSecond }: Of<'slow-body'>, clock: Clock): Promise<Response> {
  const body = utf8Bytes(await response.clone().text());
  if (body.byteLength === 0) return response;
  const step = Math.ceil(bytesPerSecond / partsPerSecond);
  let at = 0;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (at >= body.byteLength) return controller.close();
      await clock.sleep((step * 1000) / bytesPerSecond);
      controller.enqueue(body.slice(at, at + step));
      at += step;
    },
  });
  const { status, headers } = response;
  const answer = new Response(stream, { status, headers });
  paced.add(answer);
  return answer;
}
