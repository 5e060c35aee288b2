import { createHash } from 'node:crypto';

/** What an upload knows of the registry around it. */
export interface UploadWorld {
  readonly blobs: Map<string, Uint8Array>;
  /** Smallest chunk that is announced (`OCI-Chunk-Min-Length`), or `undefined`. */
  readonly minChunk: number | undefined;
  failure(status: number, code: string): Response;
}

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const joined = (a: Uint8Array, b: Uint8Array) => {
  const both = new Uint8Array(a.byteLength + b.byteLength);
  both.set(a);
  both.set(b, a.byteLength);
  return both;
};

/** Uploads of blobs (distribution-spec 1.1, "Pushing blobs"): whole, in chunks, resumed, given up, mounted. */
export function createUploads({ blobs, minChunk, failure }: UploadWorld) {
  const open = new Map<string, Uint8Array>();
  let count = 0;

  const at = (repository: string, id: string) => `/v2/${repository}/blobs/uploads/${id}?state=opaque`;
  const state = (repository: string, id: string, status: number) =>
    new Response(null, {
      status,
      headers: {
        location: at(repository, id),
        range: `0-${Math.max(0, (open.get(id)?.byteLength ?? 0) - 1)}`,
        ...(minChunk !== undefined && { 'oci-chunk-min-length': String(minChunk) }),
      },
    });
  const created = (repository: string, digest: string) =>
    new Response(null, {
      status: 201,
      headers: { 'docker-content-digest': digest, location: `/v2/${repository}/blobs/${digest}` },
    });

  function start(url: URL, repository: string): Response {
    const mount = url.searchParams.get('mount');
    if (mount !== null && url.searchParams.has('from') && blobs.has(mount)) return created(repository, mount);
    const id = String(++count);
    open.set(id, new Uint8Array(0));
    return state(repository, id, 202);
  }

  async function append(request: Request, repository: string, id: string, known: Uint8Array): Promise<Response> {
    const range = request.headers.get('content-range');
    const bytes = new Uint8Array(await request.arrayBuffer());
    const end = known.byteLength + bytes.byteLength - 1;
    if (range !== null && range !== `${known.byteLength}-${end}`) return state(repository, id, 416);
    open.set(id, joined(known, bytes));
    return state(repository, id, 202);
  }

  async function finish(request: Request, url: URL, repository: string, id: string, known: Uint8Array): Promise<Response> {
    const digest = url.searchParams.get('digest');
    const bytes = joined(known, new Uint8Array(await request.arrayBuffer()));
    if (digest === null || digest !== digestOf(bytes)) return failure(400, 'DIGEST_INVALID');
    open.delete(id);
    blobs.set(digest, bytes);
    return created(repository, digest);
  }

  /** Answers a request to `/v2/<repository>/blobs/uploads/<id>`. */
  return async (request: Request, url: URL, repository: string, id: string): Promise<Response> => {
    if (request.method === 'POST') return start(url, repository);
    const known = open.get(id);
    if (!known) return failure(404, 'BLOB_UPLOAD_UNKNOWN');
    if (request.method === 'PATCH') return append(request, repository, id, known);
    if (request.method === 'PUT') return finish(request, url, repository, id, known);
    if (request.method === 'GET') return state(repository, id, 204);
    open.delete(id);
    return new Response(null, { status: 204 });
  };
}

/** A blob, or the part of it that `Range: bytes=<from>-` asks for. */
export function blobAnswer(request: Request, bytes: Uint8Array): Response {
  const headers = { 'content-type': 'application/octet-stream' };
  const from = /^bytes=([0-9]+)-[0-9]*$/.exec(request.headers.get('range') ?? '')?.[1];
  const start = from === undefined ? 0 : Number(from);
  if (start > 0 && start >= bytes.byteLength) return new Response(null, { status: 416 });
  const part = bytes.slice(start);
  const length = { 'content-length': String(part.byteLength) };
  if (from === undefined) return new Response(part, { headers: { ...headers, ...length } });
  const range = { 'content-range': `bytes ${start}-${bytes.byteLength - 1}/${bytes.byteLength}` };
  return new Response(part, { status: 206, headers: { ...headers, ...length, ...range } });
}
