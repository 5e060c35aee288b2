import { dirname } from 'node:path';
import { invalidArgument, type KeyBackend } from '@securosys/core';
import type { ApplicationKey } from '@securosys/tsb-client';
import { backendSettingsOf } from '../../backends/backend-settings.js';
import { backendFactory, usualBackends } from '../../backends/backends.js';
import { pkcs11Names } from '../../backends/pkcs11-settings.js';
import { tsbNames } from '../../backends/tsb-settings.js';
import { passwordOf } from '../../config/key-password.js';
import { userFolder } from '../../config/user-folder.js';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { programName } from '../program-name.js';
import type { Settings } from '../settings/settings.js';
import { nameApproversOf } from './approver-names.js';
import type { NamedKey } from './key-settings.js';

/** Options of commands that reach a backend. */
export const backendOptions: readonly CommandOption[] = [
  { name: 'backend', value: 'name', setting: 'backend', describe: 'where keys are: tsb or pkcs11' },
  { name: 'tsb-url', value: 'address', setting: 'restApi', describe: 'Transaction Security Broker [env: TSB_URL]' },
  { name: 'token-file', value: 'path', setting: 'tokenFile', describe: 'file with its token [else env: TSB_TOKEN]' },
  { name: 'state-folder', value: 'path', setting: 'stateFolder', describe: 'where requests that wait are remembered' },
  { name: 'allow-emulated', setting: 'allowEmulated', describe: 'for development: keys of an emulator may be used' },
];

/** Where requests that wait are remembered. @throws SignError `ERR_INVALID_ARGUMENT` */
export function stateFolderOf(settings: Settings, { env }: Pick<CommandContext, 'env'>): string {
  return (
    settings.path('stateFolder') ??
    userFolder(env, 'sign') ??
    invalidArgument('there is no home folder to remember requests in: give --state-folder')
  );
}

/** Members of the configuration that describe this backend. */
function backendMembers(settings: Settings): readonly string[] {
  const backend = settings.text('backend') ?? 'tsb';
  return ['backend', ...(backend === 'pkcs11' ? pkcs11Names : tsbNames)];
}

/** The key that this application signs its requests with, where the settings have one. @throws SignError as `openBackend` */
export async function applicationKeyOf(context: CommandContext): Promise<ApplicationKey | undefined> {
  const settings = await context.settings();
  if (settings.object('applicationKeyPair') === undefined) return undefined;
  const { applicationKey } = await backendSettingsOf(settings.pick(backendMembers(settings)), context.env, []).tsb();
  return applicationKey;
}

/**
 * Opens the backend that the settings describe. Close it when the command ends.
 * @param keys whose passwords may be asked for
 * @throws SignError `ERR_INVALID_ARGUMENT`, and those of the backend
 */
export async function openBackend(context: CommandContext, keys: readonly NamedKey[] = []): Promise<KeyBackend> {
  const settings = await context.settings();
  const { io, env } = context;
  const described = settings.pick(backendMembers(settings));
  // What the environment or the command line say is in the settings already, and goes before the file.
  const backend = backendSettingsOf(described, await withToken(context, settings), []);
  const passwords = new Map(
    keys.flatMap(({ ref, passwords: sources }) => {
      const password = passwordOf(sources, env);
      return password && ref.label !== undefined ? [[ref.label, password] as const] : [];
    }),
  );
  const opened = await backendFactory(backend, io.backends ?? usualBackends)(backend, {
    env,
    app: programName,
    stateFolder: stateFolderOf(settings, context),
    programFolder: dirname(io.programFile),
    ...(passwords.size > 0 && { keyPassword: async (label: string) => passwords.get(label)?.() }),
  });
  nameApproversOf(opened, context);
  return opened;
}

/** Without any token in the settings, whoever sits at the terminal is asked for it. */
async function withToken(context: CommandContext, settings: Settings): Promise<CommandContext['env']> {
  const tsb = (settings.text('backend') ?? 'tsb') === 'tsb';
  const needed = tsb && (settings.text('authType') ?? 'TOKEN') === 'TOKEN' && settings.text('restApi') !== undefined;
  const given = settings.source('token') ?? settings.source('tokenFile');
  if (!needed || given) return context.env;
  const terminal = await context.io.terminal?.();
  return terminal ? { ...context.env, TSB_TOKEN: await terminal.askSecret('token of the TSB') } : context.env;
}
