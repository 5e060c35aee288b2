import {
  type ApprovalWindow,
  type CallOptions,
  type KeyAssurance,
  type KeyInfo,
  type KeyRef,
  type KeySpec,
  SignError,
  type SignErrorCode,
  type SymmetricKeyInfo,
} from '@securosys/core';
import type { TsbKeyAttributes } from '../api/keys.js';
import type { ReportedPolicy } from '../api/policy.js';
import type { TsbClient } from '../client/client.js';
import { approvalWindows, keyInfoOf, needsApproval, type RuleName } from './describe.js';
import { symmetricInfoOf } from './describe-symmetric.js';

/** Refusals that say "not with these credentials" rather than "not this". */
export const notForUs = new Set<SignErrorCode>(['ERR_AUTHENTICATION', 'ERR_FORBIDDEN', 'ERR_CAPABILITY_MISSING']);

/** What has to be known of a key before it is used. */
export interface KnownKey {
  /** `undefined`: not known here, or none of ours. */
  readonly spec: KeySpec | undefined;
  /** SubjectPublicKeyInfo DER; `undefined` for symmetric keys and for those that may not be read. */
  readonly spki: Uint8Array | undefined;
  readonly spkiSha256: string | undefined;
  /** Whether an act by this rule has to wait. Only a hint for choosing the call: the TSB decides. */
  waits(rule: RuleName): boolean;
  /** Of acts by this rule; empty when nothing is known of it. */
  windows(rule: RuleName): readonly ApprovalWindow[];
}

/** The label by which a TSB knows a key. @throws SignError `ERR_INVALID_ARGUMENT` */
export function labelOf(ref: KeyRef): string {
  if (!ref.label) throw new SignError('ERR_INVALID_ARGUMENT', 'a TSB knows its keys by label; the key reference has none');
  return ref.label;
}

/** A credential that may not read attributes asks asynchronously: that form suits every key. */
const unreadable = ({ spkiSha256 }: KeyRef): KnownKey => ({
  spec: undefined,
  spki: undefined,
  spkiSha256,
  waits: () => true,
  windows: () => [],
});

function known(policy: ReportedPolicy | null, info: KeyInfo | undefined): KnownKey {
  return {
    spec: info?.spec,
    spki: info?.spki,
    spkiSha256: info?.ref.spkiSha256,
    waits: (rule) => needsApproval(policy, rule),
    windows: (rule) => approvalWindows(policy, rule),
  };
}

/** The keys of a backend as they were last described. */
export class KnownKeys {
  readonly #client: TsbClient;
  readonly #password: (label: string) => Promise<string | undefined>;
  #assurance: Promise<KeyAssurance> | undefined;
  /** By label and pin. */
  readonly #known = new Map<string, KnownKey>();

  constructor(client: TsbClient, password: (label: string) => Promise<string | undefined>, askAssurance: boolean) {
    this.#client = client;
    this.#password = password;
    if (!askAssurance) this.#assurance = Promise.resolve('self-reported');
  }

  /** What the TSB says about itself; without the right to ask, nothing more than its word for the key is known. */
  async #assured(options: CallOptions): Promise<KeyAssurance> {
    this.#assurance ??= this.#client.service.version(options).then(
      ({ Vendor = '' }) => (/emulated/i.test(Vendor) ? 'emulated' : 'self-reported'),
      (error: unknown) => {
        if (SignError.is(error) && notForUs.has(error.code)) return 'self-reported';
        this.#assurance = undefined;
        throw error;
      },
    );
    return this.#assurance;
  }

  async #attributes(label: string, options: CallOptions): Promise<TsbKeyAttributes> {
    const password = await this.#password(label);
    return (await this.#client.keys.attributes(label, { ...options, ...(password !== undefined && { password }) })).json;
  }

  async describe(ref: KeyRef, options: CallOptions): Promise<KeyInfo> {
    const json = await this.#attributes(labelOf(ref), options);
    const info = keyInfoOf(ref, json, await this.#assured(options));
    const key = known(json.policy, info);
    for (const name of [ref, info.ref]) this.#known.set(nameOf(name), key);
    return info;
  }

  /** A symmetric key, without its check value. */
  async describeSymmetric(ref: KeyRef, options: CallOptions): Promise<SymmetricKeyInfo> {
    const json = await this.#attributes(labelOf(ref), options);
    const info = symmetricInfoOf(ref, json, await this.#assured(options));
    this.#known.set(nameOf(ref), known(json.policy, undefined));
    return info;
  }

  /** What is known of a key; a symmetric one has no public half, but rules all the same. */
  async get(ref: KeyRef, options: CallOptions): Promise<KnownKey> {
    const name = nameOf(ref);
    const found = this.#known.get(name);
    if (found) return found;
    try {
      const json = await this.#attributes(labelOf(ref), options);
      const asymmetric = json.publicKey || ref.spkiSha256 !== undefined;
      const info = asymmetric ? keyInfoOf(ref, json, await this.#assured(options)) : undefined;
      const key = known(json.policy, info);
      this.#known.set(name, key);
      return key;
    } catch (error) {
      if (SignError.is(error) && notForUs.has(error.code)) return unreadable(ref);
      throw error;
    }
  }

  /** The rules of a key may have changed since they were read; the next use reads them again. */
  forget(ref: KeyRef): void {
    for (const name of this.#known.keys()) if (name.endsWith(` ${ref.label}`)) this.#known.delete(name);
  }
}

const nameOf = ({ label, spkiSha256 }: KeyRef): string => `${spkiSha256 ?? ''} ${label}`;
