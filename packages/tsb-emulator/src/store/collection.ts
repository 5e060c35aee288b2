import type { JsonValue } from '@securosys/core';
import { failure } from '../failure.js';

/** Which records a collection holds, and how each is written down. */
export interface CollectionOptions<T> {
  /** Stands in the data folder: renaming it loses what is stored. */
  readonly name: string;
  idOf(value: T): string;
  encode(value: T): JsonValue | undefined;
  decode(stored: JsonValue): T;
  /** Most records: the emulator is a process in memory that is reached over HTTP. */
  readonly limit: number;
}

/** One record that a call changed. */
export interface Change {
  readonly collection: string;
  readonly id: string;
  /** The record's new text; absent when it was deleted. */
  readonly text?: string;
}

/**
 * Records by id, in the order they came. Members of records are read-only: {@link Collection.update} is the one way to change one,
 * so that no change can be forgotten when the call's changes are committed.
 *
 * Whatever belongs together has to be changed without an `await` in between: another call may commit at any of them.
 */
export class Collection<T extends object> {
  readonly #options: CollectionOptions<T>;
  readonly #records = new Map<string, T>();
  readonly #changed = new Set<string>();

  constructor(options: CollectionOptions<T>, stored: Iterable<JsonValue> = []) {
    this.#options = options;
    for (const record of stored) {
      const value = options.decode(record);
      this.#records.set(options.idOf(value), value);
    }
  }

  get name(): string {
    return this.#options.name;
  }

  get size(): number {
    return this.#records.size;
  }

  get(id: string): T | undefined {
    return this.#records.get(id);
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  /** Oldest first. */
  all(): readonly T[] {
    return [...this.#records.values()];
  }

  /** Ids, oldest first. */
  ids(): string[] {
    return [...this.#records.keys()];
  }

  /** Adds, or replaces the one of its id. @throws SignError with the TSB error 701 when the collection is full */
  put(value: T): void {
    const { name, limit, idOf } = this.#options;
    const id = idOf(value);
    if (!this.#records.has(id) && this.#records.size >= limit) throw failure(701, `the emulator holds at most ${limit} ${name}`);
    this.#records.set(id, value);
    this.#changed.add(id);
  }

  /** Changes members of a record that is in the collection. The id stays. */
  update(value: T, changes: Partial<T>): void {
    const id = this.#options.idOf(value);
    if (this.#records.get(id) !== value) throw new TypeError(`${this.name}: the record is not held here any more`);
    Object.assign(value, changes);
    this.#changed.add(id);
  }

  delete(value: T): void {
    const id = this.#options.idOf(value);
    if (this.#records.get(id) !== value) return;
    this.#records.delete(id);
    this.#changed.add(id);
  }

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  /** What changed since {@link Collection.committed}, as it stands now. */
  changes(): Change[] {
    return [...this.#changed].map((id) => {
      const value = this.#records.get(id);
      const at = { collection: this.name, id };
      return value ? { ...at, text: JSON.stringify(this.#options.encode(value)) } : at;
    });
  }

  /** Everything that changed is stored. */
  committed(): void {
    this.#changed.clear();
  }
}
