import type { PolicyGroup, PolicyRule, PolicyToken } from '../api/policy.js';
import { approverIdentity } from './identity.js';

/**
 * Fewest people who can fulfil a rule: never below `least`, never above `most`; mostly they are equal. Whether an HSM counts a key that
 * one group lists twice once or twice is not known: `least` counts entries, `most` counts keys.
 */
export interface Strength {
  readonly least: number;
  readonly most: number;
}

const nobody: Strength = { least: Number.POSITIVE_INFINITY, most: Number.POSITIVE_INFINITY };
/** Combinations of people that are tried before bounds have to do. */
const mostTried = 50_000;

/** People who count alike in all groups are the same for counting. */
interface Kind {
  /** For how many each of them counts, group by group. */
  readonly counts: readonly number[];
  readonly people: number;
}

function kindsOf(groups: readonly PolicyGroup[]): Kind[] {
  const countsOf = new Map<string, number[]>();
  groups.forEach((group, index) => {
    for (const approval of group.approvals) {
      const person = approverIdentity(approval);
      const counts = countsOf.get(person) ?? groups.map(() => 0);
      counts[index] = (counts[index] ?? 0) + 1;
      countsOf.set(person, counts);
    }
  });
  const kinds = new Map<string, Kind>();
  for (const counts of countsOf.values()) {
    const key = counts.join();
    kinds.set(key, { counts, people: (kinds.get(key)?.people ?? 0) + 1 });
  }
  return [...kinds.values()];
}

/** Fewest people for what each group still needs, by trying every number of people of each kind. */
function fewest(kinds: readonly Kind[], needed: readonly number[], at = 0): number {
  if (needed.every((count) => count <= 0)) return 0;
  const kind = kinds[at];
  if (!kind) return Number.POSITIVE_INFINITY;
  let best = Number.POSITIVE_INFINITY;
  for (let count = 0; count <= kind.people; count++) {
    const left = needed.map((need, group) => need - count * (kind.counts[group] ?? 0));
    best = Math.min(best, count + fewest(kinds, left, at + 1));
  }
  return best;
}

function strengthAmong(kinds: readonly Kind[], quorums: readonly number[]): Strength {
  const present = quorums.map((_, group) => kinds.reduce((sum, kind) => sum + kind.people * (kind.counts[group] ?? 0), 0));
  if (quorums.some((quorum, group) => quorum > (present[group] ?? 0))) return nobody;
  if (kinds.reduce((product, kind) => product * (kind.people + 1), 1) <= mostTried) {
    const exact = fewest(kinds, quorums);
    return { least: exact, most: exact };
  }
  // One person counts in every group they sit in: at best they are the same people throughout, at worst all different ones.
  const everybody = kinds.reduce((sum, kind) => sum + kind.people, 0);
  const heaviest = Math.max(...kinds.flatMap(({ counts }) => counts));
  const sum = quorums.reduce((all, quorum) => all + quorum, 0);
  return { least: Math.ceil(Math.max(...quorums) / heaviest), most: Math.min(sum, everybody) };
}

function tokenStrength(token: PolicyToken): Strength {
  const groups = token.groups ?? [];
  const quorums = groups.map((group) => group.quorum);
  const byEntry = kindsOf(groups);
  const strength = strengthAmong(byEntry, quorums);
  if (byEntry.every(({ counts }) => counts.every((count) => count <= 1))) return strength;
  const byKey = byEntry.map(({ counts, people }) => ({ people, counts: counts.map((count) => Math.min(count, 1)) }));
  return { least: strength.least, most: strengthAmong(byKey, quorums).most };
}

/**
 * How many people it takes to fulfil a rule (`tsb-rest-api.md` §4.2): 0 when anyone with the API can (a `null` rule, or a token
 * without groups), `Infinity` when nobody ever can. Approvers known to the TSB by name count as people of their own.
 */
export function strengthOf(rule: PolicyRule | null | undefined): Strength {
  if (rule === null || rule === undefined) return { least: 0, most: 0 };
  return (rule.tokens ?? [])
    .map(tokenStrength)
    .reduce((a, b) => ({ least: Math.min(a.least, b.least), most: Math.min(a.most, b.most) }), nobody);
}

/**
 * Fewest people who can fulfil a rule, as `strengthOf` counts them; for rules with very many ways to fulfil them a number
 * that is not above it.
 */
export function ruleStrength(rule: PolicyRule | null | undefined): number {
  return strengthOf(rule).least;
}

/** Whether it may be that nobody can ever fulfil a rule. */
export function mayBeUnusable(rule: PolicyRule | null | undefined): boolean {
  return strengthOf(rule).most === Number.POSITIVE_INFINITY;
}

/** Whether one key is listed more than once in a group of a rule. */
export function countsTwice(rule: PolicyRule | null | undefined): boolean {
  const groups = (rule?.tokens ?? []).flatMap((token) => token.groups ?? []);
  return groups.some(({ approvals }) => new Set(approvals.map(approverIdentity)).size < approvals.length);
}

/** Whether fewer people might do with `rule` than with `other`. When it cannot be told, they might. */
export function mayBeWeaker(rule: PolicyRule | null | undefined, other: PolicyRule | null | undefined): boolean {
  return strengthOf(rule).least < strengthOf(other).most && JSON.stringify(rule) !== JSON.stringify(other);
}
