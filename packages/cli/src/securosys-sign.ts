import { realpathSync } from 'node:fs';
import { helpText } from './securosys-sign/help.js';

/** Words after the name of the program. */
const words = process.argv.slice(2);

/** What runs the command: two are started more than the others, and waited for. */
function start() {
  if (words[0] === 'verify') return import('./securosys-sign/start/verify.js');
  if (words[0] === 'dct' && words[1] === 'inspect') return import('./securosys-sign/start/dct-inspect.js');
  return import('./securosys-sign/start/any-command.js');
}

async function main(): Promise<void> {
  if (words.length === 1 && words[0] === '--help') {
    process.stdout.write(helpText());
    return;
  }
  const { run } = await start();
  await run(words, realpathSync(process.argv[1] ?? ''));
}

// The program answers for its own errors: what comes here is one that cannot load itself.
main().catch(() => {
  process.exitCode = 70;
  process.stderr.write('securosys-sign: this program is damaged: install it again\n');
});
