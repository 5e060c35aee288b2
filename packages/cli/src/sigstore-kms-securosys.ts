import { runKms } from './cosign-kms/run.js';

/** Words after the name of the program. */
const args = process.argv.slice(2);

async function main(): Promise<void> {
  if (args.length === 2) return runKms();
  const { help } = await import('./cosign-kms/help.js');
  const { version } = await import('./notation/version.js');
  const [word] = args;
  if (args.length === 1 && word === '--version') process.stdout.write(`${version}\n`);
  else {
    process.exitCode = args.length === 1 && (word === '--help' || word === '-h') ? 0 : 2;
    (process.exitCode === 0 ? process.stdout : process.stderr).write(help);
  }
}

// The program answers for its own errors: what comes here is one that cannot load itself. cosign reads stdout, whatever the exit code.
main().catch(() => {
  process.exitCode = 1;
  process.stdout.write('{"errorMessage":"this program is damaged: install it again"}');
});
