import { createHash } from 'node:crypto';
import { base64Text, type Fetch, isJsonObject, type JsonValue, knownOptions, parseJson, utf8Bytes } from '@securosys/core';
import { type AddedImage, type AddImageOptions, imageOf } from './registry-image.js';
import { blobAnswer, createUploads } from './registry-uploads.js';

export type { AddedImage, AddImageOptions } from './registry-image.js';

/** One request as the registry saw it, for "no secret arrived here". */
export interface RegistryRequestRecord {
  readonly method: string;
  readonly url: string;
  /** Value of `Authorization`, or `null`. */
  readonly authorization: string | null;
}

/** How the registry wants to be logged in to. */
export type RegistryAuth =
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | {
      readonly type: 'bearer';
      /** Absent: the token service gives tokens to everybody. */
      readonly username?: string;
      readonly password?: string;
      /** URL of the token service; default `/token` of the registry itself. */
      readonly realm?: string;
    };

/** Called before the registry answers. What it returns is sent instead; `undefined` leaves the request to the registry. */
export type RegistryFault = (
  request: Request,
  answer: () => Promise<Response>,
) => Response | undefined | Promise<Response | undefined>;

/** What the registry can do, whom it lets in, and how it misbehaves. */
export interface MemoryRegistryOptions {
  /** `false`: neither the referrers endpoint nor `OCI-Subject`, as before distribution-spec 1.1. Default `true`. */
  readonly referrersApi?: boolean;
  readonly auth?: RegistryAuth;
  /** Entries per page of a referrers listing; default: one page. */
  readonly pageSize?: number;
  /** Whether `artifactType` is applied (and `OCI-Filters-Applied` sent); default `true`. */
  readonly filters?: boolean;
  /** Smallest chunk of an upload that the registry asks for (`OCI-Chunk-Min-Length`) in bytes; default: it does not say. */
  readonly minChunk?: number;
  /** `false`: manifests cannot be deleted (405), as in many registries. Default `true`. */
  readonly deletes?: boolean;
  /** Misbehaviour, first match wins. More can be pushed into {@link MemoryRegistry.faults} at any time. */
  readonly faults?: readonly RegistryFault[];
}

/** A manifest as it was pushed, byte for byte. */
export interface StoredManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** An OCI registry (distribution-spec 1.1) in memory, for tests. Every host name leads to the same content. */
export interface MemoryRegistry {
  /** Give this to a client as its `fetch`. Redirects are never followed. */
  readonly fetch: Fetch;
  /** The same as a web-standard handler, for a server or msw. */
  handle(request: Request): Promise<Response>;
  /**
   * Puts an image in, as if somebody had pushed it; a tag that is taken moves to the new image.
   * @param reference `host/repository:tag`; the host does not matter
   * @throws SignError `ERR_INVALID_ARGUMENT`
   */
  addImage(reference: string, options?: AddImageOptions): AddedImage;
  /** Everything that arrived, oldest first. */
  readonly requests: RegistryRequestRecord[];
  readonly faults: RegistryFault[];
  /** By digest. Change the values to make the registry lie. */
  readonly blobs: Map<string, Uint8Array>;
  /** By `repository@digest`. */
  readonly manifests: Map<string, StoredManifest>;
  /** Digests by `repository:tag`. */
  readonly tags: Map<string, string>;
}

