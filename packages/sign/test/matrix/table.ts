import type { Cell, Course } from './course.js';
import { faults } from './faults.js';
import { kinds } from './kinds.js';

/** Short names of codes, so that a table fits on a screen. */
const letters: Readonly<Record<string, string>> = {
  ERR_NETWORK: 'N',
  ERR_TIMEOUT: 'T',
  ERR_UNAVAILABLE: 'V',
  ERR_RATE_LIMITED: 'R',
  ERR_AUTHENTICATION: 'A',
  ERR_PROTOCOL: 'P',
  ERR_ORIGIN_REFUSED: 'O',
  ERR_LIMIT: 'L',
  ERR_OUTCOME_UNKNOWN: 'U',
  ERR_SIGNATURE_MISMATCH: 'S',
  ERR_FACTS_MISMATCH: 'F',
  ERR_DIGEST_MISMATCH: 'D',
  ERR_REQUEST_NOT_FOUND: 'Q',
  ERR_REQUEST_FAILED: 'H',
};
const legend = Object.entries(letters)
  .map(([code, letter]) => `${letter} ${code}`)
  .join(', ');

export interface Result {
  readonly cell: Cell;
  readonly course: Course;
}

const short = ({ outcomes }: Course) => outcomes.map((outcome) => letters[outcome] ?? outcome).join('>');

/** Faults down, kinds across; each entry is what one run after the other ended with. */
export function tableOf(title: string, results: readonly Result[]): string {
  const rows = faults.map(({ name }) => [
    name,
    ...kinds.map((kind) => {
      const found = results.find(({ cell }) => cell.fault.name === name && cell.kind === kind);
      return found ? short(found.course) : '';
    }),
  ]);
  const all = [['', ...kinds.map(({ name }) => name)], ...rows];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length))) ?? [];
  const lines = all.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [title, ...lines, legend, ''].join('\n');
}

/** One cell in words, for failures. */
export function described({ cell, course }: Result): string {
  const { fault, kind, people, place, times, lookup } = cell;
  const how = `${people ? 'people' : 'at once'}${lookup ? ', seen' : ''}, at ${place}, ${times === 1 ? 'once' : 'lasting'}`;
  const { outcomes, requests, mostOpen, orphans, intents } = course;
  return `${fault.name} × ${kind.name} (${how}): ${outcomes.join(' → ')}; requests ${requests}, open ${mostOpen}, orphans ${orphans}, intents ${intents.length}`;
}
