import { invalidArgument, isJsonObject, type JsonObject, type JsonValue, knownOptions } from '@securosys/core';
import { createOci, type Oci, type OciOptions } from '@securosys/oci';
import { credentialsFromDockerConfig } from '@securosys/oci/credentials';
import { absolutePath, readNamedFile } from '../../files/read-file.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Progress } from '../output/progress.js';
import { uploadProgress } from '../output/upload-progress.js';

/** Options of commands that reach registries. */
export const registryOptions: readonly CommandOption[] = [
  { name: 'plain-http', value: 'host', many: true, describe: 'registry that is spoken to over http' },
  { name: 'allow-host', value: 'host', many: true, describe: 'registry with a private address or name' },
  { name: 'timeout', value: 'duration', setting: 'timeout', describe: 'deadline of each call' },
];

const names = ['dockerConfig', 'plainHttp', 'allowHosts', 'allowPrivate', 'caFile', 'proxy'];
const what = 'the configuration: registry';

function texts(value: JsonValue | undefined, name: string): readonly string[] {
  if (value === undefined) return [];
  const right = Array.isArray(value) && value.every((one): one is string => typeof one === 'string');
  return right ? value : invalidArgument(`${what}.${name} is not a list of texts`);
}

const pathIn = (json: JsonObject, name: string): string | undefined => {
  const { [name]: value } = json;
  if (value === undefined) return undefined;
  return typeof value === 'string' ? absolutePath(value, `${what}.${name}`) : invalidArgument(`${what}.${name} is not a path`);
};

/** How registries are reached: `registry` of the configuration, and what was typed beside it. Logins are those of `docker login`. */
export async function ociOptions(context: CommandContext): Promise<OciOptions> {
  const settings = await context.settings();
  const json = settings.object('registry') ?? {};
  if (!isJsonObject(json)) return invalidArgument(`${what} is not an object`);
  knownOptions(what, json, names);
  const { allowPrivate = false, proxy } = json;
  if (typeof allowPrivate !== 'boolean') return invalidArgument(`${what}.allowPrivate is neither true nor false`);
  if (proxy !== undefined && proxy !== 'environment') return invalidArgument(`${what}.proxy is 'environment', or absent`);
  const [dockerConfig, caFile] = [pathIn(json, 'dockerConfig'), pathIn(json, 'caFile')];
  const timeoutMs = settings.durationMs('timeout');
  const { env, io, clock } = context;
  return {
    credentials: credentialsFromDockerConfig({
      environment: env,
      ...(dockerConfig !== undefined && { sources: [{ path: dockerConfig }] }),
    }),
    plainHttp: [...texts(json.plainHttp, 'plainHttp'), ...context.words.list('plain-http')],
    allowHosts: [...texts(json.allowHosts, 'allowHosts'), ...context.words.list('allow-host')],
    allowPrivate,
    ...(caFile !== undefined && { ca: await readNamedFile(caFile, `${what}.caFile`, 'own') }),
    ...(proxy && { proxy }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(io.fetch && { fetch: io.fetch }),
    clock,
  };
}

/**
 * Registries and layouts. Close it when the command ends.
 * @param progress shows uploads
 * @throws SignError `ERR_INVALID_ARGUMENT`, those of reading files
 */
export async function openOci(context: CommandContext, progress?: Progress): Promise<Oci> {
  return createOci({ ...(await ociOptions(context)), ...(progress && { onUpload: uploadProgress(progress) }) });
}
