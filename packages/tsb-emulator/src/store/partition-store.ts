import { SignError } from '@securosys/core';
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

  /** A collection with what is stored of it. @throws SignError `ERR_STORE` for records that nobody can read, for whatever reason */
  collection<T extends object>(options: CollectionOptions<T>): Collection<T> {
    const made = this.#loaded(options);
    this.#collections.push(made as unknown as Collection<never>);
    return made;
  }

  #loaded<T extends object>(options: CollectionOptions<T>): Collection<T> {
    try {
      return new Collection(options, this.#journal.load(this.#partition, options.name));
    } catch (cause) {
      throw new SignError('ERR_STORE', `the data folder is damaged: its ${options.name} cannot be read`, { cause });
    }
  }

  /** Stores everything that changed in one transaction. Called before a call is answered. @throws SignError `ERR_STORE` */
  commit(): void {
    const changed = this.#collections.filter((collection) => collection.hasChanges);
    if (changed.length === 0) return;
    this.#journal.commit(this.#partition, () => changed.flatMap((collection) => collection.changes()));
    for (const collection of changed) collection.committed();
  }
}
