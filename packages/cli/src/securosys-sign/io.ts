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

/** Somebody who can be asked. @throws SignError `ERR_INVALID_ARGUMENT` when there is no answer */
export interface Terminal {
  ask(question: string): Promise<string>;
  /** Without showing what is typed. */
  askSecret(question: string): Promise<string>;
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
  /** Whoever sits at the terminal. Absent, or `undefined`: nobody can be asked. */
  readonly terminal?: () => Promise<Terminal | undefined>;
  /** Default: `tsb` and `pkcs11`. */
  readonly backends?: Readonly<Record<string, BackendFactory>>;
  /** Loads a package that is no dependency of this one. Default: from where the program lies. */
  readonly loadPackage?: (name: string) => unknown;
  /** For registries. Default: the guarded one of this SDK. */
  readonly fetch?: Fetch;
}
