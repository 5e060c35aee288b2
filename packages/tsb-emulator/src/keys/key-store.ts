import { failure } from '../failure.js';
import { demandPolicyLicence } from '../licence.js';
import type { Collection } from '../store/collection.js';
import type { KeyRecord } from './key-record.js';

/** The keys of a partition, by label. */
export class KeyStore {
  readonly #keys: Collection<KeyRecord>;

  readonly #clientFlags: ReadonlySet<string>;

  constructor(keys: Collection<KeyRecord>, clientFlags: ReadonlySet<string>) {
    this.#keys = keys;
    this.#clientFlags = clientFlags;
  }

  labels(): string[] {
    return this.#keys.ids();
  }

  /** @throws SignError with the TSB error 608 for a label in use, 450 for a policy that the licence does not cover */
  add(key: KeyRecord): void {
    this.refuseTaken(key.label);
    if (key.rules) demandPolicyLicence(this.#clientFlags);
    this.#keys.put(key);
  }

  /** Asked before a slow key generation, too. @throws SignError with the TSB error 608, 610 */
  refuseTaken(label: string): void {
    if (label === '' || label.length > 256 || label.includes('/'))
      throw failure(610, 'a key name has 1 to 256 characters and no slash');
    if (this.#keys.has(label)) throw failure(608, 'a key of this name exists already');
  }

  /** @throws SignError with the TSB error 650 */
  get(label: string): KeyRecord {
    const key = this.#keys.get(label);
    if (!key) throw failure(650, `Key with name '${label}' does not exist`);
    return key;
  }

  /** @throws SignError with the TSB error 650, 620 */
  unlock(label: string, password: string | undefined): KeyRecord {
    const key = this.get(label);
    if (!key.hasPassword(password)) throw failure(620, 'the key password does not match');
    return key;
  }

  /** The key only if it is still the same one, not a later one of its name. */
  same(label: string, identity: string): KeyRecord | undefined {
    const key = this.#keys.get(label);
    return key?.identity === identity ? key : undefined;
  }

  update(key: KeyRecord, changes: Partial<KeyRecord>): void {
    this.#keys.update(key, changes);
  }

  countUse(key: KeyRecord): void {
    this.update(key, { useCount: key.useCount + 1 });
  }

  delete(key: KeyRecord): void {
    this.#keys.delete(key);
  }

  all(): readonly KeyRecord[] {
    return this.#keys.all();
  }
}
