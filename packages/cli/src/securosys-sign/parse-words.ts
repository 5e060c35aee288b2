import { SignError } from '@securosys/core';
import type { Option } from 'commander';
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

const flagsOf = ({ name, value }: CommandOption): string => (value === undefined ? `--${name}` : `--${name} <${value}>`);

async function parserOf(name: string, command: Command) {
  const library = await import('commander');
  const parser = new library.Command(`${programName} ${name}`);
  parser.description(command.describe).helpOption(false).exitOverride().allowExcessArguments(false);
  parser.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const { name: argument, describe, optional, many } of command.arguments ?? []) {
    const shown = `${argument}${many ? '...' : ''}`;
    parser.argument(optional ? `[${shown}]` : `<${shown}>`, describe);
  }
  const options = [...(command.options ?? []), ...commonOptions];
  const known = new Map<Option, CommandOption>();
  for (const option of options) {
    const made = new library.Option(flagsOf(option), describeOption(option));
    // Commander takes `--no-x` for the opposite of an option x: here it is an option like any other.
    made.negate = false;
    if (option.choices) made.choices([...option.choices]);
    if (option.many)
      made.argParser((value: string, before: readonly string[] | undefined) => {
        if (option.choices && !option.choices.includes(value)) throw new library.InvalidArgumentError('');
        return [...(before ?? []), value];
      });
    parser.addOption(made);
    known.set(made, option);
  }
  return { parser, known, options };
}

function describeOption({ describe, many }: CommandOption): string {
  return `${describe}${many ? '; may be repeated' : ''}`;
}

/** What a command takes, for people. */
export async function commandHelp(name: string, command: Command): Promise<string> {
  const { parser } = await parserOf(name, command);
  const examples = (command.examples ?? []).map((line) => `  ${line}\n`);
  return `${parser.helpInformation()}${examples.length > 0 ? `\nExamples:\n${examples.join('')}` : ''}`;
}

/** The name of the option that an argument begins with, where it looks like one: what stands behind it may be a secret. */
const optionIn = (word: string): string | undefined => /^--([a-z][a-z0-9-]{0,40})(?:=|$)/.exec(word)?.[1];

/** What is wrong, in our words: the library's quote what was typed, and that may be a secret. */
function complaint(
  error: unknown,
  words: readonly string[],
  { options, command }: { options: readonly CommandOption[]; command: Command },
): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const named = (test: (option: CommandOption, at: number) => boolean): CommandOption | undefined =>
    options.find((option) => words.some((word, at) => optionIn(word) === option.name && test(option, at)));
  if (code === 'commander.missingArgument') return `needs ${(command.arguments ?? []).map(({ name }) => `<${name}>`).join(' ')}`;
  if (code === 'commander.excessArguments') return 'there is an argument too many';
  if (code === 'commander.optionMissingArgument') {
    const bare = named((option, at) => option.value !== undefined && words[at + 1] === undefined);
    return bare ? `--${bare.name} needs <${bare.value}>` : 'an option has no value';
  }
  if (code === 'commander.invalidArgument') {
    const wrong = named(({ choices, name }, at) => {
      const value = words[at]?.startsWith(`--${name}=`) ? words[at]?.slice(name.length + 3) : words[at + 1];
      return choices !== undefined && !choices.includes(value ?? '');
    });
    return wrong ? `--${wrong.name} is one of ${wrong.choices?.join(', ')}` : 'an option has a value that it does not take';
  }
  const names = options.map(({ name }) => name);
  const unknown = words.map(optionIn).find((name) => name !== undefined && !names.includes(name));
  if (unknown === undefined) return 'an argument is no option that there is';
  return `there is no option --${unknown}${suggestion(unknown, names).replace("'", "'--")}`;
}

/**
 * Reads what was typed behind the name of a command.
 * @throws SignError `ERR_INVALID_ARGUMENT`, without quoting values
 */
export async function parseWords(name: string, command: Command, words: readonly string[]): Promise<TypedWords> {
  const { parser, known, options } = await parserOf(name, command);
  try {
    parser.parse([...words], { from: 'user' });
  } catch (error) {
    throw new SignError('ERR_INVALID_ARGUMENT', `${name}: ${complaint(error, words, { options, command })}`, {
      details: { advice: `${programName} ${name} --help says what it takes` },
    });
  }
  const typed: Record<string, string | readonly string[] | true> = {};
  for (const [option, { name: own }] of known) {
    const value: unknown = parser.getOptionValue(option.attributeName());
    if (parser.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    if (value === true || typeof value === 'string' || Array.isArray(value)) typed[own] = value;
  }
  return { arguments: parser.args, options: typed };
}
