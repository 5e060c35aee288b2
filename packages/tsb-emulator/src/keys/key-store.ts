import { failure } from '../failure.js';
import { demandPolicyLicence } from '../licence.js';
import type { Collection } from '../store/collection.js';
import { deriveFor } from './derive.js';
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

  /** Keeps a derived key, whose name has slashes. @throws SignError with the TSB error 608 */
  addDerived(key: KeyRecord): void {
    if (this.#keys.has(key.label)) throw failure(608, 'a key of this name exists already');
    this.#keys.put(key);
  }

  /**
   * The key of a name, or, for `master/path` without a key of its own, the one derived for this call.
   * @throws SignError with the TSB error 650, and those of a derivation
   */
  get(label: string): KeyRecord {
    const key = this.#find(label);
    if (!key) throw failure(650, `Key with name '${label}' does not exist`);
    return key;
  }

  /** A key that is stored, not one that is derived for a call. @throws SignError with the TSB error 650 */
  held(label: string): KeyRecord {
    const key = this.#keys.get(label);
    if (!key) throw failure(650, `Key with name '${label}' does not exist`);
    return key;
  }

  /** Whether the key is stored itself. */
  holds(key: KeyRecord): boolean {
    return this.#keys.get(key.label) === key;
  }

  has(label: string): boolean {
    return this.#keys.has(label);
  }

  /** What a name may stand for: the key of that name, then keys that it may be derived from, the closest first. */
  *#candidates(label: string): Generator<readonly [key: KeyRecord, path: string | undefined]> {
    const key = this.#keys.get(label);
    if (key) yield [key, undefined];
    for (let slash = label.lastIndexOf('/'); slash > 0; slash = label.lastIndexOf('/', slash - 1)) {
      const master = this.#keys.get(label.slice(0, slash));
      if (master) yield [master, label.slice(slash + 1)];
    }
  }

  #find(label: string, identity?: string): KeyRecord | undefined {
    for (const [key, path] of this.#candidates(label))
      if (identity === undefined || key.identity === identity) return path === undefined ? key : deriveFor(key, path);
    return undefined;
  }

  /** @throws SignError with the TSB error 650, 620 */
  unlock(label: string, password: string | undefined): KeyRecord {
    const key = this.get(label);
    if (!key.hasPassword(password)) throw failure(620, 'the key password does not match');
    return key;
  }

  /** The key only if it is still the same one, not a later one of its name. */
  same(label: string, identity: string): KeyRecord | undefined {
    return this.#find(label, identity);
  }

  /** What happens to a key that was derived for a call happens to its master. */
  update(key: KeyRecord, changes: Partial<KeyRecord>): void {
    this.#keys.update(key.master ?? key, changes);
  }

  countUse(key: KeyRecord): void {
    this.update(key, { useCount: (key.master ?? key).useCount + 1 });
  }

  delete(key: KeyRecord): void {
    this.#keys.delete(key);
  }

  all(): readonly KeyRecord[] {
    return this.#keys.all();
  }
}
