import { type CallOptions, SignError } from '@securosys/core';
import { mechanismFlags } from '../cryptoki/flags.js';
import { CKM } from '../cryptoki/mechanisms.js';
import { standsFor } from '../cryptoki/stands-for.js';
import type { MechanismInfo, TokenCalls } from '../token/token-calls.js';

/** What a mechanism must be able to do. */
export type MechanismUse = keyof typeof mechanismFlags;

const names: ReadonlyMap<number, string> = new Map(Object.entries(CKM).map(([name, type]) => [type, `CKM_${name}`]));

/** `CKM_ECDSA`, or the number of one that has no name here. */
export const mechanismName = (type: number): string => names.get(type) ?? `mechanism 0x${type.toString(16)}`;

/** What the token says that it can do, asked once per login epoch (`pkcs11.md` §6.9). */
export interface Capabilities {
  /** @returns what is known without asking the token, `undefined` before it was asked in this epoch */
  known(): ReadonlyMap<number, MechanismInfo> | undefined;
  load(options?: CallOptions): Promise<ReadonlyMap<number, MechanismInfo>>;
  /** @throws SignError `ERR_ALGORITHM_UNSUPPORTED` for a mechanism that the token does not have for this use and size */
  need(type: number, use: MechanismUse, bits?: number, options?: CallOptions): Promise<void>;
  has(type: number, use: MechanismUse, options?: CallOptions): Promise<boolean>;
}

const can = (info: MechanismInfo | undefined, use: MechanismUse): info is MechanismInfo =>
  info !== undefined && (info.flags & mechanismFlags[use]) !== 0;

/**
 * A range that cannot be one says nothing: modules give 0 for "unknown", and some count bytes where the standard counts bits.
 */
const outOfRange = ({ minKeySize, maxKeySize }: MechanismInfo, bits: number): boolean =>
  minKeySize > 0 && maxKeySize >= minKeySize && maxKeySize >= 128 && (bits < minKeySize || bits > maxKeySize);

export function capabilitiesOf(token: TokenCalls): Capabilities {
  let found: { readonly epoch: number; readonly mechanisms: ReadonlyMap<number, MechanismInfo> } | undefined;
  const known = () => (found?.epoch === token.epoch ? found.mechanisms : undefined);

  async function load(options?: CallOptions): Promise<ReadonlyMap<number, MechanismInfo>> {
    const before = known();
    if (before) return before;
    const mechanisms = await token.mechanisms(options);
    found = { epoch: token.epoch, mechanisms };
    return mechanisms;
  }

  return {
    known,
    load,
    async has(type, use, options) {
      const mechanisms = await load(options);
      return can(mechanisms.get(type), use);
    },
    async need(type, use, bits, options) {
      const mechanisms = await load(options);
      const info = mechanisms.get(type);
      const facts = { mechanism: type, tokenLabel: token.token.label };
      const name = mechanismName(type);
      if (!can(info, use))
        throw new SignError(
          'ERR_ALGORITHM_UNSUPPORTED',
          `the token does not have ${name} to ${use.toLowerCase()}; mechanisms() lists what it has`,
          { details: { ...facts, ...standsFor('CKR_MECHANISM_INVALID') } },
        );
      if (bits !== undefined && outOfRange(info, bits))
        throw new SignError(
          'ERR_ALGORITHM_UNSUPPORTED',
          `the token has ${name} for keys of ${info.minKeySize} to ${info.maxKeySize} bits, not of ${bits}`,
          { details: { ...facts, ...standsFor('CKR_KEY_SIZE_RANGE') } },
        );
    },
  };
}
