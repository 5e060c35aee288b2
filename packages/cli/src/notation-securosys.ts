import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { isPluginCommand } from '@securosys/notation-envelope';
import { serveNotationPlugin } from '@securosys/notation-envelope/serve';
import { createSecurosysPlugin } from './notation/securosys-plugin.js';

/** Words after the name of the program. */
const args = process.argv.slice(2);
/** Where the program really lies: it may have been started by a link. */
const programFolder = dirname(realpathSync(process.argv[1] ?? ''));

async function main(): Promise<void> {
  if (args.length === 1 && isPluginCommand(args[0])) return serveNotationPlugin(createSecurosysPlugin({ programFolder }));
  const { runCommandLine } = await import('./notation/command-line.js');
  await runCommandLine(args);
}

// Commands answer for their own errors: what comes here is a program that cannot load itself.
main().catch(() => {
  process.exitCode = 1;
  process.stderr.write('notation-securosys: this program is damaged: install it again\n');
});
