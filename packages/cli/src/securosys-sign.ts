import { realpathSync } from 'node:fs';
import { helpText } from './securosys-sign/help.js';

/** Words after the name of the program. */
const words = process.argv.slice(2);

async function main(): Promise<void> {
  if (words.length === 1 && words[0] === '--help') {
    process.stdout.write(helpText());
    return;
  }
  const { runInProcess } = await import('./securosys-sign/process.js');
  await runInProcess(words, realpathSync(process.argv[1] ?? ''));
}

// The program answers for its own errors: what comes here is one that cannot load itself.
main().catch(() => {
  process.exitCode = 70;
  process.stderr.write('securosys-sign: this program is damaged: install it again\n');
});
