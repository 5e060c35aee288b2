import type { PolicyGroup, PolicyRule, PolicyToken } from '../api/policy.js';
import { type PolicyDuration, secondsOf } from './duration.js';
import { approvalOf, type PolicyApprover } from './people.js';

/** `atLeast(2)`, which still needs to know whom of. */
export interface HowMany {
  /** Of whom. Nobody may be named twice. */
  of(...approvers: readonly PolicyApprover[]): GroupSentence;
}

/** People of whom some must approve; a rule once its time is said. */
export interface GroupSentence {
  readonly groups: readonly PolicyGroup[];
  /** The people of the other sentence must approve as well. */
  and(other: GroupSentence): GroupSentence;
  /** Name of the (last) group, as approvers see it. */
  called(name: string): GroupSentence;
  /** How long after its creation a request can be approved and executed. */
  within(time: PolicyDuration): RuleSentence;
  /** Requests stay approvable for ever: refused wherever an old approval could do harm (S5). */
  withoutEnd(): RuleSentence;
}

/** A finished rule with one or more ways to fulfil it. */
export interface RuleSentence extends PolicyRule {
  readonly tokens: readonly PolicyToken[];
  /** Approved requests are executed only this long after their creation. Of the last way, if there are several. */
  after(time: PolicyDuration): RuleSentence;
  /** Name of the (last) way, as approvers see it. */
  called(name: string): RuleSentence;
  /** The other rule is enough, too. */
  or(other: PolicyRule): RuleSentence;
}

const defaultName = 'approval';

function withLast<T>(list: readonly T[], changes: Partial<T>): T[] {
  return list.map((one, at) => (at === list.length - 1 ? { ...one, ...changes } : one));
}

/** Methods stand on a prototype, so that a sentence is on the wire, and in comparisons, nothing but its rule. */
class Rule implements RuleSentence {
  constructor(readonly tokens: readonly PolicyToken[]) {}

  after(time: PolicyDuration): RuleSentence {
    return new Rule(withLast(this.tokens, { timelock: secondsOf(time) }));
  }

  called(name: string): RuleSentence {
    return new Rule(withLast(this.tokens, { name }));
  }

  or(other: PolicyRule): RuleSentence {
    return new Rule([...this.tokens, ...(other.tokens ?? [])]);
  }
}

class Group implements GroupSentence {
  constructor(readonly groups: readonly PolicyGroup[]) {}

  and(other: GroupSentence): GroupSentence {
    return new Group([...this.groups, ...other.groups]);
  }

  called(name: string): GroupSentence {
    return new Group(withLast(this.groups, { name }));
  }

  within(time: PolicyDuration): RuleSentence {
    const name = this.groups[0]?.name ?? defaultName;
    return new Rule([{ name, timelock: 0, timeout: secondsOf(time), groups: this.groups }]);
  }

  withoutEnd(): RuleSentence {
    return this.within(0);
  }
}

/**
 * Begins a rule that reads as it works. Nothing is checked before {@link buildPolicy} sees the whole policy and can say where a
 * mistake is; only a duration that is none is refused at once.
 *
 * @example
 * ```ts
 * import { atLeast, type PolicyApprover } from '@securosys/tsb-client';
 * declare const ciso: PolicyApprover, devLead: PolicyApprover, product: PolicyApprover, lawyer: PolicyApprover;
 *
 * const release = atLeast(2).of(ciso, devLead, product).within('1h').after('10m');
 * const change = atLeast(2).of(ciso, devLead, product).and(atLeast(1).of(lawyer)).within('1d').or(release);
 * ```
 */
export function atLeast(count: number): HowMany {
  return {
    of: (...approvers) => new Group([{ name: defaultName, quorum: count, approvals: approvers.map(approvalOf) }]),
  };
}

/** All of these people: {@link atLeast} with their number. */
export function allOf(...approvers: readonly PolicyApprover[]): GroupSentence {
  return atLeast(approvers.length).of(...approvers);
}
