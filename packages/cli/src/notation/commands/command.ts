import type { ParseArgsConfig } from 'node:util';
import type { Clock } from '@securosys/core';
import type { BackendFactory } from '../../backends/backends.js';
import type { Environment } from '../../config/environment.js';

/** The process that a command runs in, as far as commands see it. */
export interface CommandProcess {
  readonly env: Environment;
  /** Path of the running program, links resolved. */
  readonly programFile: string;
  readonly clock: Clock;
  readonly backends: Readonly<Record<string, BackendFactory>>;
  readonly signal?: AbortSignal;
  /** All of stdin. */
  stdin(): Promise<Uint8Array>;
  /** For people, while a command runs: not its result. */
  tell(text: string): void;
}

/** Values of the command line by their names. */
export type CommandValues = Readonly<Record<string, string | boolean | undefined>>;

/** What a command came to: as text for people, and as JSON for programs. */
export interface CommandResult {
  readonly text: string;
  readonly json: object;
}

/** One command for people. */
export interface Command {
  /** Lines of `--help` below the usage. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  run(values: CommandValues, process: CommandProcess): Promise<CommandResult>;
}
