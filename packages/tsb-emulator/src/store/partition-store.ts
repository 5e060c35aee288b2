import { Collection, type CollectionOptions } from './collection.js';
import type { Journal } from './journal.js';

/**
 * The collections of one partition. A new kind of record is one more {@link PartitionStore.collection}: loading, committing and the
 * data folder come with it.
 */
export class PartitionStore {
  readonly #partition: string;
  readonly #journal: Journal;
  readonly #collections: Collection<never>[] = [];

  constructor(partition: string, journal: Journal) {
    this.#partition = partition;
    this.#journal = journal;
  }

  collection<T extends object>(options: CollectionOptions<T>): Collection<T> {
    const made = new Collection(options, this.#journal.load(this.#partition, options.name));
    this.#collections.push(made as unknown as Collection<never>);
    return made;
  }

  /** Stores everything that changed in one transaction. Called before a call is answered. @throws SignError `ERR_STORE` */
  commit(): void {
    const changed = this.#collections.filter((collection) => collection.hasChanges);
    if (changed.length === 0) return;
    this.#journal.commit(this.#partition, () => changed.flatMap((collection) => collection.changes()));
    for (const collection of changed) collection.committed();
  }
}
