import { dirname, join } from 'node:path';
import { invalidArgument, type KeyBackend, sha256Hex } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { type Approver, approverFormats, createApprover } from '@securosys/sign/approver';
import type { TsbBackend } from '@securosys/tsb-client';
import { backendSettingsOf } from '../../backends/backend-settings.js';
import { backendFactory, usualBackends } from '../../backends/backends.js';
import { tsbNames } from '../../backends/tsb-settings.js';
import { readNamedFile } from '../../files/read-file.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { applicationKeyOf, stateFolderOf } from '../open/open-backend.js';
import { publicKeyOf } from '../open/public-keys.js';
import { pairsOf } from '../pairs.js';
import { programName } from '../program-name.js';
import type { Settings } from '../settings/settings.js';
import { approverKeyOf } from './approver-key.js';

/** Options of commands of approvers. */
export const approverOptions: readonly CommandOption[] = [
  { name: 'tsb-url', value: 'address', setting: 'restApi', describe: 'Transaction Security Broker [env: TSB_URL]' },
  {
    name: 'approver-key-file',
    value: 'path',
    setting: 'approverKeyFile',
    describe: 'your private key, PEM [else env: SECUROSYS_SIGN_APPROVER_KEY]; its password is asked for',
  },
  {
    name: 'approver-certificate',
    value: 'path',
    setting: 'approverCertificate',
    describe: 'your certificate, PEM, where the rules of keys name you by it',
  },
  {
    name: 'hsm-timestamp-key',
    value: 'path',
    many: true,
    setting: 'hsmTimestampKeys',
    describe: 'public key of the HSM’s timestamps, PEM, from whoever runs the HSM',
  },
  {
    name: 'hsm-attestation-key',
    value: 'path',
    many: true,
    setting: 'hsmAttestationKeys',
    describe: 'public key that the HSM attests its keys by, PEM',
  },
  {
    name: 'known-requester',
    value: 'name=path',
    many: true,
    describe: 'application that you know, by the public key that signs its requests, PEM',
  },
];

/** One person's side, ready. */
export interface OpenApprover {
  readonly approver: Approver;
  close(): Promise<void>;
}

/** A person needs no token: a TSB knows who asks by the approver key. */
async function backendOf(context: CommandContext, settings: Settings): Promise<TsbBackend> {
  const { io, env } = context;
  const names = ['backend', ...tsbNames.filter((name) => name !== 'applicationKeyPair')];
  const described = settings.pick(names);
  const login = ['authType', 'token', 'tokenFile'].some((name) => described[name] !== undefined);
  const backend = backendSettingsOf(login ? described : { ...described, authType: 'NONE' }, env, []);
  const stateFolder = stateFolderOf(settings, context);
  const open = { env, app: programName, stateFolder, programFolder: dirname(io.programFile) };
  const opened: KeyBackend = await backendFactory(backend, io.backends ?? usualBackends)(backend, open);
  if ('client' in opened) return opened as TsbBackend;
  await opened.close();
  return invalidArgument('people decide at a Transaction Security Broker: this backend is none');
}

/** Nobody asks and approves with one key (S43). @throws SignError `ERR_INVALID_ARGUMENT` */
async function refuseOwnRequests(context: CommandContext, spki: Uint8Array): Promise<void> {
  const own = await applicationKeyOf(context);
  if (own && sha256Hex(own.spki) === sha256Hex(spki))
    invalidArgument('the approver key is the application key too: nobody asks and approves with one key');
}

async function requestersOf(context: CommandContext, settings: Settings) {
  const configured = Object.entries(settings.object('requesters') ?? {}).map(([name, path]) =>
    typeof path === 'string' ? ([name, path] as const) : invalidArgument('the configuration: requesters are paths by names'),
  );
  const typed = Object.entries(pairsOf('known-requester', context.words.list('known-requester')));
  const paths = [...configured, ...typed.map(([name, path]) => [name, context.path(path)] as const)];
  const what = 'the key of a requester';
  return Promise.all(
    paths.map(async ([name, path]) => ({ name, spki: publicKeyOf(await readNamedFile(path, what, 'own'), what) })),
  );
}

const keysOf = (paths: readonly string[], what: string): Promise<Uint8Array[]> =>
  Promise.all(paths.map(async (path) => publicKeyOf(await readNamedFile(path, what, 'own'), what)));

/**
 * The approver of the settings. Close it when the command ends.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, those of reading files
 */
export async function openApprover(context: CommandContext): Promise<OpenApprover> {
  const settings = await context.settings();
  const { clock } = context;
  const key = await approverKeyOf(context);
  await refuseOwnRequests(context, key.spki);
  const requesters = await requestersOf(context, settings);
  const timestampKeys = await keysOf(settings.paths('hsmTimestampKeys'), 'the timestamp key of the HSM');
  const attestationKeys = await keysOf(settings.paths('hsmAttestationKeys'), 'the attestation key of the HSM');
  const folder = join(stateFolderOf(settings, context), 'approver', sha256Hex(key.spki));
  const backend = await backendOf(context, settings);
  const approver = createApprover({
    client: backend.client,
    clock,
    key,
    formats: approverFormats,
    store: createFolderStore(folder, { clock }),
    ...(timestampKeys.length > 0 && { timestampKeys }),
    ...(attestationKeys.length > 0 && { attestationKeys }),
    ...(requesters.length > 0 && { requesters }),
    ...(settings.flag('requireKnownRequester') && { requireKnownRequester: true }),
  });
  return {
    approver,
    close: async () => {
      await approver.close();
      await backend.close();
    },
  };
}
