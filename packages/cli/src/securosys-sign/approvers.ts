import { base64Bytes, SignError, sha256Hex } from '@securosys/core';

/** What the rules of a key call somebody whom the backend lists by a public key; `undefined` for who stands in none of them. */
export type NamesOfKey = (listed: string) => string | undefined;

/** Who the people are that decide, for those who wait for them. */
export interface Approvers {
  /** Where the names in the rules of a key come from, from now on. */
  use(source: (label: string) => Promise<NamesOfKey>): void;
  /** Asks for those of a key, once. Where nobody tells, people keep the hashes of their keys. */
  learn(label: string | undefined): Promise<void>;
  /** What somebody is called: by the rules of a key that was asked about, else by the hash of their own key. */
  name(listed: string): string;
}

/** A public key that nobody has named, or what the backend has instead of one. */
function hashed(listed: string): string {
  try {
    return `key ${sha256Hex(base64Bytes(listed, 'approver'))}`;
  } catch (error) {
    if (!SignError.is(error)) throw error;
    return listed;
  }
}

export function createApprovers(): Approvers {
  const known = new Map<string, NamesOfKey>();
  let from: ((label: string) => Promise<NamesOfKey>) | undefined;
  return {
    use: (source) => {
      from = source;
    },
    async learn(label) {
      if (label === undefined || known.has(label) || !from) return;
      known.set(label, () => undefined);
      try {
        known.set(label, await from(label));
      } catch (error) {
        // Who may use a key need not be allowed to read its rules.
        if (!SignError.is(error)) throw error;
      }
    },
    name(listed) {
      for (const namesOfKey of known.values()) {
        const name = namesOfKey(listed);
        if (name !== undefined) return name;
      }
      return hashed(listed);
    },
  };
}
