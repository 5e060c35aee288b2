import { type PendingStore, SignError } from '@securosys/core';

/** Nonces that are remembered, so that a description is believed once. */
const mostNonces = 10_000;

/** The last so many of them. */
function remember(nonces: Map<string, string>, nonce: string, challenge: string): void {
  nonces.set(nonce, challenge);
  const [oldest] = nonces.keys();
  if (nonces.size > mostNonces && oldest !== undefined) nonces.delete(oldest);
}

/**
 * Remembers which challenge used which nonce. A TSB chooses the ids of tasks, and the HSM makes a challenge of its own for each request:
 * only the challenge tells one use of a description from another.
 */
export class NonceMemory {
  readonly #seen = new Map<string, string>();
  readonly #spent = new Map<string, string>();
  readonly #store: PendingStore | undefined;

  constructor(store: PendingStore | undefined) {
    this.#store = store;
  }

  async #stored(nonce: string): Promise<unknown> {
    // In two steps: the CommonJS build loses the space in `return (await x)?.y`.
    const kept = await this.#store?.get(`nonce-${nonce}`);
    return kept?.challengeSha256;
  }

  /** Whether another challenge was seen with it first, or approved. */
  async replayed(nonce: string, challenge: string): Promise<boolean> {
    const others = [this.#seen.get(nonce), this.#spent.get(nonce), await this.#stored(nonce)];
    if (!this.#seen.has(nonce)) remember(this.#seen, nonce, challenge);
    return others.some((other) => other !== undefined && other !== challenge);
  }

  /**
   * Uses it up, before the approval is sent; the same challenge may be sent again.
   * @throws SignError `ERR_NOT_TRUSTED` when an approval of another challenge used it up
   */
  async spend(nonce: string, challenge: string): Promise<void> {
    // Noted at once, so that of two approvals at the same time the second finds the first.
    if (!this.#spent.has(nonce)) remember(this.#spent, nonce, challenge);
    if (this.#spent.get(nonce) === challenge) {
      const written = await this.#store?.put(`nonce-${nonce}`, { nonce, challengeSha256: challenge }, { ifAbsent: true });
      if (written !== false || (await this.#stored(nonce)) === challenge) return;
    }
    throw new SignError('ERR_NOT_TRUSTED', 'the description of this request was used for another one that was approved');
  }
}
