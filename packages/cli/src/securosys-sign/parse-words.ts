import { parseArgs } from 'node:util';
import { SignError } from '@securosys/core';
import type { Command, CommandOption } from './command.js';
import { suggestion } from './nearest.js';
import { programName } from './program-name.js';

/** Options that every command has. */
export const commonOptions: readonly CommandOption[] = [
  { name: 'config', value: 'path', describe: 'configuration file, JSON or YAML [env: SECUROSYS_SIGN_CONFIG]' },
  { name: 'json', describe: 'results as JSON, one object a line' },
  { name: 'quiet', describe: 'results and errors only' },
  { name: 'no-color', describe: 'no colours' },
  { name: 'help', describe: 'this' },
];

/** What was typed behind the name of a command. */
export interface TypedWords {
  readonly arguments: readonly string[];
  /** By the names of options: a text, several, or `true`. */
  readonly options: Readonly<Record<string, string | readonly string[] | true>>;
}

/** The name of an option as it was typed, where it looks like one: anything else may be a secret. */
const optionName = (typed: string): string | undefined => /^--([a-z][a-z0-9-]{0,40})$/.exec(typed)?.[1];

type Value = string | readonly string[] | true;

/** What an option comes to with this one value more; a text: what is wrong with it, which quotes no value. */
function withValue(
  option: CommandOption,
  given: string | undefined,
  before: Value | undefined,
): { readonly value: Value } | string {
  const { name, value, choices, many } = option;
  if (value === undefined) return given === undefined ? { value: true } : `--${name} takes no value`;
  if (given === undefined) return `--${name} needs <${value}>`;
  if (choices && !choices.includes(given)) return `--${name} is one of ${choices.join(', ')}`;
  return { value: many ? [...(Array.isArray(before) ? before : []), given] : given };
}

function unknownOption(typed: string, options: readonly CommandOption[]): string {
  const name = optionName(typed);
  if (name === undefined) return 'an argument is no option that there is';
  const names = options.map((option) => option.name);
  return `there is no option --${name}${suggestion(name, names).replace("'", "'--")}`;
}

function wrongNumber(count: number, taken: NonNullable<Command['arguments']>): string | undefined {
  if (count < taken.filter(({ optional }) => !optional).length) return `needs ${taken.map(({ name }) => `<${name}>`).join(' ')}`;
  return count > taken.length && taken.at(-1)?.many !== true ? 'there is an argument too many' : undefined;
}

/**
 * Reads what was typed behind the name of a command.
 * @throws SignError `ERR_INVALID_ARGUMENT`, without quoting values
 */
export function parseWords(name: string, command: Command, words: readonly string[]): TypedWords {
  const refuse = (complaint: string): never => {
    throw new SignError('ERR_INVALID_ARGUMENT', `${name}: ${complaint}`, {
      details: { advice: `${programName} ${name} --help says what it takes` },
    });
  };
  const options = [...(command.options ?? []), ...commonOptions];
  const { tokens, positionals } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      options.map((option) => [option.name, { type: option.value === undefined ? 'boolean' : 'string' }]),
    ),
    allowPositionals: true,
    // Its own complaints quote what was typed.
    strict: false,
    tokens: true,
  });
  const typed: Record<string, Value> = {};
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options.find((one) => `--${one.name}` === token.rawName);
    if (!option) return refuse(unknownOption(token.rawName, options));
    const found = withValue(option, token.value, typed[option.name]);
    if (typeof found === 'string') return refuse(found);
    typed[option.name] = found.value;
  }
  const wrong = wrongNumber(positionals.length, command.arguments ?? []);
  return wrong === undefined ? { arguments: positionals, options: typed } : refuse(wrong);
}
