import { sanitizeText } from '@securosys/core';
import type { SecurosysSignIo, TextSink } from '../io.js';

/** What a line means, for its colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';
/** A line for people; its text may hold what others wrote. */
export type Line = string | { readonly text: string; readonly tone: Tone };

/** What a command says. */
export interface Output {
  /** Results are JSON. */
  readonly json: boolean;
  /** Nothing but results and errors is wanted. */
  readonly quiet: boolean;
  /** A result: the object with `--json`, one a line; else the lines. */
  result(json: object, lines: readonly Line[]): void;
  /** Something that helps people, on stderr; nothing in CI, with `--json` and with `--quiet`. */
  note(line: Line): void;
  /** Something that people have to know, on stderr, in any case but `--quiet`. */
  warn(text: string): void;
}

/** How a run says what it says. */
export interface OutputOptions {
  /** Its streams are not touched before something is said. */
  readonly io: Pick<SecurosysSignIo, 'stdout' | 'stderr'>;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Not run by a person: no notes. */
  readonly ci: boolean;
  /** Colours on this sink. */
  readonly colour: (sink: TextSink) => boolean;
}

const longestLine = 10_000;
const codes: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  dim: [2, 22],
  strong: [1, 22],
};

/** A line that does nothing to a terminal but what we want it to (S11): made safe first, coloured then. */
export function shownLine(line: Line, coloured: boolean): string {
  const text = sanitizeText(typeof line === 'string' ? line : line.text, longestLine);
  if (!coloured || typeof line === 'string') return text;
  const [on, off] = codes[line.tone];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** JSON that says the same, and does nothing to a terminal: `JSON.stringify` leaves C1 codes and turned directions as they are. */
export const asciiJson = (value: object): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function createOutput({ io, json, quiet, ci, colour }: OutputOptions): Output {
  const silent = quiet || json || ci;
  return {
    json,
    quiet: silent,
    result: (value, lines) => {
      if (json) io.stdout.write(`${asciiJson(value)}\n`);
      // At once: a list of a thousand lines is written as fast as it is read.
      else if (lines.length > 0) {
        const coloured = colour(io.stdout);
        io.stdout.write(lines.map((line) => `${shownLine(line, coloured)}\n`).join(''));
      }
    },
    note: (line) => {
      if (!silent) io.stderr.write(`${shownLine(line, colour(io.stderr))}\n`);
    },
    warn: (text) => {
      if (!quiet) io.stderr.write(`${shownLine({ text: `warning: ${text}`, tone: 'warn' }, colour(io.stderr))}\n`);
    },
  };
}
