import { createPublicKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64urlText, invalidArgument, sanitizeText, spkiOf } from '@securosys/core';
import { type ApiKeyRole, apiKeyRoles } from '@securosys/tsb-client/api';
import type { ClientFlag } from '../licence.js';
import { startTsbEmulator, type TsbEmulator, type TsbEmulatorOptions } from '../server.js';
import type { TlsOptions } from '../tls/tls-options.js';
import { writeAnchorFiles } from './anchor-files.js';
import { type Arguments, readArguments, wholeNumber } from './arguments.js';
import { checkArguments, inFlags } from './check-arguments.js';
import { configurationOf, printed } from './configuration.js';
import { helpText } from './help.js';
import { writeTlsFiles } from './tls-files.js';

/** The process that the program runs in. */
export interface ServeProcess {
  /** Without the runtime and the script. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  stdout(text: string): void;
  stderr(text: string): void;
  version(): string;
}

function readPem(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    return invalidArgument(`the file cannot be read: ${sanitizeText(path)}`, cause);
  }
}

function publicKeyOf(path: string): Uint8Array {
  const pem = readPem(path);
  try {
    return spkiOf(createPublicKey(pem));
  } catch (cause) {
    return invalidArgument(`the file holds no public key in PEM: ${sanitizeText(path)}`, cause);
  }
}

function tlsOf(values: Arguments): TlsOptions | undefined {
  const { certificate, 'private-key': privateKey, 'client-ca': clientCa, mtls } = values;
  if (!values.tls && !mtls && certificate === undefined && privateKey === undefined && clientCa === undefined) return undefined;
  return {
    ...(certificate !== undefined && { certificate: readPem(certificate) }),
    ...(privateKey !== undefined && { privateKey: readPem(privateKey) }),
    ...(clientCa !== undefined && { clientCa: readPem(clientCa) }),
    clientAuth: mtls || clientCa !== undefined ? 'need' : 'none',
  };
}

function tokenOf(values: Arguments, environment: ServeProcess['environment']): Pick<TsbEmulatorOptions, 'token'> {
  if (values['no-token']) return { token: false };
  // A variable that happens to be set does not speak against partitions.
  const token = values.token ?? (values.partition ? undefined : environment.TSB_EMULATOR_TOKEN);
  return token === undefined || token === '' ? {} : { token };
}

function optionsOf(values: Arguments, { environment, stderr }: ServeProcess): TsbEmulatorOptions {
  const tls = tlsOf(values);
  const interval = wholeNumber('timer-interval', values['timer-interval'], 86_400_000);
  return {
    port: wholeNumber('port', values.port, 65_535) ?? 8080,
    banner: stderr,
    ...(values.host !== undefined && { host: values.host }),
    ...(values['allow-host'] && { allowHosts: values['allow-host'] }),
    ...(tls && { tls }),
    ...tokenOf(values, environment),
    ...(values.partition && { partitions: values.partition.map((name) => ({ name })) }),
    ...(values['request-signer'] && { allowedRequestSigners: values['request-signer'].map(publicKeyOf) }),
    ...(values['client-flag'] && { clientFlags: values['client-flag'] as ClientFlag[] }),
    ...(values.data !== undefined && { dataFolder: values.data }),
    ...(interval !== undefined && { timerIntervalMs: interval }),
    iKnowThisIsAnEmulatorAndAllowOtherMachines: values['i-know-this-is-an-emulator-and-allow-other-machines'] ?? false,
    iKnowThisIsAnEmulatorAndAllowNodeEnvProduction: values['i-know-this-is-an-emulator-and-allow-node-env-production'] ?? false,
  };
}

function printConfiguration(emulator: TsbEmulator, values: Arguments, apiKeys: Record<ApiKeyRole, string> | undefined): string {
  const folder = values['tls-files'];
  const tls = folder === undefined ? emulator.tls : writeTlsFiles(emulator.tls, folder);
  const form = values['print-config'] ?? 'ts';
  const configurations = emulator.tsb.partitions.map(
    ({ name, token }) => [name, configurationOf({ url: emulator.url, tls }, token, apiKeys)] as const,
  );
  const text = configurations.map(([, configuration]) => printed(configuration, form, folder !== undefined));
  if (text.length === 1 || form === 'none') return text[0] ?? '';
  if (form === 'json') return `${JSON.stringify(Object.fromEntries(configurations), undefined, 2)}\n`;
  const comment = form === 'env' ? '#' : '//';
  return configurations.map(([name], i) => `${comment} partition ${sanitizeText(name)}\n${text[i]}`).join('\n');
}

/**
 * Runs the command line.
 * @returns the emulator, or `undefined` when there was only something to say
 * @throws SignError as `startTsbEmulator`, `ERR_INVALID_ARGUMENT` for a wrong command line, `ERR_STORE` for `--tls-files` and
 * `--anchor-files` that cannot be written safely
 */
export async function run(process: ServeProcess): Promise<TsbEmulator | undefined> {
  const values = readArguments(process.args);
  if (values.help || values.version) {
    process.stdout(values.help ? helpText : `${process.version()}\n`);
    return undefined;
  }
  checkArguments(values);
  const random = (): string => base64urlText(randomBytes(24));
  const apiKeys = values['api-keys']
    ? (Object.fromEntries(apiKeyRoles.map((role) => [role, random()])) as Record<ApiKeyRole, string>)
    : undefined;
  const options = { ...optionsOf(values, process), ...(apiKeys && { apiKeys }) };
  const emulator = await startTsbEmulator(options).catch((error: unknown) => {
    throw inFlags(error);
  });
  try {
    if (values['anchor-files'] !== undefined) await writeAnchorFiles(emulator.tsb, values['anchor-files']);
    process.stdout(printConfiguration(emulator, values, apiKeys));
    return emulator;
  } catch (error) {
    await emulator.close();
    throw error;
  }
}
