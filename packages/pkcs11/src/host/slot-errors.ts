import type { SignError } from '@securosys/core';
import { returnValues as rv } from '../cryptoki/return-values.js';
import { signError } from './errors.js';
import type { HostFailure } from './outcome.js';
import type { SlotHost } from './slot-host.js';

/** The failure of a token that is not in any slot. */
export const absent: HostFailure = { code: rv.CKR_TOKEN_NOT_PRESENT, name: 'CKR_TOKEN_NOT_PRESENT', method: 'C_GetSlotList' };

/** The error of a failure on this slot. */
export const slotError = (slot: SlotHost, operation: string, failure: HostFailure): SignError =>
  signError(failure, { operation, tokenLabel: slot.info.label });
