import { fileURLToPath } from 'node:url';
import type { SignatureAlgorithm } from '@securosys/core';
import type { OpenPkcs11Options } from '@securosys/pkcs11';
import { type Finished, run, type Service, serve } from '../../lib/process.js';
import type { Task } from './children/child.js';
import type { MadeKey, MadeToken } from './tokens.js';
import { openOptions } from './world.js';

/** What a program of `children/` does, on which token. */
export interface ChildRun {
  readonly token: MadeToken;
  readonly mode: string;
  readonly options?: Partial<OpenPkcs11Options>;
  readonly timeoutMs?: number;
}

function command(program: string, { token, mode, options }: ChildRun) {
  const { id, spki } = token.keys['ec-p256'] as MadeKey;
  const algorithm: SignatureAlgorithm = 'ecdsa-sha256';
  const key = { id, spki: Buffer.from(spki).toString('base64'), algorithm };
  const task: Task = { options: { ...openOptions(token), ...options }, key, mode };
  const file = fileURLToPath(new URL(`children/${program}.ts`, import.meta.url));
  return {
    args: [...process.execArgv, '--expose-gc', file],
    env: { ...process.env, ...token.env, INTEROP_TASK: JSON.stringify(task) },
  };
}

/** Runs a program of `children/` to its end: what crashes there fails a case, and not the suite. */
export function runChild(program: string, what: ChildRun): Promise<Finished> {
  const { args, env } = command(program, what);
  return run(process.execPath, args, { env, timeoutMs: what.timeoutMs ?? 60_000 });
}

/** Starts one that somebody has to stop. */
export function startChild(program: string, what: ChildRun): Service {
  const { args, env } = command(program, what);
  return serve(process.execPath, args, { env });
}

/** What the program had to say. */
export function answerOf<T>({ code, stdout, stderr }: Finished): T {
  const line = /^answer (.*)$/m.exec(stdout)?.[1];
  if (code !== 0 || line === undefined) throw new Error(`the program ended with ${code ?? 'a signal'}\n${stdout}${stderr}`);
  return JSON.parse(line) as T;
}
