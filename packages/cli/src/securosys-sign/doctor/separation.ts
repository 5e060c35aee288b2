import type { Settings } from '../settings/settings.js';
import { type Finding, ok, problem, warning } from './finding.js';

const check = 'separation of duties';
const has = (settings: Settings, members: readonly string[]): readonly string[] =>
  members.filter((member) => settings.source(member) !== undefined);

/** Whoever can both ask and approve is everybody that a quorum counts (S43). */
export function checkSeparation(settings: Settings): Finding {
  const approver = has(settings, ['approverKey', 'approverKeyFile']);
  const requester = has(settings, ['applicationKeyPair', 'apiKeys']);
  const login = has(settings, ['token', 'tokenFile', 'keypath']);
  if (approver.length === 0) return ok(check, 'no approver key stands beside what asks for signatures');
  const todo = `take ${approver.join(' and ')} to a machine of the approver's own, with a configuration of its own`;
  if (requester.length > 0)
    return problem(
      check,
      `requester and approver secrets stand in one place (${[...requester, ...approver].join(', ')}): whoever has it asks and approves alone`,
      todo,
    );
  if (login.length > 0)
    return warning(
      check,
      `a login for the TSB stands beside an approver key (${[...login, ...approver].join(', ')}): whoever has it may ask and approve alone`,
      todo,
    );
  return ok(check, 'an approver key, and nothing that asks for signatures');
}
