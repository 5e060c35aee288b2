import { SignError, sanitizeText } from '@securosys/core';
import { adviceOf } from '../advice.js';
import type { Line } from '../output/output.js';

/** What one check came to. */
export interface Finding {
  /** What was looked at: `token`, `certificate`. */
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'problem';
  /** What it means, in a sentence. */
  readonly meaning: string;
  /** What to do about it. */
  readonly todo?: string;
}

export const ok = (check: string, meaning: string): Finding => ({ check, status: 'ok', meaning });
export const warning = (check: string, meaning: string, todo: string): Finding => ({ check, status: 'warning', meaning, todo });
export const problem = (check: string, meaning: string, todo: string): Finding => ({ check, status: 'problem', meaning, todo });

/** An error as a finding; what is none of ours goes on. */
export function findingOf(check: string, error: unknown): Finding {
  if (!SignError.is(error)) throw error;
  const { advice } = error.details;
  const todo = typeof advice === 'string' ? advice : (adviceOf(error.code) ?? 'change it as the message says');
  return problem(check, sanitizeText(`${error.message} (${error.code})`, 600), todo);
}

const tones = { ok: 'good', warning: 'warn', problem: 'bad' } as const;

export const findingLines = ({ check, status, meaning, todo }: Finding): Line[] => [
  { text: `${status.padEnd(8)} ${check}: ${meaning}`, tone: tones[status] },
  ...(todo === undefined ? [] : [`         ${todo}`]),
];
