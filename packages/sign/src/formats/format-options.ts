import type { CosignSigningOptions } from '@securosys/cosign';
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

/** What everything that cosign keeps beside images can be asked for. */
export interface CosignManifestOptions extends CosignSigningOptions {
  /** Repository that holds the signatures, as `COSIGN_REPOSITORY` names one to cosign: no tag, no digest. Default: that of the image. */
  signatureRepository?: string;
}

/** What cosign signatures of images can be asked for. */
export interface CosignImageOptions extends CosignManifestOptions {
  /**
   * Repository that the legacy signature names. Default: that of the image, as cosign writes it. An image in a layout has none, so that
   * it has to be given there, or `shapes` is `['bundle']`.
   */
  dockerReference?: string;
}

/** What some format can be asked for. */
export interface FormatOptions extends NotationImageOptions, CosignImageOptions {
  /** Signed with the subject; a verifier can demand them. */
  annotations?: Readonly<Record<string, string>>;
}

/** What Notary Project signatures have of {@link FormatOptions}. */
export const notationOptions = ['annotations', 'expiry', 'attributes', 'signingAgent', 'style'] as const;

/** What cosign signatures have of {@link FormatOptions}. */
export const cosignOptions = ['annotations', 'shapes', 'digestAlgorithm', 'dockerReference', 'signatureRepository'] as const;

/** Every option that some format has. */
export const formatOptionNames: readonly (keyof FormatOptions)[] = [...new Set([...notationOptions, ...cosignOptions])];
