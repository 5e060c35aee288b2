import type { CommandContext } from './context.js';
import type { Exit } from './exit-codes.js';

/** Something that stands behind the name of a command, without dashes. */
export interface CommandArgument {
  /** As help shows it: `image`. */
  readonly name: string;
  readonly describe: string;
  /** May be left away. */
  readonly optional?: boolean;
  /** One or more of them; only the last argument. */
  readonly many?: boolean;
}

/** Something that stands behind two dashes. */
export interface CommandOption {
  /** Without dashes: `approval-timeout`. */
  readonly name: string;
  /** As help shows the value: `duration`; absent for what is there or not. */
  readonly value?: string;
  readonly describe: string;
  /** May be given several times. */
  readonly many?: boolean;
  /** The only values that there are. */
  readonly choices?: readonly string[];
  /**
   * The member of the configuration that it stands for: then the environment and the configuration are asked when it was not typed, and
   * its value is read by `context.settings` (settings/setting-table.ts has the members).
   */
  readonly setting?: string;
}

/** A command: what it is called, what it takes, what it does. */
export interface Command {
  /** What it does, in sentences, for `--help` of the command. */
  readonly describe: string;
  readonly arguments?: readonly CommandArgument[];
  readonly options?: readonly CommandOption[];
  /** Lines below the options: examples. */
  readonly examples?: readonly string[];
  /**
   * Does it. Results go to `context.output`, errors are thrown.
   * @returns how it ended; nothing: `ok`
   */
  run(context: CommandContext): Promise<Exit | undefined>;
}
