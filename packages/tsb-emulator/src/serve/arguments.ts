import { parseArgs } from 'node:util';
import { invalidArgument } from '@securosys/core';

const options = {
  port: { type: 'string' },
  host: { type: 'string' },
  'allow-host': { type: 'string', multiple: true },
  tls: { type: 'boolean' },
  mtls: { type: 'boolean' },
  certificate: { type: 'string' },
  'private-key': { type: 'string' },
  'client-ca': { type: 'string' },
  'tls-files': { type: 'string' },
  'anchor-files': { type: 'string' },
  token: { type: 'string' },
  'no-token': { type: 'boolean' },
  partition: { type: 'string', multiple: true },
  'api-keys': { type: 'boolean' },
  'request-signer': { type: 'string', multiple: true },
  'client-flag': { type: 'string', multiple: true },
  data: { type: 'string' },
  'timer-interval': { type: 'string' },
  'print-config': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'i-know-this-is-an-emulator-and-allow-other-machines': { type: 'boolean' },
  'i-know-this-is-an-emulator-and-allow-node-env-production': { type: 'boolean' },
} as const;

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
}

/** The command line, by the names of `--help`. */
export type Arguments = ReturnType<typeof parse>;

/** @throws SignError `ERR_INVALID_ARGUMENT` for what `--help` does not list */
export function readArguments(args: readonly string[]): Arguments {
  try {
    return parse(args);
  } catch (cause) {
    // Messages of the parser quote the arguments, and one of them may be a token: only the name of an option is taken from them.
    const { code, message } = cause as NodeJS.ErrnoException;
    const name = /^(?:Unknown option|Option) '(?:-[a-z], )?(--?[a-z][a-z-]{0,60})/.exec(message)?.[1] ?? '';
    const what =
      code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? `unknown option ${name}`
        : code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL'
          ? 'there is an argument that belongs to no option'
          : `the option ${name} has a wrong form`;
    return invalidArgument(`${what}; --help lists the options`);
  }
}

/** A whole number of an option, or `undefined`. @throws SignError `ERR_INVALID_ARGUMENT` */
export function wholeNumber(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  return value <= most ? value : invalidArgument(`--${name} has to be a whole number up to ${most}`);
}
