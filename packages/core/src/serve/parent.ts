/**
 * Calls back once when the process that started this one has gone: a tool that is told to end by SIGTERM leaves the plugin that it
 * started behind. Keeps nothing alive.
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
