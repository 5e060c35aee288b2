import {
  invalidArgument,
  isJsonObject,
  type JsonObject,
  knownOptions,
  nodeFiles,
  parseJsonObject,
  SignError,
} from '@securosys/core';
import { errno } from '../layout/files.js';
import type { CredentialSource } from '../options.js';
import { type LoginConfig, loginConfig, type StoredLogin, storedLogin } from './config-file.js';
import { askHelper, type HelperHost, type RunHelper } from './helper.js';

/** A configuration by its file, or as what the file holds. */
export type DockerConfigSource = { readonly path: string } | { readonly config: JsonObject };

/** How credential helpers are found and run. */
export interface DockerConfigOptions {
  /**
   * Configurations asked in this order, the first with a login wins; default: `config.json` in `DOCKER_CONFIG` or `~/.docker`. Notation's
   * order is its own `config.json` (in `NOTATION_CONFIG`), then Docker's. A file that is not there holds nothing.
   */
  readonly sources?: readonly DockerConfigSource[];
  /** Where `PATH`, `DOCKER_CONFIG` and `HOME` are read, and what helpers may see of it; default `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Deadline of one credential helper in milliseconds; default 30,000. */
  readonly timeoutMs?: number;
  /** Starts helpers; default: as child processes without a shell. */
  readonly run?: RunHelper;
}

const maxBytes = 1024 * 1024;
/** Under this key Docker stores the login of Docker Hub. */
const hubKey = 'https://index.docker.io/v1/';

/** Keys that a login of exactly this host may be stored under; a prefix or a parent domain never counts (CVE-2025-27403). */
function keysOf(host: string): readonly string[] {
  if (host === 'docker.io') return [hubKey, 'docker.io', 'index.docker.io', 'https://index.docker.io/v1', 'registry-1.docker.io'];
  return [host, `https://${host}`, `https://${host}/`, `https://${host}/v1/`, `https://${host}/v2/`, `http://${host}`];
}

async function readConfig(path: string): Promise<LoginConfig | undefined> {
  let file: Awaited<ReturnType<ReturnType<typeof nodeFiles>['open']>>;
  try {
    const { O_RDONLY, O_NONBLOCK = 0 } = nodeFiles().constants;
    // Opening a pipe would wait for a writer.
    file = await nodeFiles().open(path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (errno(error) === 'ENOENT' || errno(error) === 'ENOTDIR') return undefined;
    throw new SignError('ERR_STORE', `registry configuration: the file cannot be opened (${errno(error) ?? 'unknown'})`);
  }
  try {
    const stat = await file.stat();
    // What has no size of its own (a pipe, a device) might never end.
    if (!stat.isFile()) throw new SignError('ERR_STORE', 'registry configuration: not a regular file');
    if (stat.size > maxBytes) throw new SignError('ERR_LIMIT', `registry configuration: the file is over ${maxBytes} bytes`);
    return configOf(Uint8Array.from(await file.readFile()));
  } finally {
    await file.close();
  }
}

function configOf(bytes: Uint8Array): LoginConfig {
  let json: JsonObject;
  try {
    json = parseJsonObject(bytes, { what: 'registry configuration', maxBytes });
  } catch {
    // The parser's error may quote what it could not read, and that may be a login.
    throw new SignError('ERR_MALFORMED', 'registry configuration: not a JSON object');
  }
  return loginConfig(json);
}

async function defaultPath(environment: HelperHost['environment']): Promise<string> {
  const [{ join }, { homedir }] = await Promise.all([import('node:path'), import('node:os')]);
  return join(environment.DOCKER_CONFIG || join(environment.HOME || homedir(), '.docker'), 'config.json');
}

/** A login of this host in one configuration: its own helper, else the common store, else `auths`. */
async function loginIn(config: LoginConfig, host: string, helpers: HelperHost): Promise<StoredLogin | undefined> {
  const keys = keysOf(host);
  for (const key of keys) {
    const helper = config.credHelpers.get(key);
    // A helper of its own is the only word about a registry.
    if (helper !== undefined) return askHelper(helper, host === 'docker.io' ? hubKey : host, helpers);
  }
  if (config.credsStore !== undefined) {
    const found = await askHelper(config.credsStore, host === 'docker.io' ? hubKey : host, helpers);
    if (found) return found;
  }
  for (const key of keys) {
    const entry = config.auths.get(key);
    const found = entry && storedLogin(entry);
    if (found) return found;
  }
  return undefined;
}

/**
 * Logins from Docker's configuration, or from notation's, which has the same members: `auths` (name and password, identity token),
 * `credsStore` and `credHelpers`. Configurations are read again each time a registry demands a login.
 *
 * A helper is a program `docker-credential-<name>` of an absolute folder of `PATH`, started without a shell, with a small part of
 * the environment, and with limits on time and output (threat model S27). A login is taken for exactly the host that is asked for.
 *
 * @example
 * ```ts
 * import { createOci } from '@securosys/oci';
 * import { credentialsFromDockerConfig } from '@securosys/oci/credentials';
 * const oci = createOci({ credentials: credentialsFromDockerConfig() });
 * console.log((await oci.open('registry.example/app:1.4').resolve()).reference);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT` for bad options. The source itself: `ERR_MALFORMED`, `ERR_STORE`, `ERR_LIMIT` for a
 * configuration; `ERR_NOT_FOUND`, `ERR_TIMEOUT`, `ERR_LIMIT`, `ERR_AUTHENTICATION`, `ERR_PROTOCOL` for a helper
 */
export function credentialsFromDockerConfig(options: DockerConfigOptions = {}): CredentialSource {
  if (typeof options !== 'object' || options === null) invalidArgument('credentialsFromDockerConfig: options are an object');
  knownOptions('credentialsFromDockerConfig', options, ['sources', 'environment', 'timeoutMs', 'run']);
  const { sources, environment = process.env, timeoutMs = 30_000, run } = options;
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) invalidArgument('timeoutMs is a number of milliseconds over 0');
  if (sources !== undefined && !Array.isArray(sources)) invalidArgument('sources is a list of { path } or { config }');
  const given = sources?.map((source) => {
    if (typeof source !== 'object' || source === null) return invalidArgument('a source is { path } or { config }');
    knownOptions('a source of credentialsFromDockerConfig', source, ['path', 'config']);
    if ('path' in source === 'config' in source) return invalidArgument('a source is either { path } or { config }');
    if ('config' in source) {
      const { config: json } = source;
      const config = isJsonObject(json) ? loginConfig(json) : invalidArgument('config is what a configuration file holds');
      return async () => config;
    }
    const { path } = source;
    return typeof path === 'string' ? () => readConfig(path) : invalidArgument('a source is { path } or { config }');
  });
  return async (host) => {
    const helpers: HelperHost = { environment, timeoutMs, run: run ?? (await import('./run-helper.js')).runHelper };
    for (const read of given ?? [async () => readConfig(await defaultPath(environment))]) {
      const config = await read();
      const login = config && (await loginIn(config, host, helpers));
      if (login) return login;
    }
    return undefined;
  };
}
