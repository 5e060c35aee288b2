import { invalidArgument, SignError } from '@securosys/core';
import { risksToAccept, type TaskRisk, type TaskView } from '@securosys/sign/approver';
import type { CommandContext } from '../context.js';
import { type Line, shownLine } from '../output/output.js';

/** What somebody has said yes to. */
export interface Agreement {
  /** Risks that were looked at by name (S44). */
  readonly acceptRisks: readonly TaskRisk[];
}

const nothingDecided = (message: string): SignError =>
  new SignError('ERR_VETOED', `${message}: nothing was decided`, {
    details: { advice: 'look at it again: securosys-sign tasks' },
  });

async function ask(context: CommandContext, lines: readonly Line[], question: string): Promise<string> {
  const { io, output } = context;
  const terminal = output.json ? undefined : await io.terminal?.();
  if (!terminal)
    return invalidArgument(
      output.json
        ? 'with --json nobody is asked: give --yes, and --accept-risk for each risk'
        : `there is no terminal to ask: ${question}`,
    );
  // Whoever answers has to have seen it, wherever results go.
  for (const line of lines) io.stderr.write(`${shownLine(line, false)}\n`);
  return (await terminal.ask(question)).trim();
}

/**
 * Whether the person wants it. Risks have to be typed by their names, or named with `--accept-risk`; `--yes` does not cover them (S44).
 * @throws SignError `ERR_VETOED` for a no, `ERR_INVALID_ARGUMENT` where nobody can be asked
 */
export async function askDecision(
  context: CommandContext,
  decision: 'approve' | 'reject',
  { tasks, lines }: { readonly tasks: readonly TaskView[]; readonly lines: readonly Line[] },
): Promise<Agreement> {
  const { words } = context;
  const risks = decision === 'approve' ? [...new Set(tasks.flatMap(risksToAccept))] : [];
  const accepted = words.list('accept-risk');
  const open = risks.filter((risk) => !accepted.includes(risk));
  if (open.length > 0) {
    if (words.flag('yes') || context.output.json)
      throw new SignError('ERR_VETOED', `--yes does not cover risks: ${open.join(', ')}; nothing was decided`, {
        details: { risks: open, advice: 'look at each of them, then name it: --accept-risk' },
      });
    const names = open.join(' ');
    if ((await ask(context, lines, `to approve, type what you have thought about (${names})`)) !== names)
      throw nothingDecided('the risks were not named');
    return { acceptRisks: risks };
  }
  if (words.flag('yes')) {
    for (const line of lines) context.output.note(line);
    return { acceptRisks: risks };
  }
  const count = tasks.length === 1 ? 'this task' : `these ${tasks.length} tasks`;
  if ((await ask(context, lines, `type yes to ${decision} ${count}`)) !== 'yes') throw nothingDecided('the answer was not yes');
  return { acceptRisks: risks };
}
