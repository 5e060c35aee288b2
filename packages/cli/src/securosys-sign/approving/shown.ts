import { sha256Hex, utf8Bytes } from '@securosys/core';
import { type RequestView, requestData, requestText, type TaskView } from '@securosys/sign/approver';
import type { CommandContext } from '../context.js';
import type { Line } from '../output/output.js';

/**
 * Names exactly this set of tasks by the bytes that approvals of them sign (S10): whoever looked at it in another run can say so.
 * @returns 64 hex characters
 */
export const shownSha256 = (tasks: readonly TaskView[]): string =>
  sha256Hex(
    utf8Bytes(
      tasks
        .map(({ challengeSha256 }) => challengeSha256)
        .toSorted()
        .join('\n'),
    ),
  );

/** A request for people. */
export function shownLines(request: RequestView, { clock }: Pick<CommandContext, 'clock'>): Line[] {
  const [heading = '', ...rest] = requestText(request, clock.now());
  const tone = (text: string): Line =>
    text.startsWith('  CANNOT BE APPROVED')
      ? { text, tone: 'bad' }
      : text.startsWith('  THINK ABOUT')
        ? { text, tone: 'warn' }
        : text;
  return [{ text: heading, tone: 'strong' }, ...rest.map(tone), `  SHOWN AS ${shownSha256(request.tasks)}`];
}

/** The same for programs. */
export const shownData = (request: RequestView, { clock }: Pick<CommandContext, 'clock'>) => ({
  ...requestData(request, clock.now()),
  shownSha256: shownSha256(request.tasks),
});
