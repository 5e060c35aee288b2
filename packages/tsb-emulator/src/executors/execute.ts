import { failure } from '../failure.js';
import type { KeyRecord } from '../keys/key-record.js';
import type { Partition } from '../partition.js';
import type { OperationInputs, OperationKind } from '../requests/operation-kind.js';
import type { Outcome } from './executor.js';
import { executors } from './index.js';

/** One operation on one key, ready to be done. */
export interface Act<K extends OperationKind = OperationKind> {
  readonly kind: K;
  readonly key: KeyRecord;
  readonly input: OperationInputs[K];
}

/**
 * Lets the HSM compute. What it changes, the use counter included, waits in `apply`, which also refuses when the key went away
 * meanwhile.
 * @throws SignError when the HSM refuses; `apply` with the TSB error 650
 */
export async function execute<K extends OperationKind>(partition: Partition, act: Act<K>): Promise<Required<Outcome>> {
  const { kind, key, input } = act;
  const executor = executors[kind];
  const { result, apply } = await executor.run({ partition, key, input });
  return {
    result,
    apply() {
      if (!partition.keys.same(key.label, key.identity)) throw failure(650, 'the key is gone');
      apply?.();
      if (executor.rule === 'ruleUse') partition.keys.countUse(key);
    },
  };
}
