import { invalidArgument, SignError } from '@securosys/core';
import type { BatchOutcome, TaskView } from '@securosys/sign/approver';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { askDecision } from './ask-decision.js';
import { chooseTasks } from './choose-tasks.js';
import { approverOptions, openApprover } from './open-approver.js';
import { shownSha256 } from './shown.js';

/** Options of both decisions. */
export const decisionOptions: readonly CommandOption[] = [
  { name: 'yes', describe: 'asks nothing' },
  { name: 'shown', value: 'sha256', describe: 'refuse unless it is still what `tasks` showed as this' },
  ...approverOptions,
];

/** @throws SignError `ERR_FACTS_MISMATCH` when something else is there than somebody looked at (S10) */
function checkShown(context: CommandContext, tasks: readonly TaskView[]): void {
  const shown = context.words.text('shown');
  if (shown === undefined) return;
  if (!/^[0-9a-f]{64}$/.test(shown)) invalidArgument('--shown is what tasks prints as SHOWN AS: 64 hexadecimal digits');
  if (shown !== shownSha256(tasks))
    throw new SignError('ERR_FACTS_MISMATCH', 'this is not what was shown: tasks have come, or gone, since then', {
      details: { advice: 'look at it again: securosys-sign tasks' },
    });
}

/** @throws SignError `ERR_FACTS_MISMATCH`: nobody is asked about what cannot be approved */
function checkContradictions(tasks: readonly TaskView[]): void {
  const [first] = tasks.flatMap(({ mismatches }) => mismatches);
  if (first === undefined) return;
  throw new SignError('ERR_FACTS_MISMATCH', `this contradicts itself and cannot be approved: ${first}`, {
    details: { advice: 'reject it, and ask whoever sent it' },
  });
}

function tell(context: CommandContext, decision: string, { outcomes, newcomers, newcomersUnknown }: BatchOutcome): void {
  const failureOf = (one: BatchOutcome['outcomes'][number]) => (one.outcome === 'failed' ? one.error : undefined);
  const tasks = outcomes.map((one) => {
    const error = failureOf(one);
    return { id: one.view.id, outcome: one.outcome, ...(error && { code: error.code, message: error.message }) };
  });
  context.output.result(
    { decision, shownSha256: shownSha256(outcomes.map(({ view }) => view)), tasks, newcomers: newcomers.map(({ id }) => id) },
    tasks.map(({ id, outcome, message }) => ({
      text: `${id}  ${outcome}${message === undefined ? '' : `: ${message}`}`,
      tone: outcome === 'approved' || outcome === 'rejected' ? 'good' : 'bad',
    })),
  );
  if (newcomers.length > 0)
    context.output.warn(`${newcomers.length} tasks came into the request after it was shown; nothing was decided about them`);
  if (newcomersUnknown) context.output.warn('whether tasks came into the request meanwhile could not be looked at');
}

/**
 * One decision over exactly what was shown (S10).
 * @throws SignError before anything is sent, as `Approver.decide` does; afterwards the first failure
 */
export async function decide(context: CommandContext, decision: 'approve' | 'reject'): Promise<'ok'> {
  const { signal, words } = context;
  const { approver, close } = await openApprover(context);
  try {
    const chosen = chooseTasks(await approver.requests({ signal }), words.arguments, context);
    checkShown(context, chosen.tasks);
    if (decision === 'approve') checkContradictions(chosen.tasks);
    const { acceptRisks } = await askDecision(context, decision, chosen);
    const outcome = await approver.decide(chosen.tasks, decision, {
      acceptRisks,
      allowBlind: acceptRisks.some((risk) => risk === 'blind' || risk === 'unknown-format'),
      allowUnverifiedTimestamp: acceptRisks.includes('timestamp-unverified'),
      signal,
    });
    tell(context, decision, outcome);
    signal.throwIfAborted();
    for (const one of outcome.outcomes) if (one.outcome === 'failed') throw one.error;
    return 'ok';
  } finally {
    await close();
  }
}
