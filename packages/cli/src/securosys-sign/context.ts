import { resolve } from 'node:path';
import { type Clock, SignError, sanitizeText, systemClock } from '@securosys/core';
import type { Environment } from '../config/environment.js';
import { type FileCare, readNamedFile } from '../files/read-file.js';
import { type Approvers, createApprovers } from './approvers.js';
import type { Command } from './command.js';
import type { SecurosysSignIo } from './io.js';
import { createOutput, type Output } from './output/output.js';
import { openProgress, type Progress } from './output/progress.js';
import type { TypedWords } from './parse-words.js';
import { readSettings } from './settings/read-settings.js';
import type { Settings } from './settings/settings.js';

/** What was typed behind the name of the command. */
export interface Words {
  readonly arguments: readonly string[];
  text(option: string): string | undefined;
  list(option: string): readonly string[];
  flag(option: string): boolean;
}

/** What a command works with. */
export interface CommandContext {
  readonly io: SecurosysSignIo;
  readonly env: Environment;
  readonly clock: Clock;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly words: Words;
  readonly output: Output;
  /** Flags > environment > file > default; read once, when they are asked for. @throws SignError as `readSettings` */
  settings(): Promise<Settings>;
  /** Who the people are that decide. */
  readonly approvers: Approvers;
  /** What is shown while something takes time; stopped when the command ends. */
  progress(): Promise<Progress>;
  /** From now on something waits that a later run goes on with: what Ctrl-C tells the user. `undefined`: nothing waits. */
  waits(resume: string | undefined): void;
  /** A path that was typed, as an absolute one. */
  path(typed: string): string;
  /** A file that was named on the command line; `-` is the standard input. @throws SignError `ERR_NOT_FOUND`, `ERR_STORE`, `ERR_LIMIT` */
  readFile(typed: string, what: string, care?: FileCare): Promise<Uint8Array>;
  /** @throws SignError `ERR_INVALID_ARGUMENT` where nobody can be asked */
  askSecret(question: string): Promise<string>;
}

/** Most bytes of the standard input that are read. */
const mostInput = 64 * 1024 * 1024;

/** Of a file that was typed: as large as an SBOM or a request of many items may be, and wherever a link leads. */
const typedFile = { maxBytes: mostInput, followLinks: true };

async function readStdin({ stdin }: SecurosysSignIo): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of stdin) {
    const bytes = typeof part === 'string' ? new TextEncoder().encode(part) : part;
    parts.push(bytes);
    length += bytes.byteLength;
    if (length > mostInput) throw new SignError('ERR_LIMIT', `stdin holds over ${mostInput} bytes`);
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** Typed words, by the forms that options have. */
function wordsOf({ arguments: words, options }: TypedWords): Words {
  return {
    arguments: words,
    text: (option) => {
      const value = options[option];
      return typeof value === 'string' ? value : undefined;
    },
    list: (option) => {
      const value = options[option];
      return value === undefined || value === true ? [] : [value].flat();
    },
    flag: (option) => options[option] === true,
  };
}

/** A context, and what its end needs. */
export interface OpenContext {
  readonly context: CommandContext;
  /** What Ctrl-C has to say now. */
  resume(): string | undefined;
  close(): void;
}

/** Whether colours are wanted: on terminals only, and not with `NO_COLOR` (https://no-color.org). */
export function colourOf({ env }: Pick<SecurosysSignIo, 'env'>, typed: TypedWords | undefined) {
  const never = Boolean(env.NO_COLOR) || env.TERM === 'dumb' || typed?.options['no-color'] === true;
  return (sink: { readonly isTTY?: boolean | undefined }): boolean => !never && sink.isTTY === true;
}

/** What a command works with, over the process that it runs in. */
export function openContext(io: SecurosysSignIo, typed: TypedWords, command: Command): OpenContext {
  const { env, folder, clock = systemClock, signal = new AbortController().signal } = io;
  const output = createOutput({
    io,
    json: typed.options.json === true,
    quiet: typed.options.quiet === true,
    ci: Boolean(env.CI) && env.CI !== 'false' && io.stderr.isTTY !== true,
    colour: colourOf(io, typed),
  });
  let settings: Promise<Settings> | undefined;
  let progress: Promise<Progress> | undefined;
  let shown: Progress | undefined;
  let resume: string | undefined;
  const path = (text: string): string => resolve(folder, text);
  const approvers = createApprovers();
  const context: CommandContext = {
    io,
    env,
    clock,
    signal,
    words: wordsOf(typed),
    output,
    approvers,
    path,
    settings: () => {
      settings ??= readSettings({ env, folder, words: typed, command });
      return settings;
    },
    progress: () => {
      progress ??= openProgress(output, io, { now: () => clock.now(), name: approvers.name }).then((opened) => {
        shown = opened;
        return opened;
      });
      return progress;
    },
    waits: (text) => {
      resume = text;
    },
    readFile: async (text, what, care = 'any') =>
      text === '-' ? readStdin(io) : readNamedFile(path(text), what, care, care === 'any' ? typedFile : {}),
    askSecret: async (question) => {
      const terminal = await io.terminal?.();
      if (terminal) return terminal.askSecret(question);
      throw new SignError(
        'ERR_INVALID_ARGUMENT',
        `${sanitizeText(question, 200)}: there is no terminal to ask for it; give a file or a variable`,
      );
    },
  };
  return { context, resume: () => resume, close: () => shown?.stop() };
}
