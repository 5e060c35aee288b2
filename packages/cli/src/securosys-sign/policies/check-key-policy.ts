import { policyProblems, policyWeaknesses } from '@securosys/tsb-client';
import type { Policy } from '@securosys/tsb-client/api';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { usageOf } from './key-usage.js';

/** What is wrong, and what is weak, about the rules of a key. */
export function checkKeyPolicy(context: CommandContext, policy: Policy): Exit {
  const usage = usageOf(context);
  const problems = policyProblems(policy, { usage });
  const weaknesses = policyWeaknesses(policy, { use: usage });
  const verdict = problems.length > 0 ? 'refused' : 'allowed';
  context.output.result({ kind: 'key', verdict, problems, weaknesses }, [
    problems.length > 0
      ? { text: 'refused: no key is made with these rules', tone: 'bad' }
      : { text: 'these rules can be given to a key', tone: 'good' },
    ...problems.map(({ path, message }) => ({ text: `  ${path}: ${message}`, tone: 'bad' as const })),
    ...weaknesses.map(({ severity, message }) => ({ text: `  ${severity}: ${message}`, tone: 'warn' as const })),
  ]);
  return problems.length > 0 ? 'refused' : 'ok';
}
