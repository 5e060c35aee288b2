import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { format } from 'node:util';
import { shownForms } from './shown.js';

/** Told what arrived where. */
export type Recorder = (sink: string, text: string) => void;
/** Takes a tap out again. */
export type Undo = () => void;

/** Replaces a method until undone. */
export function replace<T extends object, K extends keyof T & string>(target: T, name: K, method: T[K]): Undo {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value: method, configurable: true, writable: true, enumerable: own?.enumerable ?? true });
  return () => {
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
}

/** Console methods, both standard streams and process warnings. Nothing is printed while the tap is in. */
export function tapOutput(record: Recorder): Undo {
  const consoles = (['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const).map((name) =>
    replace(console, name, (...args: unknown[]) =>
      record(`console.${name}`, `${format(...args)}\n${args.map(shownForms).join('\n')}`),
    ),
  );
  const streams = (['stdout', 'stderr'] as const).map((name) => {
    const write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
      record(`process.${name}`, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('latin1'));
      for (const done of rest) if (typeof done === 'function') done();
      return true;
    };
    return replace(process[name], 'write', write);
  });
  const warned = (warning: Error) => record('process warning', shownForms(warning));
  process.on('warning', warned);
  return () => {
    process.off('warning', warned);
    for (const undo of [...consoles, ...streams]) undo();
  };
}

interface SpawnOptions {
  readonly file?: string;
  readonly args?: readonly string[];
  readonly envPairs?: readonly string[];
}

/** Arguments and environments of child processes; what is written to their standard input is where secrets may go. */
export function tapChildren(record: Recorder): Undo {
  const { prototype } = childProcess.ChildProcess as unknown as { prototype: { spawn(options: SpawnOptions): number } };
  const spawn = prototype.spawn;
  const async = replace(prototype, 'spawn', function (this: unknown, options: SpawnOptions) {
    record('arguments of a child process', [options.file, ...(options.args ?? [])].join('\n'));
    record('environment of a child process', (options.envPairs ?? []).join('\n'));
    return Reflect.apply(spawn, this, [options]);
  });
  const sync = (['spawnSync', 'execFileSync', 'execSync'] as const).map((name) => {
    const original: unknown = childProcess[name];
    const tapped = (...args: unknown[]) => {
      const options = args.find((arg): arg is { env?: object } => typeof arg === 'object' && arg !== null && 'env' in arg);
      record(
        'arguments of a child process',
        args
          .filter((arg) => arg !== options)
          .flat()
          .map(String)
          .join('\n'),
      );
      record('environment of a child process', Object.values(options?.env ?? process.env).join('\n'));
      return Reflect.apply(original as (...args: unknown[]) => unknown, undefined, args);
    };
    return replace(childProcess as unknown as { [n in typeof name]: typeof tapped }, name, tapped);
  });
  // Modules that imported the functions by name see the replacement too.
  syncBuiltinESMExports();
  return () => {
    for (const undo of [async, ...sync]) undo();
    syncBuiltinESMExports();
  };
}