const indexType = 'application/vnd.oci.image.index.v1+json';
const digestOf = (bytes: Uint8Array, algorithm = 'sha256') => `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
const failure = (status: number, code: string, headers: Record<string, string> = {}) =>
  Response.json({ errors: [{ code, message: code.toLowerCase() }] }, { status, headers });
const own = (bytes: Uint8Array) => Uint8Array.from(bytes);

/**
 * An in-memory registry that can be told to misbehave.
 *
 * @example
 * ```ts
 * import { createMemoryRegistry } from '@securosys/testing';
 * const registry = createMemoryRegistry({ referrersApi: false });
 * const { digest } = registry.addImage('registry.example/app:1');
 * registry.faults.push((request) => (request.url.includes('/blobs/') ? new Response(null, { status: 503 }) : undefined));
 * // createOci({ fetch: registry.fetch }).open('registry.example/app:1')
 * ```
 */
export function createMemoryRegistry(options: MemoryRegistryOptions = {}): MemoryRegistry {
  const blobs = new Map<string, Uint8Array>();
  const manifests = new Map<string, StoredManifest>();
  const tags = new Map<string, string>();
  const requests: RegistryRequestRecord[] = [];
  const faults: RegistryFault[] = [...(options.faults ?? [])];
  const referrersApi = options.referrersApi ?? true;
  const upload = createUploads({ blobs, minChunk: options.minChunk, failure });

  async function handle(request: Request): Promise<Response> {
    requests.push({ method: request.method, url: request.url, authorization: request.headers.get('authorization') });
    for (const fault of faults) {
      const response = await fault(request, () => answer(request.clone()));
      if (response) return response;
    }
    return answer(request);
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (url.pathname === '/token') return token(request, options.auth);
    const denied = challenge(request, url, options.auth);
    if (denied) return denied;
    const route = /^\/v2\/(.+)\/(blobs|manifests|referrers|blobs\/uploads)\/([^/]*)$/.exec(url.pathname);
    if (!route) return url.pathname === '/v2/' ? Response.json({}) : failure(404, 'NAME_UNKNOWN');
    const [, repository = '', kind, reference = ''] = route;
    if (kind === 'blobs/uploads') return upload(request, url, repository, reference);
    if (kind === 'blobs') return blob(request, reference);
    if (kind === 'manifests' && request.method === 'DELETE') return deleteManifest(repository, reference);
    if (kind === 'manifests')
      return request.method === 'PUT' ? putManifest(request, repository, reference) : manifest(repository, reference);
    return referrersApi ? referrers(url, repository, reference) : new Response('404 page not found', { status: 404 });
  }

  function blob(request: Request, digest: string): Response {
    const bytes = blobs.get(digest);
    return bytes ? blobAnswer(request, bytes) : failure(404, 'BLOB_UNKNOWN');
  }

  function deleteManifest(repository: string, reference: string): Response {
    if (options.deletes === false) return failure(405, 'UNSUPPORTED');
    for (const [tag, digest] of tags) if (digest === reference && tag.startsWith(`${repository}:`)) tags.delete(tag);
    return manifests.delete(`${repository}@${reference}`)
      ? new Response(null, { status: 202 })
      : failure(404, 'MANIFEST_UNKNOWN');
  }

  async function putManifest(request: Request, repository: string, reference: string): Promise<Response> {
    const bytes = new Uint8Array(await request.arrayBuffer());
    const algorithm = reference.startsWith('sha512:') ? 'sha512' : 'sha256';
    const digest = digestOf(bytes, algorithm);
    if (reference.includes(':') && reference !== digest) return failure(400, 'DIGEST_INVALID');
    manifests.set(`${repository}@${digest}`, { mediaType: request.headers.get('content-type') ?? '', bytes });
    if (!reference.includes(':')) tags.set(`${repository}:${reference}`, digest);
    const subject = referrersApi ? subjectOf(bytes) : undefined;
    return new Response(null, {
      status: 201,
      headers: { 'docker-content-digest': digest, ...(subject && { 'oci-subject': subject }) },
    });
  }

  function manifest(repository: string, reference: string): Response {
    const digest = reference.includes(':') ? reference : tags.get(`${repository}:${reference}`);
    const found = digest === undefined ? undefined : manifests.get(`${repository}@${digest}`);
    if (!found || digest === undefined) return failure(404, 'MANIFEST_UNKNOWN');
    return new Response(own(found.bytes), { headers: { 'content-type': found.mediaType, 'docker-content-digest': digest } });
  }

  function referrers(url: URL, repository: string, subject: string): Response {
    const wanted = options.filters === false ? null : url.searchParams.get('artifactType');
    const all = [...manifests].flatMap(([key, stored]) => {
      if (!key.startsWith(`${repository}@`) || subjectOf(stored.bytes) !== subject) return [];
      const entry = listed(key.slice(repository.length + 1), stored);
      return wanted === null || entry.artifactType === wanted ? [entry] : [];
    });
    const start = Number(url.searchParams.get('last') ?? 0);
    const end = start + (options.pageSize ?? all.length);
    const next = new URL(url);
    next.searchParams.set('last', String(end));
    return new Response(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests: all.slice(start, end) }), {
      headers: {
        'content-type': indexType,
        ...(wanted !== null && { 'oci-filters-applied': 'artifactType' }),
        ...(end < all.length && { link: `<${next.pathname}${next.search}>; rel="next"` }),
      },
    });
  }

  function addImage(reference: string, image: AddImageOptions = {}): AddedImage {
    knownOptions('addImage', image, ['content']);
    const { repository, tag, manifest, blobs: parts, added } = imageOf(reference, image);
    for (const [digest, bytes] of parts) blobs.set(digest, bytes);
    manifests.set(`${repository}@${added.digest}`, { mediaType: added.mediaType, bytes: manifest });
    tags.set(`${repository}:${tag}`, added.digest);
    return added;
  }

  return {
    handle,
    addImage,
    fetch: (input, init) => handle(new Request(input, init)),
    requests,
    faults,
    blobs,
    manifests,
    tags,
  };
}

function json(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(bytes);
  } catch {
    return undefined;
  }
}

function subjectOf(bytes: Uint8Array): string | undefined {
  const document = json(bytes);
  const subject = isJsonObject(document) ? document.subject : undefined;
  return isJsonObject(subject) && typeof subject.digest === 'string' ? subject.digest : undefined;
}

function listed(digest: string, stored: StoredManifest) {
  const document = json(stored.bytes);
  const config = isJsonObject(document) && isJsonObject(document.config) ? document.config.mediaType : undefined;
  const artifactType = isJsonObject(document) ? (document.artifactType ?? config) : undefined;
  const annotations = isJsonObject(document) ? document.annotations : undefined;
  return { mediaType: stored.mediaType, digest, size: stored.bytes.byteLength, artifactType, annotations };
}

const issued = 'memory-registry-token';
const basicOf = (username: string, password: string) => `Basic ${base64Text(utf8Bytes(`${username}:${password}`))}`;

/** 401 with a challenge unless the request carries what `auth` wants. */
function challenge(request: Request, url: URL, auth: RegistryAuth | undefined): Response | undefined {
  if (!auth) return undefined;
  const given = request.headers.get('authorization');
  if (auth.type === 'basic') {
    if (given === basicOf(auth.username, auth.password)) return undefined;
    return failure(401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="memory registry"' });
  }
  const repository = /^\/v2\/(.+)\/(?:blobs|manifests|referrers)\//.exec(url.pathname)?.[1] ?? '';
  const levels = ['pull', 'pull,push', 'pull,push,delete'];
  const upload = url.pathname.includes('/blobs/uploads/');
  const needed =
    request.method === 'DELETE' && !upload ? 2 : !upload && (request.method === 'GET' || request.method === 'HEAD') ? 0 : 1;
  const scope = `repository:${repository}:${levels[needed]}`;
  const granted = given?.startsWith(`Bearer ${issued}:`) ? given.slice(`Bearer ${issued}:`.length).split(';') : [];
  const enough = levels.slice(needed).some((level) => granted.includes(`repository:${repository}:${level}`));
  const from = url.searchParams.get('from');
  if (enough && (from === null || levels.some((level) => granted.includes(`repository:${from}:${level}`)))) return undefined;
  const realm = auth.realm ?? `${url.origin}/token`;
  return failure(401, 'UNAUTHORIZED', { 'www-authenticate': `Bearer realm="${realm}",service="memory",scope="${scope}"` });
}

/** The token service: one token for the scopes that were asked for, for the right login. */
function token(request: Request, auth: RegistryAuth | undefined): Response {
  const scope = new URL(request.url).searchParams.getAll('scope').join(';');
  const wanted = auth?.type === 'bearer' && auth.username !== undefined ? basicOf(auth.username, auth.password ?? '') : undefined;
  if (wanted !== undefined && request.headers.get('authorization') !== wanted) return failure(401, 'UNAUTHORIZED');
  return Response.json({ token: `${issued}:${scope}`, expires_in: 300 });
}
