import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@securosys/core';
import { tapChannels } from './channel-tap.js';
import { tapChildren, tapOutput } from './process-taps.js';
import { formIn, secretForms } from './secret-forms.js';
import { shownForms } from './shown.js';

/** Secrets by the name that a failure gives them: text, or bytes such as a private scalar. */
export type Secrets = Readonly<Record<string, string | Uint8Array>>;

/** What a run under watch gets. */
export interface Watch {
  /** Hand it to what is tested. */
  readonly logger: Logger;
  /** Counts a value as public, besides the one that the run returns. */
  show(value: unknown): void;
}

/** What is watched besides this process. */
export interface WatchOptions {
  /** Every file in it, names and contents, is a sink. */
  readonly folder?: string;
}

/** A secret that showed up: its name, the form it had, and where it was seen. Never the secret itself. */
export interface Leak {
  readonly secret: string;
  readonly form: string;
  readonly sink: string;
}

/** What a watched run came to: a value or an error. */
export type Outcome<T> = { readonly value: T; readonly error?: never } | { readonly value?: never; readonly error: unknown };

/** {@link expectNoSecret}, but the leaks are given back. */
export async function findLeaks<T>(
  secrets: Secrets,
  run: (watch: Watch) => T | Promise<T>,
  options: WatchOptions = {},
): Promise<{ readonly outcome: Outcome<T>; readonly leaks: readonly Leak[] }> {
  const forms = Object.entries(secrets).map(([name, value]) => ({ name, forms: secretForms(value) }));
  const leaks = new Map<string, Leak>();
  const record = (sink: string, text: string) => {
    for (const secret of forms) {
      const form = formIn(secret.forms, text);
      if (form !== undefined) leaks.set(`${secret.name} ${sink}`, { secret: secret.name, form, sink });
    }
  };
  const undo = [tapOutput(record), tapChildren(record), tapChannels(record)];
  let outcome: Outcome<T>;
  try {
    outcome = await settle(run, record);
    // Warnings are told on the next turn.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    for (const one of undo.reverse()) one();
  }
  record('public value', shownForms(outcome.value));
  record('error', shownForms(outcome.error));
  record('process.report', reportText(outcome.error));
  record('process.argv', [...process.argv, ...process.execArgv, process.title].join('\n'));
  record('process.env', Object.values(process.env).join('\n'));
  if (options.folder !== undefined) await recordFiles(options.folder, record);
  return { outcome, leaks: [...leaks.values()] };
}

/**
 * Runs something and fails when a secret shows up, in any form of {@link secretForms}, in any place that people or programs read: errors with
 * their causes, the returned value, console and streams, the logger, diagnostics channels (but those of the HTTP stack itself), reports,
 * arguments and environments of this process and its children, files of `folder` (threat model S37). One run at a time.
 *
 * @returns what the run came to, so that a test can say which error it expected
 * @throws Error that names secret, form and sink, and never the secret itself
 * @example
 * ```ts
 * import { createSentinel, expectNoSecret } from '@securosys/testing';
 * declare function connect(options: { token: string; logger: object }): Promise<object>;
 * const token = createSentinel('token');
 * const { error } = await expectNoSecret({ token }, ({ logger }) => connect({ token, logger }));
 * ```
 */
export async function expectNoSecret<T>(
  secrets: Secrets,
  run: (watch: Watch) => T | Promise<T>,
  options: WatchOptions = {},
): Promise<Outcome<T>> {
  const { outcome, leaks } = await findLeaks(secrets, run, options);
  if (leaks.length > 0)
    throw new Error(leaks.map(({ secret, form, sink }) => `'${secret}' leaks as ${form} in ${sink}`).join('; '));
  return outcome;
}

async function settle<T>(
  run: (watch: Watch) => T | Promise<T>,
  record: (sink: string, text: string) => void,
): Promise<Outcome<T>> {
  const log = (level: string) => (message: string, fields?: object) =>
    record(`logger.${level}`, `${message}\n${shownForms(fields)}`);
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  try {
    return { value: await run({ logger, show: (value) => record('public value', shownForms(value)) }) };
  } catch (error) {
    return { error };
  }
}

/** What a crash report would hold: stacks, arguments and the environment. */
function reportText(error: unknown): string {
  return JSON.stringify(process.report.getReport(error instanceof Error ? error : undefined));
}

async function recordFiles(folder: string, record: (sink: string, text: string) => void): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    record('file name', entry.name);
    if (entry.isFile()) record(`file ${entry.name}`, (await readFile(join(entry.parentPath, entry.name))).toString('latin1'));
  }
}
