async function main(): Promise<void> {
  const { runProvider } = await import('./ocicrypt/run.js');
  await runProvider(process.argv.slice(2));
}

// The program answers for its own errors: what comes here is one that cannot load itself.
main().catch(() => {
  process.exitCode = 1;
  process.stderr.write('ocicrypt-securosys: this program is damaged: install it again\n');
});
