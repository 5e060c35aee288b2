import { type CallOptions, type Clock, hexText, nodeCrypto, type PendingStore, SignError } from '@securosys/core';
import { clockSkewMs } from './clock-skew.js';

/** How long a run may be silent before another takes it for dead, in milliseconds. */
const leaseMs = 120_000;
const renewMs = leaseMs / 4;
const pauseMs = 1_000;

/**
 * The right of one run to publish the signatures of a request, over all processes that share its store. It is taken when something is to be
 * published and given back when nothing is left to do but to wait for people.
 */
export class Lease {
  readonly #store: PendingStore;
  readonly #clock: Clock;
  readonly #key: string;
  #busy = 0;
  #held: { readonly nonce: string; renewedAt: number } | undefined;
  #taking: Promise<void> | undefined;
  /** Another run had it since this run began: it may have published anything. */
  contended = false;

  constructor(store: PendingStore, clock: Clock, requestId: string) {
    this.#store = store;
    this.#clock = clock;
    this.#key = `lease-${requestId}`;
  }

  /** Says that something may soon have to be published. */
  enter(): void {
    this.#busy++;
  }

  /** Says that this is no longer so. */
  async leave(): Promise<void> {
    if (--this.#busy > 0 || !this.#held) return;
    const { nonce } = this.#held;
    this.#held = undefined;
    // Whoever holds it next may publish: what we know may be old.
    this.contended = true;
    await this.#store.delete(this.#key, { ifNonce: nonce });
  }

  /** Of a request that is over: what a run could not give back. */
  async clear(): Promise<void> {
    await this.#store.delete(this.#key);
  }

  /** Waits until nobody else publishes. @throws SignError `ERR_CONFLICT` when another run took this one for dead */
  async take(call: CallOptions): Promise<void> {
    this.#taking ??= this.#take(call).finally(() => {
      this.#taking = undefined;
    });
    await this.#taking;
  }

  async #take({ signal }: CallOptions): Promise<void> {
    if (this.#held) return this.#renew();
    const nonce = hexText(nodeCrypto().randomBytes(16));
    let seen: { readonly text: string; readonly at: number } | undefined;
    for (;;) {
      signal?.throwIfAborted();
      if (await this.#store.put(this.#key, this.#record(nonce), { ifAbsent: true })) break;
      const other = await this.#store.get(this.#key);
      if (!other) continue;
      this.contended = true;
      const now = this.#clock.now();
      const text = JSON.stringify(other);
      if (seen?.text !== text) seen = { text, at: now };
      const silent = now - seen.at >= leaseMs || !(Number(other.renewedAt) + leaseMs + clockSkewMs > now);
      const condition = typeof other.nonce === 'string' ? { ifNonce: other.nonce } : {};
      if (silent && (await this.#store.put(this.#key, this.#record(nonce), condition))) break;
      await this.#clock.sleep(pauseMs, signal);
    }
    this.#held = { nonce, renewedAt: this.#clock.now() };
  }

  async #renew(): Promise<void> {
    const held = this.#held;
    if (!held || this.#clock.now() - held.renewedAt < renewMs) return;
    held.renewedAt = this.#clock.now();
    if (await this.#store.put(this.#key, this.#record(held.nonce), { ifNonce: held.nonce })) return;
    this.#held = undefined;
    this.contended = true;
    throw new SignError('ERR_CONFLICT', 'another run publishes this request, and took this one for dead', { retryable: true });
  }

  #record(nonce: string) {
    return { version: 1, kind: 'signing-lease', nonce, renewedAt: this.#clock.now() };
  }
}
