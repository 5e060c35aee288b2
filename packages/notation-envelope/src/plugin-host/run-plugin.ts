import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { type CallOptions, SignError } from '@securosys/core';

/** What a plugin left behind when it ended. */
export interface PluginRun {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** Bounds of one start. */
export interface PluginLimits {
  /** Milliseconds; the plugin is killed after them. */
  readonly timeoutMs: number;
  /** Most bytes on stdout, and on stderr. */
  readonly maxOutputBytes: number;
}

type Stream = 'stdout' | 'stderr';

/** Collects what a stream gives, and says when it is too much. */
function collect(child: ChildProcess, stream: Stream, most: number, tooMuch: () => void): () => Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  child[stream]?.on('data', (part: Uint8Array) => {
    length += part.byteLength;
    if (length > most) tooMuch();
    else parts.push(part);
  });
  return () => Buffer.concat(parts);
}

/**
 * Starts a plugin for one command: by its path, without a shell, in its own folder, with the environment that is given and no other
 * (S28).
 * @throws SignError `ERR_TIMEOUT`, `ERR_LIMIT` for too much output, `ERR_PROTOCOL` when it cannot be started; `signal.reason` when aborted
 */
export async function runPlugin(
  path: string,
  { command, stdin, env }: { readonly command: string; readonly stdin: string; readonly env: NodeJS.ProcessEnv },
  { timeoutMs, maxOutputBytes }: PluginLimits,
  { signal }: CallOptions,
): Promise<PluginRun> {
  const { spawn } = await import('node:child_process');
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(path, [command], {
      cwd: dirname(path),
      env,
      shell: false,
      windowsHide: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let failure: unknown;
    const stop = (why: unknown) => {
      failure ??= why;
      child.kill('SIGKILL');
      // A grandchild that holds the pipes open must not keep us.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
    };
    const tooMuch = () => stop(new SignError('ERR_LIMIT', `the plugin wrote over ${maxOutputBytes} bytes`));
    const timer = setTimeout(
      () => stop(new SignError('ERR_TIMEOUT', `the plugin did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const abort = () => stop(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      end();
    };
    const stdout = collect(child, 'stdout', maxOutputBytes, tooMuch);
    const stderr = collect(child, 'stderr', maxOutputBytes, tooMuch);
    child.on('error', (cause) =>
      settle(() => reject(failure ?? new SignError('ERR_PROTOCOL', 'the plugin could not be started', { cause }))),
    );
    child.on('close', (code) =>
      settle(() =>
        failure === undefined ? resolve({ exitCode: code ?? -1, stdout: stdout(), stderr: stderr() }) : reject(failure),
      ),
    );
    // A plugin that reads no request closes the pipe: its answer counts, not that.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}
