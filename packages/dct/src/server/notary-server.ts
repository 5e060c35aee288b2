import { type CallOptions, isJsonObject, parseJsonObject, SignError, sanitizeText } from '@securosys/core';
import { type OciOptions, openRegistryService, type RegistryService } from '@securosys/oci';
import { type DctKey, readKey } from '../model/keys.js';
import { checkGun, type DctRole } from '../model/roles.js';
import type { MetadataSource, ReadOptions } from '../verify/source.js';
import { refusedUpdate } from './refused-update.js';
import { updateBody } from './update-body.js';

/** A file of metadata to be published. */
export interface PublishedFile {
  readonly role: DctRole;
  readonly bytes: Uint8Array;
}

/** Trust data of one repository on a Notary server (`dct.md` §6). */
export interface NotaryServer extends MetadataSource {
  readonly gun: string;
  /** Host of the server, for people. */
  readonly host: string;
  /**
   * Publishes files as one: all of them, or none.
   * @throws SignError `ERR_CONFLICT` when somebody published these versions before; `ERR_MALFORMED` or `ERR_NOT_TRUSTED` when the server refuses them, with its
   * own code in `details.upstreamName`; those of a registry
   */
  publish(files: readonly PublishedFile[], options?: CallOptions): Promise<void>;
  /**
   * The public key that the server signs a role with. Before the first publishing each call may make another one (`dct.md` §14, 5).
   * @throws SignError `ERR_PROTOCOL`, those of a registry
   */
  serverKey(role: 'snapshot' | 'timestamp', options?: CallOptions): Promise<DctKey>;
  /** Makes the server take a new key for a role; it is used when a root names it. @throws SignError as {@link NotaryServer.serverKey} */
  rotateServerKey(role: 'snapshot' | 'timestamp', options?: CallOptions): Promise<DctKey>;
  close(): Promise<void>;
}

/** How a Notary server is reached: as a registry, with its logins. */
export interface NotaryServerOptions extends OciOptions {
  /** Base URL. There is no default: Docker's own server ends on 2026-12-08. */
  readonly url: string;
  /** Registry host and whole name of the repository, as `docker.io/library/alpine`. */
  readonly gun: string;
}

const dockers = 'notary.docker.io';
const fresh = { 'cache-control': 'no-cache' };
const maxKeyBytes = 64 * 1024;
const maxErrorBytes = 64 * 1024;

/** Says why Docker's server does not answer, whatever it does instead. */
function explained(host: string, error: unknown): unknown {
  if (host !== dockers || !SignError.is(error)) return error;
  return new SignError(
    error.code,
    `${error.message}. Docker shuts ${dockers} down on 2026-12-08, and content trust with it: verify what is there, and sign the same digests with the Notary Project or cosign`,
    { cause: error, details: error.details, retryable: error.retryable },
  );
}

function keyOf(body: Uint8Array, role: string): DctKey {
  const json = parseJsonObject(body, { what: `${role} key`, maxDepth: 4, maxValues: 16 });
  const { key } = readKey(isJsonObject(json.keyval) ? json : undefined);
  if (key) return key;
  throw new SignError('ERR_PROTOCOL', `the server has a ${role} key of a kind that is not taken`);
}

/**
 * Trust data of one repository on a Notary server.
 *
 * @example
 * ```ts
 * import { openNotaryServer, verifyRepository } from '@securosys/dct';
 * import { readFile } from 'node:fs/promises';
 * const source = openNotaryServer({ url: 'https://notary.example', gun: 'registry.example/team/app' });
 * const root = { certificate: await readFile('root.pem') };
 * const repository = await verifyRepository({ gun: source.gun, root, source, now: Date.now() });
 * console.log(repository.targets.version);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ORIGIN_REFUSED`
 */
export function openNotaryServer(options: NotaryServerOptions): NotaryServer {
  const { url, gun: asked, ...access } = options;
  const gun = checkGun(asked);
  const service: RegistryService = openRegistryService(url, gun, access);
  const { host } = new URL(url);
  const about = sanitizeText(`${gun} on ${host}`, 300);

  const send = async (request: Parameters<RegistryService['request']>[0]) => {
    try {
      return await service.request(request);
    } catch (error) {
      throw explained(host, error);
    }
  };
  const get = async (file: string, { maxBytes, ...call }: ReadOptions, headers: Readonly<Record<string, string>> = {}) => {
    const { status, body } = await send({
      ...call,
      method: 'GET',
      path: `_trust/tuf/${file}`,
      action: 'pull',
      headers,
      accept: [200, 404],
      maxBytes,
      what: `read ${file} of ${about}`,
    });
    return status === 200 ? body : undefined;
  };
  const key = async (method: 'GET' | 'POST', role: 'snapshot' | 'timestamp', call: CallOptions): Promise<DctKey> => {
    const { body } = await send({
      ...call,
      method,
      path: `_trust/tuf/${role}.key`,
      action: method === 'GET' ? 'push' : 'all',
      accept: [200],
      maxBytes: maxKeyBytes,
      what: `get the ${role} key of ${about}`,
    });
    return keyOf(body, role);
  };

  return {
    gun,
    host,
    current: (role, read) => get(`${role}.json`, read, fresh),
    byHash: (role, sha256, read) => get(`${role}.${sha256}.json`, read),
    rootVersion: (version, read) => get(`${version}.root.json`, read),
    serverKey: (role, call = {}) => key('GET', role, call),
    rotateServerKey: (role, call = {}) => key('POST', role, call),
    async publish(files, call = {}) {
      const { body, contentType } = await updateBody(files);
      const { status, body: answer } = await send({
        ...call,
        method: 'POST',
        path: '_trust/tuf/',
        action: 'push',
        headers: { 'content-type': contentType },
        body,
        accept: [200, 400],
        maxBytes: maxErrorBytes,
        what: `publish to ${about}`,
      });
      if (status !== 200) throw refusedUpdate(answer, about);
    },
    close: () => service.close(),
  };
}
