import type { Clock } from '@securosys/core';
import type { SignatureType } from '../api/algorithms.js';
import type { ApplicationKey } from '../request-signing/application-key.js';

/** What all requests of a backend have in common. */
export interface RequestStyle {
  readonly signatureType: SignatureType;
  readonly app: string | undefined;
  readonly allowBlind: boolean;
  /** Longest message that travels beside its digest, in bytes. */
  readonly maxPreimageBytes: number;
  /** Signs descriptions; the client signs requests by itself. */
  readonly applicationKey: ApplicationKey | undefined;
  readonly clock: Clock;
}
