import { invalidArgument, SignError } from '@securosys/core';
import { clientFlagNames } from '../licence.js';
import type { Arguments } from './arguments.js';

const forms = ['ts', 'json', 'env', 'none'];
const known: readonly string[] = clientFlagNames;

/** Whether the emulator makes TLS material, which is PEM and no value of a variable. */
function makesMaterial({ tls, mtls, certificate, 'client-ca': clientCa }: Arguments): boolean {
  if (mtls && clientCa === undefined) return true;
  return certificate === undefined && (tls === true || mtls === true || clientCa !== undefined);
}

/**
 * What the options mean together, before anything is made or listens.
 * @throws SignError `ERR_INVALID_ARGUMENT` in the words of the command line
 */
export function checkArguments(values: Arguments): void {
  const { 'print-config': form = 'ts', partition = [], 'client-flag': flags = [] } = values;
  if (!forms.includes(form)) invalidArgument('--print-config has to be ts, json, env or none');
  if (form === 'env' && values['tls-files'] === undefined && makesMaterial(values))
    invalidArgument('--print-config env names files: add --tls-files');
  if (values['anchor-files'] !== undefined && partition.length > 1)
    invalidArgument('--anchor-files is for one partition: each has keys of its own');
  if (partition.length > 0 && (values.token !== undefined || values['no-token']))
    invalidArgument('--partition has a token of its own: leave out --token and --no-token');
  if (values.token !== undefined && values['no-token']) invalidArgument('--token and --no-token contradict each other');
  if ((values.certificate === undefined) !== (values['private-key'] === undefined))
    invalidArgument('--certificate and --private-key belong together');
  if (flags.some((flag) => !known.includes(flag)))
    invalidArgument(`--client-flag: unknown flag; known are ${clientFlagNames.join(', ')}`);
}

/** Options of `startTsbEmulator` whose refusals a command line can meet. */
const flagOf: Readonly<Record<string, string>> = {
  iKnowThisIsAnEmulatorAndAllowOtherMachines: '--i-know-this-is-an-emulator-and-allow-other-machines',
  iKnowThisIsAnEmulatorAndAllowNodeEnvProduction: '--i-know-this-is-an-emulator-and-allow-node-env-production',
  allowHosts: '--allow-host',
};

/** The same refusal, with the option of the command line in place of the one of the library. */
export function inFlags(error: unknown): unknown {
  if (!SignError.is(error)) return error;
  const message = error.message.replace(/\b[a-z][A-Za-z]+\b/g, (name) =>
    Object.hasOwn(flagOf, name) ? (flagOf[name] ?? name) : name,
  );
  return message === error.message ? error : new SignError(error.code, message, { cause: error });
}
