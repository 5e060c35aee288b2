import { SignError } from '@securosys/core';
import { type Call, discard, foreignUrl } from '@securosys/transport';
import type { RegistryClient } from './client.js';
import { passes, pause, tries, uploadLost } from './repetition.js';

/** An upload that was begun (distribution-spec, "Pushing blobs"). */
export interface UploadSession {
  /** Where the next request goes; each answer may name another place. */
  url: URL;
  /** Bytes that the registry has. */
  offset: number;
  /** Smallest chunk that the registry takes, in bytes, the last one excepted. */
  readonly minChunk: number;
}

const octets = 'application/octet-stream';

/** To another origin the client sends no credentials, and only if it is https and public. */
function locationOf(response: Response, base: URL): URL | undefined {
  const location = response.headers.get('location');
  return location === null ? undefined : foreignUrl(location, base, 'the upload location');
}

const toPush = (client: RegistryClient) => `push a blob to ${client.name}`;

/** Begins an upload. An upload that nobody continues is thrown away by the registry, so it may be begun twice. */
export async function startUpload(call: Call, client: RegistryClient): Promise<UploadSession> {
  const response = await client.send(call, {
    method: 'POST',
    url: client.url('blobs/uploads/'),
    action: 'push',
    accept: [202],
    what: toPush(client),
    repeatable: true,
  });
  return sessionOf(client, response);
}

async function sessionOf(client: RegistryClient, response: Response): Promise<UploadSession> {
  await discard(response);
  const url = locationOf(response, client.url('blobs/uploads/'));
  if (!url) throw new SignError('ERR_PROTOCOL', `cannot ${toPush(client)}: no upload location`);
  const smallest = response.headers.get('oci-chunk-min-length') ?? '';
  return { url, offset: 0, minChunk: /^[0-9]{1,15}$/.test(smallest) ? Number(smallest) : 0 };
}

/**
 * Asks for a blob of another repository of the same registry instead of sending it ("Mounting a blob from another repository").
 * @returns `undefined` when it was mounted, else the upload to go on with
 */
export async function mountOrStart(
  call: Call,
  client: RegistryClient,
  digest: string,
  from: string,
): Promise<UploadSession | undefined> {
  const url = client.url('blobs/uploads/');
  url.searchParams.set('mount', digest);
  url.searchParams.set('from', from);
  try {
    const what = `mount a blob in ${client.name}`;
    const accept = [201, 202];
    const response = await client.send(call, {
      method: 'POST',
      url,
      action: 'push',
      alsoPull: from,
      accept,
      what,
      repeatable: true,
    });
    if (response.status === 202) return await sessionOf(client, response);
    await discard(response);
    return undefined;
  } catch (error) {
    // Who may not read there, or asks a registry that has no mounts, can still send the bytes.
    if (!SignError.is(error) || !['ERR_AUTHENTICATION', 'ERR_FORBIDDEN', 'ERR_NOT_FOUND', 'ERR_PROTOCOL'].includes(error.code))
      throw error;
    return startUpload(call, client);
  }
}

/**
 * Bytes that the registry says it has (`Range: 0-<last>`).
 * @param zeroToZero what `0-0` means: registries write it for one byte, and for nothing as well
 */
function storedIn(response: Response, zeroToZero: 0 | 1): number | undefined {
  const last = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(response.headers.get('range') ?? '')?.[1];
  return last === undefined ? undefined : last === '0' ? zeroToZero : Number(last) + 1;
}

/** Statuses by which registries say that they do not know the upload, or do not tell. */
const untold = [400, 404, 405, 501];

async function ask(call: Call, client: RegistryClient, session: UploadSession, zeroToZero: 0 | 1): Promise<number> {
  const what = toPush(client);
  const accept = [200, 204, ...untold];
  const response = await client.send(call, { method: 'GET', url: session.url, action: 'push', accept, what });
  await discard(response);
  // Docker's registry gives up an upload whose connection broke in the middle of a chunk.
  if (untold.includes(response.status)) throw uploadLost(what);
  session.url = locationOf(response, session.url) ?? session.url;
  const stored = storedIn(response, zeroToZero);
  if (stored === undefined) throw new SignError('ERR_PROTOCOL', `cannot ${what}: the registry does not say how much it has`);
  return stored;
}

/**
 * Sends the next bytes. When the connection breaks, or the registry finds them out of order (416), it is asked how much it has, and gets the rest.
 * @throws SignError `ERR_PROTOCOL` when it has less than it confirmed, or more than it was sent
 */
export async function sendChunk(call: Call, client: RegistryClient, session: UploadSession, bytes: Uint8Array): Promise<void> {
  const what = toPush(client);
  const start = session.offset;
  const end = start + bytes.byteLength;
  for (let attempt = 1; session.offset < end; attempt++) {
    // Who has bytes, or refuses to begin at the first (416), does not mean nothing by `0-0`.
    let zeroToZero: 0 | 1 = session.offset > 0 ? 1 : 0;
    const rest = bytes.subarray(session.offset - start);
    // 202 by the specification; the registry of crane's library says 204.
    const accept = [201, 202, 204, 404, 416];
    const headers = { 'content-type': octets, 'content-range': `${session.offset}-${end - 1}` };
    try {
      const url = session.url;
      const response = await client.send(call, {
        method: 'PATCH',
        url,
        action: 'push',
        headers,
        body: rest,
        accept,
        what,
      });
      await discard(response);
      if (response.status === 404) throw uploadLost(what);
      session.url = locationOf(response, session.url) ?? session.url;
      if (response.status !== 416 && (storedIn(response, end === 1 ? 1 : 0) ?? end) === end) {
        session.offset = end;
        return;
      }
      if (response.status === 416) zeroToZero = 1;
      if (attempt >= tries) throw new SignError('ERR_PROTOCOL', `cannot ${what}: the registry keeps less than it was sent`);
    } catch (error) {
      if (!passes(error) || attempt >= tries || !(await pause(call, client.settings.random, error, attempt))) throw error;
    }
    const stored = await ask(call, client, session, zeroToZero);
    if (stored < start || stored > end)
      throw new SignError('ERR_PROTOCOL', `cannot ${what}: the registry has ${stored} bytes where it was sent ${end}`);
    session.offset = stored;
  }
}

/** Closes an upload with its digest and the bytes that were not sent yet; the answer has no body left. */
export async function finishUpload(
  call: Call,
  client: RegistryClient,
  session: UploadSession,
  digest: string,
  bytes?: Uint8Array,
): Promise<Response> {
  const url = new URL(session.url);
  url.searchParams.set('digest', digest);
  const headers = { 'content-type': octets };
  const what = toPush(client);
  const body = bytes && { body: bytes };
  const response = await client.send(call, { method: 'PUT', url, action: 'push', headers, ...body, accept: [201, 404], what });
  await discard(response);
  if (response.status === 404) throw uploadLost(what);
  return response;
}

/** Tells the registry that nothing will come any more. It would find out by itself, so a failure changes nothing. */
export async function cancelUpload(call: Call, client: RegistryClient, session: UploadSession): Promise<void> {
  if (call.signal.aborted) return;
  try {
    const { url } = session;
    await discard(
      await client.send(call, { method: 'DELETE', url, action: 'push', accept: [200, 202, 204, 404], what: toPush(client) }),
    );
  } catch (error) {
    if (!SignError.is(error)) throw error;
    call.logger?.debug('an upload could not be given up', { code: error.code });
  }
}
