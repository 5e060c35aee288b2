import { SignError } from '@securosys/core';
import type { PolicyApproval, PolicyGroup, PolicyRule, PolicyToken } from '../api/policy.js';
import { approverFacts } from './approver-facts.js';
import { durationText } from './duration.js';
import { approverIdentity } from './identity.js';
import { nameProblem } from './names.js';

/** One mistake in a policy. */
export interface PolicyProblem {
  /** `ERR_INVALID_ARGUMENT` for what a TSB refuses or nobody can mean, `ERR_POLICY_UNSAFE` for S5 and S6. */
  readonly code: 'ERR_INVALID_ARGUMENT' | 'ERR_POLICY_UNSAFE';
  /** One key listed more than once in a group, or names that cannot be told apart. */
  readonly kind?: 'same-person' | 'look-alike';
  /** Where: `ruleUse.tokens[0].groups[1].quorum`. */
  readonly path: string;
  readonly message: string;
}

/** Times travel as minutes in 32 bits (`tsb-rest-api.md` §5.4). */
const mostMinutes = 0xffff_ffff;

const wrong = (path: string, message: string | undefined): PolicyProblem[] =>
  message === undefined ? [] : [{ code: 'ERR_INVALID_ARGUMENT', path, message }];

const twice = (path: string, before: number): PolicyProblem => ({
  code: 'ERR_INVALID_ARGUMENT',
  kind: 'same-person',
  path,
  message: `an approver is named twice: here and in approvals[${before}]`,
});

function timeProblem(seconds: number): string | undefined {
  if (!Number.isInteger(seconds) || seconds < 0) return 'a time is a whole number of seconds, 0 or more';
  if (seconds % 60 !== 0) return `${durationText(seconds)} are not whole minutes`;
  return seconds / 60 > mostMinutes ? 'a time is longer than the HSM can keep' : undefined;
}

function approverProblem({ type, name, value }: PolicyApproval): string | undefined {
  if (type === 'onboarded_approver_certificate')
    return value === undefined && name ? undefined : 'an onboarded approver is known by its name, and by nothing else';
  if (value === undefined) return `an approver of type ${type} needs a value`;
  try {
    const facts = approverFacts({ type, value });
    if (type === 'certificate' && facts?.commonName === undefined)
      return 'an approver certificate needs a common name: it is what people see (error 604)';
    return facts?.keyType === undefined ? 'approvers have RSA, EC, Ed25519, DSA or BLS keys (error 601)' : undefined;
  } catch (error) {
    if (SignError.is(error))
      return type === 'certificate' ? 'this is no certificate in DER' : 'this is no public key in SPKI DER';
    throw error;
  }
}

function groupProblems(path: string, group: PolicyGroup): PolicyProblem[] {
  const { approvals, quorum } = group;
  if (approvals.length === 0) return wrong(`${path}.approvals`, 'a group needs somebody (error 401)');
  const reachable = Number.isInteger(quorum) && quorum >= 1 && quorum <= approvals.length;
  const seen = new Map<string, number>();
  return [
    ...wrong(`${path}.name`, nameProblem(group.name)),
    ...wrong(
      `${path}.quorum`,
      reachable ? undefined : `a quorum of ${quorum} out of ${approvals.length} approvers is impossible`,
    ),
    ...approvals.flatMap((approval, at) => {
      const here = `${path}.approvals[${at}]`;
      const identity = approverIdentity(approval);
      const before = seen.get(identity);
      seen.set(identity, before ?? at);
      return [
        ...wrong(`${here}.name`, nameProblem(approval.name)),
        ...wrong(here, approverProblem(approval)),
        ...(before === undefined ? [] : [twice(here, before)]),
      ];
    }),
  ];
}

function tokenProblems(path: string, token: PolicyToken): PolicyProblem[] {
  const { timelock, timeout } = token;
  const times = [...wrong(`${path}.timelock`, timeProblem(timelock)), ...wrong(`${path}.timeout`, timeProblem(timeout))];
  const closed = times.length === 0 && timeout !== 0 && timelock >= timeout;
  return [
    ...wrong(`${path}.name`, nameProblem(token.name)),
    ...times,
    ...wrong(
      `${path}.timelock`,
      closed
        ? `the time lock of ${durationText(timelock)} ends when the request has expired, after ${durationText(timeout)}`
        : undefined,
    ),
    ...(token.groups ?? []).flatMap((group, at) => groupProblems(`${path}.groups[${at}]`, group)),
  ];
}

/** What is wrong with one rule by itself. */
export function ruleProblems(path: string, rule: PolicyRule | null | undefined): PolicyProblem[] {
  return (rule?.tokens ?? []).flatMap((token, at) => tokenProblems(`${path}.tokens[${at}]`, token));
}
