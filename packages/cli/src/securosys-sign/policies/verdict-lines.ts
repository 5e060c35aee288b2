import type { PolicyResult, RequirementResult } from '@securosys/sign/policy';
import type { Line } from '../output/output.js';

const requirementLine = ({ requirement, path, status, reason }: RequirementResult): Line => ({
  text: `    ${requirement} (${path}): ${status}${reason === undefined ? '' : `: ${reason}`}`,
  tone: status === 'satisfied' ? 'good' : 'bad',
});

/** What every rule of a policy says about one signature. */
export function verdictLines(result: PolicyResult): Line[] {
  const rules = result.rules.flatMap(({ rule, status, conditions, requirements }): Line[] => [
    `  rule '${rule}': ${status === 'not-applicable' ? 'is about something else' : status}`,
    ...[...conditions.filter((one) => one.status === 'unknown'), ...requirements].map(requirementLine),
  ]);
  if (result.verdict === 'allowed') return [{ text: 'allowed', tone: 'good' }, ...rules];
  const { rule, path, reason } = result;
  const by = rule === undefined ? '' : ` by rule '${rule}'${path === undefined ? '' : `, ${path}`}`;
  return [{ text: `refused${by}: ${reason}`, tone: 'bad' }, ...rules];
}
