import { commandTable } from './command-table.js';
import { programName } from './program-name.js';

const width = Math.max(...commandTable.map(({ name }) => name.length)) + 2;

/** What `--help` says: needs nothing but the table, because it is the start that people wait for most often. */
export function helpText(commands = commandTable): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return `Usage: ${programName} <command> [options]

Signs, verifies, encrypts and decrypts container images with keys that never
leave an HSM.

${lines.join('\n')}

  <command> --help   what a command takes
  --help, --version

Options of every command: --config <path>, --json, --quiet, --no-color.
Exit status: 0, 1 refused, 2 usage, 69 unreachable, 75 waits for people, 76 expired;
all of them are in the guide docs/guides/command-line.md.
`;
}
