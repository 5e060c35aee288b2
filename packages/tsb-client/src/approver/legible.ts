import { type SigningFacts, sanitizeText } from '@securosys/core';
import { type Statements, withoutNumber } from '../metadata/distinct.js';
import { appearance } from '../policy/names.js';
import type { TaskRisk } from './risks.js';
import { claimLimit, nameLimit, textLimit, whole } from './sanitize.js';
import type { TaskView } from './view.js';

/** A name as a hurried reader sees it, and without the number that keeps lines apart. */
const glance = (name: string): string => appearance(withoutNumber(name));

/** Whether names that are shown together look the same. */
function lookAlike(texts: Readonly<Record<string, string>> | undefined): boolean {
  const names = Object.keys(texts ?? {});
  return new Set(names.map(glance)).size < names.length;
}

/** Whether something is longer, or more, than the view shows. */
function shortened(facts: SigningFacts | undefined, lists: readonly Statements[]): boolean {
  const { title = '', details = {}, subject } = facts ?? {};
  const lines = [
    ...lists.flat(),
    ...Object.entries(details),
    ...Object.entries(subject?.annotations ?? {}),
    ['', title] as const,
  ];
  const cut = (text: string, limit: number) => sanitizeText(text, whole).length > limit;
  const tooMany = lists.some((list) => list.length > claimLimit);
  return tooMany || lines.some(([name, text]) => cut(name, nameLimit) || cut(text, textLimit));
}

/** What keeps a person from seeing everything that is there. */
export function legibilityRisks(
  view: Pick<TaskView, 'facts' | 'claims' | 'asked'>,
  facts: SigningFacts | undefined,
  lists: readonly Statements[],
): TaskRisk[] {
  const shown = [view.claims, view.asked, view.facts?.details, view.facts?.subject?.annotations];
  return [
    ...(shown.some(lookAlike) ? (['look-alike-names'] as const) : []),
    ...(shortened(facts, lists) ? (['shortened'] as const) : []),
  ];
}
