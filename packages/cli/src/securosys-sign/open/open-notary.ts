import { join } from 'node:path';
import { invalidArgument, type PendingStore } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { type DctRootPin, type DctTrust, dctTrust, type NotaryServer, openNotaryServer } from '@securosys/dct';
import { createOci, type Oci, type OciOptions, parseReference } from '@securosys/oci';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { configuredLogin } from './login.js';
import { stateFolderOf } from './open-backend.js';
import { ociOptions } from './open-oci.js';

/** Options of commands about Docker Content Trust. */
export const notaryOptions: readonly CommandOption[] = [
  { name: 'server', value: 'address', setting: 'notaryServer', describe: 'Notary server; there is no default' },
  { name: 'root', value: 'path', setting: 'notaryRoot', describe: 'root certificate that is the right one, PEM or DER' },
  { name: 'root-ca', value: 'path', setting: 'notaryRootCa', describe: 'or the CA that issues root certificates, PEM' },
  { name: 'root-key-id', value: 'hex', many: true, describe: 'or the id of the root key in the metadata' },
  {
    name: 'first-use',
    describe: 'or believe whatever root comes first, and remember it: no protection where nothing is remembered',
  },
  {
    name: 'notary-login-file',
    value: 'path',
    setting: 'notaryLoginFile',
    describe: 'file with user:password for the server [else env: NOTARY_AUTH, in base64]',
  },
  {
    name: 'registry-login-file',
    value: 'path',
    setting: 'registryLoginFile',
    describe: 'the same for the registry [else env: REGISTRY_AUTH, in base64; else docker login]',
  },
];

/** A Notary server as the settings describe it, and what is remembered of its repositories. */
export interface OpenNotary {
  /** Registry and repository: what trust data is kept under. */
  readonly gun: string;
  readonly server: NotaryServer;
  readonly trust: DctTrust;
  /** Versions that were seen, and updates that wait for people. */
  readonly store: PendingStore;
  close(): Promise<void>;
}

const noServer =
  'which Notary server? give --server, or notaryServer in the configuration. There is no default: Docker shuts notary.docker.io down on 2026-12-08, and content trust of Docker Hub with it';

/** The address of the server. @throws SignError `ERR_INVALID_ARGUMENT`: nobody is sent to a server that is about to end */
async function serverUrl(context: CommandContext): Promise<string> {
  const settings = await context.settings();
  const url = settings.text('notaryServer') ?? invalidArgument(noServer);
  if (!URL.canParse(url)) invalidArgument('the address of the Notary server is no URL');
  if (new URL(url).host === 'notary.docker.io')
    context.output.warn(
      'Docker shuts notary.docker.io down on 2026-12-08: sign the same images for Notary or cosign with dct migrate',
    );
  return url;
}

/** Which root is the right one. @throws SignError `ERR_INVALID_ARGUMENT` unless exactly one answer is given */
async function rootPin(context: CommandContext): Promise<DctRootPin> {
  const settings = await context.settings();
  const { words } = context;
  const [keyIds, firstUse] = [words.list('root-key-id'), words.flag('first-use')];
  // What was typed goes before what the configuration pins.
  const typed = keyIds.length > 0 || firstUse || settings.source('notaryRoot')?.from === 'typed';
  const root = keyIds.length > 0 || firstUse ? undefined : settings.path('notaryRoot');
  const ca = typed && settings.source('notaryRootCa')?.from !== 'typed' ? undefined : settings.path('notaryRootCa');
  if ([root !== undefined, ca !== undefined, keyIds.length > 0, firstUse].filter(Boolean).length !== 1)
    invalidArgument('which root is the right one? give one of --root, --root-ca, --root-key-id and --first-use');
  if (firstUse) return 'first-use';
  if (keyIds.length > 0) return { keyIds };
  if (root !== undefined) return { certificate: await readNamedFile(root, 'the root certificate', 'any') };
  return { ca: await readNamedFile(ca as string, 'the CA of root certificates', 'any') };
}

/** Logins of the settings go to the hosts that they are for, and nowhere else; other hosts get those of `docker login`. */
async function optionsFor(context: CommandContext, host: string, login: Awaited<ReturnType<typeof configuredLogin>>) {
  const options: OciOptions = await ociOptions(context);
  if (!login) return options;
  return { ...options, credentials: (asked: string) => (asked === host ? login : options.credentials?.(asked)) };
}

/** The registry of a repository, with `REGISTRY_AUTH`. Close it when the command ends. @throws SignError as {@link configuredLogin} */
export async function openTrustedRegistry(context: CommandContext, gun: string): Promise<Oci> {
  const login = await configuredLogin(context, 'registryLoginFile', 'REGISTRY_AUTH');
  return createOci(await optionsFor(context, gun.slice(0, gun.indexOf('/')), login));
}

/** Registry and repository of what was typed. @throws SignError `ERR_INVALID_ARGUMENT` for a layout */
export function gunOf(typed: string): string {
  const reference = parseReference(typed);
  if (reference.kind === 'layout')
    return invalidArgument('Docker Content Trust is about repositories of registries, not layouts');
  return `${reference.registry}/${reference.repository}`;
}

/** What is remembered of repositories: versions that were seen, and updates that wait. */
export async function openNotaryStore(context: CommandContext): Promise<PendingStore> {
  const settings = await context.settings();
  return createFolderStore(join(stateFolderOf(settings, context), 'dct'), { clock: context.clock, blocking: true });
}

/** How a root is meant that is not there yet. */
export interface NotaryNeeds {
  /** The pin, where it is not that of the settings. */
  readonly pin?: DctRootPin;
}

/**
 * The Notary server that the settings name, for one repository. Close it when the command ends.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ORIGIN_REFUSED`, those of reading files
 */
export async function openNotary(context: CommandContext, gun: string, { pin }: NotaryNeeds = {}): Promise<OpenNotary> {
  const url = await serverUrl(context);
  const root = pin ?? (await rootPin(context));
  const login = await configuredLogin(context, 'notaryLoginFile', 'NOTARY_AUTH');
  const access = await optionsFor(context, new URL(url).host, login);
  const store = await openNotaryStore(context);
  const server = openNotaryServer({ ...access, url, gun });
  const trust = dctTrust({ root, server: () => server, cache: store, signers: context.words.list('signer') });
  return { gun, server, trust, store, close: () => server.close() };
}
