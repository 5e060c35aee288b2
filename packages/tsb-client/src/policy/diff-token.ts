import type { PolicyApproval, PolicyGroup, PolicyToken } from '../api/policy.js';
import { approverName } from './approver-facts.js';
import type { PolicyChange, PolicyDirection } from './change.js';
import { durationText } from './duration.js';
import { approverIdentity } from './identity.js';
import { pairs } from './pairs.js';
import { approverText, groupText, quoted } from './words.js';

/** A change that does not know its rule yet. */
export type Change = Omit<PolicyChange, 'rule'>;

function number(
  kind: 'quorum' | 'timeout' | 'timelock',
  path: string,
  before: number,
  after: number,
  direction: PolicyDirection,
  text: string,
): Change[] {
  return before === after ? [] : [{ kind, path: `${path}.${kind}`, before, after, direction, text }];
}

function renamed(path: string, before: string | undefined, after: string | undefined, what: string): Change[] {
  const [old = '', next = ''] = [before, after];
  if (old === next) return [];
  const called = (name: string) => (name === '' ? 'nothing' : quoted(name));
  const text = `${what} is called ${called(next)} instead of ${called(old)}`;
  return [{ kind: 'name', path: `${path}.name`, before: old, after: next, direction: 'other', text }];
}

function approverChanges(path: string, before: PolicyGroup, after: PolicyGroup): Change[] {
  const key = (approval: PolicyApproval) => approverIdentity(approval);
  const { matched, old, next } = pairs(before.approvals, after.approvals, key);
  const nameOf = ({ name = '' }: PolicyApproval) => name;
  const called = (approval: PolicyApproval) => approverName(approval) ?? '';
  return [
    ...matched.flatMap(([[was], [is, at]]): Change[] =>
      called(was) === called(is)
        ? []
        : [
            {
              kind: 'approver-renamed',
              path: `${path}.approvals[${at}]`,
              before: nameOf(was),
              after: nameOf(is),
              direction: 'other',
              text: `${approverText(was)} is now called ${approverText(is)}`,
            },
          ],
    ),
    ...old.map(
      ([was, at]): Change => ({
        kind: 'approver-removed',
        path: `${path}.approvals[${at}]`,
        before: nameOf(was),
        direction: 'stronger',
        text: `${approverText(was)} can no longer approve`,
      }),
    ),
    ...next.map(
      ([is, at]): Change => ({
        kind: 'approver-added',
        path: `${path}.approvals[${at}]`,
        after: nameOf(is),
        direction: 'weaker',
        text: `${approverText(is)} can approve`,
      }),
    ),
  ];
}

function groupChanges(path: string, before: PolicyGroup, after: PolicyGroup): Change[] {
  return [
    ...renamed(path, before.name, after.name, 'a group'),
    ...number(
      'quorum',
      path,
      before.quorum,
      after.quorum,
      after.quorum > before.quorum ? 'stronger' : 'weaker',
      `it takes ${after.quorum} of a group instead of ${before.quorum}`,
    ),
    ...approverChanges(path, before, after),
  ];
}

/** What tokens and groups are compared by. */
export const nameKey = ({ name = '' }: { readonly name?: string | undefined }) => name;
const endless = (seconds: number) => (seconds === 0 ? Number.POSITIVE_INFINITY : seconds);
const lifeText = (seconds: number) => (seconds === 0 ? 'for ever' : durationText(seconds));

/** What changed between two ways to fulfil a rule. */
export function tokenChanges(path: string, before: PolicyToken, after: PolicyToken): Change[] {
  const { matched, old, next, take } = pairs(before.groups ?? [], after.groups ?? [], nameKey);
  take(() => true);
  return [
    ...renamed(path, before.name, after.name, 'a way to do it'),
    ...number(
      'timelock',
      path,
      before.timelock,
      after.timelock,
      after.timelock > before.timelock ? 'stronger' : 'weaker',
      `not before ${durationText(after.timelock)} instead of ${durationText(before.timelock)}`,
    ),
    ...number(
      'timeout',
      path,
      before.timeout,
      after.timeout,
      endless(after.timeout) < endless(before.timeout) ? 'stronger' : 'weaker',
      `approvable ${lifeText(after.timeout)} instead of ${lifeText(before.timeout)}`,
    ),
    ...matched.flatMap(([[was], [is, at]]) => groupChanges(`${path}.groups[${at}]`, was, is)),
    ...old.map(
      ([was, at]): Change => ({
        kind: 'group-removed',
        path: `${path}.groups[${at}]`,
        direction: 'weaker',
        text: `no longer needed: ${groupText(was)}`,
      }),
    ),
    ...next.map(
      ([is, at]): Change => ({
        kind: 'group-added',
        path: `${path}.groups[${at}]`,
        direction: 'stronger',
        text: `needed as well: ${groupText(is)}`,
      }),
    ),
  ];
}
