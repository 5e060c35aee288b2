import { batchesOf, batchRisks } from './batches.js';
import type { Examined } from './examine.js';
import type { NonceMemory } from './nonce-memory.js';
import type { TaskRisk } from './risks.js';

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
  const batches = whole ? batchesOf(examined.map(({ view }) => view)) : [];
  const risky = new Map(batches.flatMap((batch) => batch.tasks.map((view) => [view, batchRisks(batch)] as const)));
  return examined.map((one, index) => {
    const again = replayed[index] === true;
    const more: TaskRisk[] = [...(again ? (['claims-replayed'] as const) : []), ...(risky.get(one.view) ?? [])];
    return withRisks(one, more, one.view.claimsVerified && !again);
  });
}
