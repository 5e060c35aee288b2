import type { ExtendedAttribute, SignatureManifestOptions } from '@securosys/notation-envelope';

/** What Notary Project signatures can be asked for. */
export interface NotationSignOptions {
  /** How long the signature is valid, from now: `90d`, `12h`, `30m`, `45s`. Default: for ever. */
  expiry?: string;
  /** Extended attributes, for verifiers that know them; a critical one makes all others refuse. */
  attributes?: readonly ExtendedAttribute[];
  /** Replaces our own name in the unsigned signing agent: printable ASCII. */
  signingAgent?: string;
}

/** What Notary Project signatures of images can be asked for. */
export interface NotationImageOptions extends NotationSignOptions {
  /** Generation of the signature's manifest; see `SignatureManifestOptions`. Default `config`, which every verifier finds. */
  style?: SignatureManifestOptions['style'];
}

/** What some format can be asked for. */
export interface FormatOptions extends NotationImageOptions {
  /** Signed with the subject; a verifier can demand them. */
  annotations?: Readonly<Record<string, string>>;
}

/** What Notary Project signatures have of {@link FormatOptions}. */
export const notationOptions = ['annotations', 'expiry', 'attributes', 'signingAgent', 'style'] as const;

/** Every option that some format has. */
export const formatOptionNames: readonly (keyof FormatOptions)[] = [...notationOptions];
