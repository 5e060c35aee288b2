/**
 * Calls back once when the process that started this one has gone: a tool that is told to end by SIGTERM leaves its provider behind
 * (`ocicrypt.md` §7.2). Keeps nothing alive.
 * @returns a function that stops watching
 */
export function watchParent(gone: () => void): () => void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    gone();
  }, 1_000);
  timer.unref();
  return () => clearInterval(timer);
}
