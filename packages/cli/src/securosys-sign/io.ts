import type { Clock, Fetch } from '@securosys/core';
import type { BackendFactory } from '../backends/backends.js';
import type { Environment } from '../config/environment.js';

/** Where text goes: a stream of the process, or what a test collects. */
export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal in characters. */
  readonly columns?: number | undefined;
}

/** Where input comes from. */
export interface InputSource extends AsyncIterable<Uint8Array | string> {
  readonly isTTY?: boolean | undefined;
}

/** The process that the program runs in, or what stands for it in a test. */
export interface SecurosysSignIo {
  readonly env: Environment;
  readonly stdin: InputSource;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Folder that relative paths of the command line are taken from. */
  readonly folder: string;
  /** Where the program really lies. */
  readonly programFile: string;
  /** Aborted when the user wants it to end; the reason is the name of the signal. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Asks whoever sits at the terminal for a secret, without showing it. Absent: nobody can be asked. */
  readonly askSecret?: (question: string) => Promise<string>;
  /** Asks whoever sits at the terminal. Absent: nobody can be asked. */
  readonly ask?: (question: string) => Promise<string>;
  /** Default: `tsb` and `pkcs11`. */
  readonly backends?: Readonly<Record<string, BackendFactory>>;
  /** For registries. Default: the guarded one of this SDK. */
  readonly fetch?: Fetch;
}
