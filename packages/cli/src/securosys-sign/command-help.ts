import { Option, Command as Page } from 'commander';
import type { Command, CommandOption } from './command.js';
import { commonOptions } from './parse-words.js';
import { programName } from './program-name.js';

const flagsOf = ({ name, value }: CommandOption): string => (value === undefined ? `--${name}` : `--${name} <${value}>`);
const describeOption = ({ describe, many }: CommandOption): string => `${describe}${many ? '; may be repeated' : ''}`;

/** What a command takes, for people. Commander lays it out, and is loaded for nothing else: reading words with it takes 8 ms more than with Node. */
export function commandHelp(name: string, command: Command): string {
  const shown = new Page(`${programName} ${name}`);
  shown.description(command.describe).helpOption(false);
  for (const { name: argument, describe, optional, many } of command.arguments ?? []) {
    const text = `${argument}${many ? '...' : ''}`;
    shown.argument(optional ? `[${text}]` : `<${text}>`, describe);
  }
  for (const option of [...(command.options ?? []), ...commonOptions]) {
    const made = new Option(flagsOf(option), describeOption(option));
    // Commander takes `--no-x` for the opposite of an option x: here it is an option like any other.
    made.negate = false;
    if (option.choices) made.choices([...option.choices]);
    shown.addOption(made);
  }
  const examples = (command.examples ?? []).map((line) => `  ${line}\n`);
  return `${shown.helpInformation()}${examples.length > 0 ? `\nExamples:\n${examples.join('')}` : ''}`;
}
