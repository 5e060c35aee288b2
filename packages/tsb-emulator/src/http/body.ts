import { ownBytes, utf8Bytes } from '@securosys/core';
import { failure } from '../failure.js';
import type { Incoming } from './incoming.js';
import type { Route } from './routes.js';

/**
 * Bodies have to say that they are JSON, which a form post of a page cannot.
 * @throws SignError with the TSB error 600, HTTP 415
 */
function demandJson(type: string): void {
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type))
    throw failure(600, 'the body has to be application/json', 415);
}

/** The part of the JSON and the part `file` of a multipart body (`tsb-rest-api.md` §2.4). */
async function readMultipart(type: string, whole: Uint8Array, jsonPart: string): Promise<Body> {
  const parts = await new Response(ownBytes(whole), { headers: { 'content-type': type } }).formData().catch((): never => {
    throw failure(600, 'the body has to be multipart/form-data', 415);
  });
  const read = async (name: string) => {
    const part = parts.get(name);
    if (part === null) throw failure(600, `the body lacks the part ${name}`);
    return typeof part === 'string' ? utf8Bytes(part) : new Uint8Array(await part.arrayBuffer());
  };
  return { rawBody: await read(jsonPart), file: await read('file') };
}

/** What a call brought. */
export interface Body {
  /** The JSON, as it came. */
  readonly rawBody: Uint8Array;
  /** The file of a multipart call; empty for others. */
  readonly file: Uint8Array;
}

/**
 * The body of a call, within the limit.
 * @throws SignError with the TSB error 600, HTTP 413, 415
 */
export async function readBody(incoming: Incoming, endpoint: Route['endpoint'], maxBytes: number): Promise<Body> {
  const whole = await incoming.body(maxBytes);
  const type = incoming.headers.get('content-type') ?? '';
  if (endpoint.multipart !== undefined) return readMultipart(type, whole, endpoint.multipart);
  if (endpoint.request) demandJson(type);
  return { rawBody: whole, file: new Uint8Array(0) };
}
