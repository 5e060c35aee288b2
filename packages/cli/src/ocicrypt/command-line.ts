import { parseArgs } from 'node:util';
import { invalidArgument, type JsonObject } from '@securosys/core';

/** Flags of the closed plugin (`ocicrypt.md` §13). */
const vendorOptions = {
  'cipher-algorithm': { type: 'string' },
  'tsb-api-endpoint': { type: 'string' },
  auth: { type: 'string' },
  token: { type: 'string' },
  certpath: { type: 'string' },
  keypath: { type: 'string' },
  keyOperationToken: { type: 'string' },
  publicKey: { type: 'string' },
  privateKey: { type: 'string' },
  'key-label': { type: 'string' },
} as const;

const ownOptions = {
  config: { type: 'string' },
  name: { type: 'string' },
  'timeout-ms': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** Where a service is: only for `serve`. */
const serviceOptions = {
  socket: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'client-ca': { type: 'string' },
  'plaintext-on-loopback': { type: 'boolean' },
  'share-ms': { type: 'string' },
} as const;

const options = { ...vendorOptions, ...ownOptions, ...serviceOptions };
type OptionName = keyof typeof options;

/** The words of a command line, by their names. */
export interface CommandLine {
  readonly serve: boolean;
  readonly help: boolean;
  /** `--config`, `--name`, and what only `serve` takes. */
  readonly own: Readonly<Partial<Record<keyof typeof ownOptions | keyof typeof serviceOptions, string | boolean>>>;
  /** Flags in the style of the closed plugin; absent when there is none. */
  readonly vendor?: JsonObject;
}

/**
 * Flags as the closed plugin has them: one dash, and the value in the same element behind a space, or behind `=`, or in the next one.
 * Elements that are values stay what they are.
 */
function spelled(args: readonly string[]): string[] {
  return args.map((arg) => {
    const [, name, rest] = /^--?([A-Za-z][A-Za-z-]*)(?:[\s=]+(\S[\s\S]*?)\s*)?$/.exec(arg) ?? [];
    if (name === undefined || !Object.hasOwn(options, name)) return arg;
    return rest === undefined ? `--${name}` : `--${name}=${rest}`;
  });
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: spelled(args), options, strict: true, allowPositionals: true });
  } catch {
    // The parser's message quotes what it stopped at, which may be a token.
    const at = spelled(args).findIndex((arg) => arg.startsWith('-') && !Object.hasOwn(options, arg.replace(/^--?|=.*$/gs, '')));
    const what = at < 0 ? 'an option has no value, or one that it does not take' : `argument ${at + 1} is no option`;
    return invalidArgument(`${what}; see --help`);
  }
}

/**
 * Reads the command line of `ocicrypt-securosys`.
 * @throws SignError `ERR_INVALID_ARGUMENT`, without quoting values
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parsed(args);
  const serve = positionals.length === 1 && positionals[0] === 'serve';
  if (positionals.length > 0 && !serve) invalidArgument("there is no other command than 'serve'; see --help");
  const given = Object.entries(values) as [OptionName, string | boolean][];
  const misplaced = serve ? undefined : given.find(([name]) => Object.hasOwn(serviceOptions, name));
  if (misplaced) invalidArgument(`--${misplaced[0]} is for serve`);
  const vendor = given.filter(([name]) => Object.hasOwn(vendorOptions, name));
  const { help = false, ...own } = Object.fromEntries(given.filter(([name]) => !Object.hasOwn(vendorOptions, name)));
  return { serve, help: help === true, own, ...(vendor.length > 0 && { vendor: Object.fromEntries(vendor) }) };
}
