import { sanitizeText } from '@securosys/core';

const mostNames = 1_000;

/**
 * Texts by which a TSB names approvers, each kept once: the same few people stand in every request, and thousands of requests may be
 * watched at the same time.
 */
export class ApproverNames {
  readonly #known = new Map<string, string>();

  of(keys: readonly string[] | null): readonly string[] {
    return (keys ?? []).map((key) => this.#one(key));
  }

  #one(key: string): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const shown = sanitizeText(key, 4096);
    if (this.#known.size < mostNames) this.#known.set(key, shown);
    return shown;
  }
}
