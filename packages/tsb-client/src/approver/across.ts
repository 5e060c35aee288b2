import { batchSha256 } from '../metadata/binding.js';
import type { Examined } from './examine.js';
import type { NonceMemory } from './nonce-memory.js';
import type { TaskRisk } from './risks.js';
import type { TaskView } from './view.js';

/** Tasks of one batch: what a stranger calls by the same id is another batch than that of a known application. */
function batches(views: readonly TaskView[]): Map<string, TaskView[]> {
  const groups = new Map<string, TaskView[]>();
  for (const view of views) {
    if (!view.batch) continue;
    const by = view.claimsVerified && view.requester !== 'unverified' ? view.requester.name : null;
    const name = JSON.stringify([view.batch.id, by]);
    groups.set(name, [...(groups.get(name) ?? []), view]);
  }
  return groups;
}

/** Views whose batch is not complete, or holds more than it was made of. */
function differingBatches(views: readonly TaskView[]): ReadonlySet<TaskView> {
  const differs = (group: readonly TaskView[]) => {
    const hash = batchSha256(group.map((view) => view.payloadSha256 ?? '0'.repeat(64)));
    return group.some((view) => view.batch?.sha256 !== hash);
  };
  return new Set([...batches(views).values()].filter(differs).flat());
}

function withRisks({ view, ...rest }: Examined, more: readonly TaskRisk[], claimsVerified: boolean): Examined {
  const risks = Object.freeze([...view.risks, ...more]);
  return { ...rest, view: Object.freeze({ ...view, mismatches: Object.freeze([...view.mismatches]), risks, claimsVerified }) };
}

/**
 * What only the whole list shows: descriptions that are used twice, batches that are not what they say. Views are final afterwards.
 * @param whole whether this is the whole list, so that batches can be complete
 */
export async function compareTasks(examined: readonly Examined[], memory: NonceMemory, whole: boolean): Promise<Examined[]> {
  const replayed: boolean[] = [];
  for (const { nonce, view } of examined)
    replayed.push(nonce !== undefined && (await memory.replayed(nonce, view.challengeSha256)));
  const differing = whole ? differingBatches(examined.map(({ view }) => view)) : new Set<TaskView>();
  return examined.map((one, index) => {
    const again = replayed[index] === true;
    const more: TaskRisk[] = [
      ...(again ? (['claims-replayed'] as const) : []),
      ...(differing.has(one.view) ? (['batch-differs'] as const) : []),
    ];
    return withRisks(one, more, one.view.claimsVerified && !again);
  });
}
