import { equalBytes } from '@securosys/core';
import type { TokenInfo } from '../token/token-calls.js';
import type { SlotHost } from './slot-host.js';

/** Whether `token` is the one that this slot held, as far as a token can be told from another. */
export const isSameToken = ({ info }: SlotHost, token: TokenInfo): boolean =>
  token.serial === info.serial && token.label === info.label;

/** Where the token of a slot is now: in the same slot if it is there, otherwise in one that no other slot of ours has. */
export function findToken(slot: SlotHost, tokens: readonly TokenInfo[]): TokenInfo | undefined {
  const others = [...slot.module.slots.values()].filter((other) => other !== slot && other.users.size > 0);
  const same = tokens.filter((token) => isSameToken(slot, token));
  return (
    same.find(({ slotId }) => equalBytes(slotId, slot.info.slotId)) ??
    same.find(({ slotId }) => !others.some(({ info }) => equalBytes(info.slotId, slotId)))
  );
}
