import { parseArgs } from 'node:util';
import { invalidArgument, SignError, sanitizeText } from '@securosys/core';
import type { Command, CommandProcess, CommandResult } from './commands/command.js';
import { version } from './version.js';

/** Each command's code is loaded when it is asked for. */
const loaders: Readonly<Record<string, () => Promise<{ readonly command: Command }>>> = {
  'describe-key': () => import('./commands/describe-key.js'),
  'create-key': () => import('./commands/create-key.js'),
  'generate-selfsign-crt': () => import('./commands/generate-selfsign-crt.js'),
  'generate-csr': () => import('./commands/generate-csr.js'),
  'import-certificate': () => import('./commands/import-certificate.js'),
  'add-trust-anchor': () => import('./commands/add-trust-anchor.js'),
  'check-connection': () => import('./commands/check-connection.js'),
  'forget-pin-failure': () => import('./commands/forget-pin-failure.js'),
  status: () => import('./commands/status.js'),
  install: () => import('./commands/install.js'),
};

const helpText = `Usage: notation-securosys <command> [options]

A plugin of Notation, with keys that never leave an HSM, and what it needs to be
set up. Commands for people:

  describe-key             what a key is
  create-key               makes a key
  generate-selfsign-crt    makes a self-signed certificate for a key
  generate-csr             makes a certificate signing request for a key
  import-certificate       stores the certificates of a key
  add-trust-anchor         trusts a certificate
  check-connection         whether the backend answers
  forget-pin-failure       lets the PIN of a token be tried again
  status                   requests that wait for people
  install                  puts this program where Notation looks for it

  --json                   results as JSON
  --help, --version

Exit status: 0, 1 when it failed, 2 for a wrong command line.`;

const longestLine = 10_000;

/** What a run of the command line came to. */
export interface CommandRun {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 1 | 2;
}

/** Text for people, each line made safe by itself: parts of it come from servers, certificates and files (S11). */
const shownText = (text: string): string =>
  text
    .split('\n')
    .map((line) => sanitizeText(line, longestLine))
    .join('\n');

/** JSON that says the same, and does nothing to a terminal: `JSON.stringify` leaves C1 codes and turned directions as they are. */
const asciiJson = (value: object): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

const said = (text: string): CommandRun => ({ stdout: `${text}\n`, stderr: '', exitCode: 0 });
const wrong = (text: string): CommandRun => ({ stdout: '', stderr: `notation-securosys: ${text}\n`, exitCode: 2 });

/** Messages of the parser quote the arguments, and one of them may be a secret: only names of options are taken from them. */
function parsed(args: readonly string[], options: Command['options']) {
  try {
    const all = { ...options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    return parseArgs({ args: [...args], options: all, strict: true, allowPositionals: false }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : '';
    const name = /^(?:Unknown option|Option) '(?:-[a-z], )?(--?[a-z][a-z-]{0,60})/.exec(message)?.[1];
    const what =
      name === undefined ? 'an argument belongs to no option' : `the option ${name} is unknown here, or has a wrong form`;
    return invalidArgument(what);
  }
}

/** Text of an error for people: each line made safe by itself (S11). Errors that are none of ours are not quoted (S37). */
function failed(error: unknown): CommandRun {
  if (!SignError.is(error)) return { stdout: '', stderr: 'notation-securosys: the command failed\n', exitCode: 1 };
  const { code, message, details } = error;
  const id = details.brokerRequestId ?? details.requestId;
  const request = typeof id === 'string' ? `\n  request: ${sanitizeText(id, 128)}` : '';
  const latched = details.latched === true ? '\n  once it is right: notation-securosys forget-pin-failure' : '';
  return { stdout: '', stderr: `notation-securosys: ${code}: ${sanitizeText(message, 600)}${request}${latched}\n`, exitCode: 1 };
}

/**
 * Runs a command for people.
 * @param args words after the name of the program
 */
export async function runCommand(args: readonly string[], process: CommandProcess): Promise<CommandRun> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return said(helpText);
  if (name === '--version' || name === 'version') return said(version);
  const load = Object.hasOwn(loaders, name) ? loaders[name] : undefined;
  if (!load) return wrong(`there is no command '${sanitizeText(name, 40)}'; --help lists them`);
  const { command } = await load();
  let values: ReturnType<typeof parsed>;
  try {
    values = parsed(rest, command.options);
  } catch (error) {
    return SignError.is(error) ? wrong(`${error.message}; ${name} --help lists what there is`) : failed(error);
  }
  if (values.help)
    return said(
      `Usage: notation-securosys ${name} [options]\n\n${command.help}\n\n  --json                   the result as JSON\n  --help                   this`,
    );
  try {
    const result: CommandResult = await command.run(values as Record<string, string | boolean>, process);
    return said(values.json ? asciiJson(result.json) : shownText(result.text));
  } catch (error) {
    return failed(error);
  }
}
