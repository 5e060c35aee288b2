import { SignError } from '@securosys/core';
import type { HelperRun } from './helper.js';

/** Starts a program without a shell, with the given environment only; its standard error is thrown away. */
export async function runHelper(given: HelperRun): Promise<{ readonly status: number | null; readonly output: Uint8Array }> {
  const [{ spawn }, { dirname }] = await Promise.all([import('node:child_process'), import('node:path')]);
  const { path, input, environment, timeoutMs, maxBytes } = given;
  return new Promise((resolve, reject) => {
    const child = spawn(path, ['get'], {
      env: { ...environment },
      // Not ours: a program must not find files that a stranger's working directory offers.
      cwd: dirname(path),
      shell: false,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const parts: Uint8Array[] = [];
    let total = 0;
    let failure: SignError | undefined;
    const stop = (error: SignError) => {
      failure ??= error;
      child.kill('SIGKILL');
      // A grandchild may hold the pipe; nobody waits for it.
      child.stdout.destroy();
    };
    const late = () => stop(new SignError('ERR_TIMEOUT', 'a credential helper took longer than it may'));
    // A timer of over 24 days would fire at once.
    const timer = setTimeout(late, Math.min(timeoutMs, 2 ** 31 - 1));
    const settle = (status: number | null) => {
      clearTimeout(timer);
      if (failure) return reject(failure);
      const output = new Uint8Array(total);
      let at = 0;
      for (const part of parts) {
        output.set(part, at);
        at += part.byteLength;
        part.fill(0);
      }
      resolve({ status, output });
    };
    child.stdout.on('data', (part: Uint8Array) => {
      total += part.byteLength;
      if (total > maxBytes) stop(new SignError('ERR_LIMIT', `a credential helper wrote over ${maxBytes} bytes`));
      else parts.push(part);
    });
    // A helper that ends before it has read everything says so by its status.
    child.stdin.on('error', () => undefined);
    child.on('error', () => {
      stop(new SignError('ERR_AUTHENTICATION', 'a credential helper could not be started'));
      settle(null);
    });
    child.on('close', (status) => settle(status));
    child.stdin.end(input);
  });
}
