import type { ExtendedAttribute } from '@securosys/notation-envelope';

/** What not every format can be asked for, as a signing request keeps it. Which members a request may have, its format says. */
export interface FormatIdentity {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly expirySeconds?: number;
  /** Extended attributes, as the caller gave them. */
  readonly attributes?: readonly ExtendedAttribute[];
  /** The unsigned signing agent, where the caller named one. */
  readonly signingAgent?: string;
  /** Generation of the signature's manifest, where the caller named one. */
  readonly style?: 'artifact-type' | 'config';
}
