import { SignError, sanitizeText } from '@securosys/core';
import { version } from '../notation/version.js';
import type { Command } from './command.js';
import { commandTable, findCommand } from './command-table.js';
import { colourOf, openContext } from './context.js';
import { exitCodes } from './exit-codes.js';
import { failureOf, Interruption, tellFailure } from './failure.js';
import { helpText } from './help.js';
import type { SecurosysSignIo } from './io.js';
import { suggestion } from './nearest.js';
import { parseWords, type TypedWords } from './parse-words.js';

function unknown(words: readonly string[]): SignError {
  const names = commandTable.map(({ name }) => name);
  const first = words.findIndex((word) => !word.startsWith('-'));
  if (first > 0 && findCommand(words.slice(first)))
    return new SignError('ERR_INVALID_ARGUMENT', 'options stand behind the command that they belong to');
  const typed = words.slice(0, 2).filter((word) => /^[a-z][a-z-]{0,30}$/.test(word));
  const under = names.filter((name) => name.startsWith(`${typed[0]} `));
  if (under.length > 0) return new SignError('ERR_INVALID_ARGUMENT', `'${typed[0]}' is one of: ${under.join(', ')}`);
  const shown = sanitizeText(typed[0] ?? words[0] ?? '', 40);
  // What is no word may be a secret in the wrong place.
  const what =
    typed.length > 0
      ? `there is no command '${shown}'${suggestion(typed.join(' '), names) || suggestion(shown, names)}`
      : 'there is no command';
  return new SignError('ERR_INVALID_ARGUMENT', what, { details: { advice: '--help lists the commands' } });
}

/**
 * Runs one command line.
 * @param words what stands behind the name of the program
 * @param loaded commands that are there already, by their names
 * @returns the exit code, of exit-codes.ts
 */
export async function runSecurosysSign(
  words: readonly string[],
  io: SecurosysSignIo,
  loaded?: ReadonlyMap<string, Command>,
): Promise<number> {
  const [first] = words;
  if (first === '--version' || first === 'version') {
    io.stdout.write(`${version}\n`);
    return exitCodes.ok;
  }
  if (first === undefined || first === '--help' || first === '-h' || (first === 'help' && words.length === 1)) {
    (first === undefined ? io.stderr : io.stdout).write(helpText());
    return first === undefined ? exitCodes.usage : exitCodes.ok;
  }
  const json = words.includes('--json');
  let typed: TypedWords | undefined;
  let opened: ReturnType<typeof openContext> | undefined;
  try {
    const found = findCommand(first === 'help' ? words.slice(1) : words);
    if (!found) {
      const under = commandTable.filter(({ name }) => name.startsWith(`${first} `));
      if (under.length === 0 || !words.includes('--help')) throw unknown(words);
      io.stdout.write(helpText(under));
      return exitCodes.ok;
    }
    const { name, load } = found.entry;
    const command = loaded?.get(name) ?? (await load()).command;
    if (first === 'help' || found.rest.includes('--help') || found.rest.includes('-h')) {
      const { commandHelp } = await import('./command-help.js');
      io.stdout.write(commandHelp(name, command));
      return exitCodes.ok;
    }
    typed = parseWords(name, command, found.rest);
    opened = openContext(io, typed, command);
    return exitCodes[(await command.run(opened.context)) ?? 'ok'];
  } catch (error) {
    const ended = io.signal?.aborted === true && !(SignError.is(error) && error !== io.signal.reason);
    opened?.close();
    const failure = failureOf(ended ? new Interruption(String(io.signal?.reason), opened?.resume()) : error);
    return tellFailure(failure, io, json, colourOf(io, typed)(io.stderr));
  } finally {
    opened?.close();
  }
}
