import type { ModifyPolicy, PolicyApproval } from '../api/policy.js';
import { approverName } from './approver-facts.js';
import type { PolicyProblem } from './check-rule.js';
import { approverIdentity } from './identity.js';
import { appearance } from './names.js';
import { ruleNames } from './rule-names.js';

interface Named {
  readonly path: string;
  /** What the name looks like. */
  readonly look: string;
  readonly identity: string;
}

function namedIn(path: string, approval: PolicyApproval): Named[] {
  const name = approverName(approval);
  return name === undefined ? [] : [{ path, look: appearance(name), identity: approverIdentity(approval) }];
}

function everybody(policy: ModifyPolicy): Named[] {
  return ruleNames.flatMap((name) =>
    (policy[name]?.tokens ?? []).flatMap((token, t) =>
      (token.groups ?? []).flatMap((group, g) =>
        group.approvals.flatMap((approval, a) => namedIn(`${name}.tokens[${t}].groups[${g}].approvals[${a}]`, approval)),
      ),
    ),
  );
}

const problem = ({ path }: Named, message: string): PolicyProblem => ({
  code: 'ERR_INVALID_ARGUMENT',
  kind: 'look-alike',
  path: `${path}.name`,
  message,
});

/** Two people whose names cannot be told apart: whoever approves or reads the policy would take one for the other. */
export function lookalikeProblems(policy: ModifyPolicy): PolicyProblem[] {
  const known = new Map<string, Named>();
  return everybody(policy).flatMap((one) => {
    const before = known.get(one.look);
    if (!before) known.set(one.look, one);
    if (!before || before.identity === one.identity) return [];
    return [problem(one, `another approver has the same name, or one that looks like it: ${before.path}`)];
  });
}

/** New people under names that others have today, or that look like those. */
export function takenNames(today: ModifyPolicy, next: ModifyPolicy): PolicyProblem[] {
  const present = everybody(today);
  const has = ({ look }: Named, identity?: string) =>
    present.some((one) => one.look === look && (identity === undefined || one.identity === identity));
  return everybody(next).flatMap((one) =>
    has(one) && !has(one, one.identity) ? [problem(one, 'today another key has this name, or one that looks like it')] : [],
  );
}
