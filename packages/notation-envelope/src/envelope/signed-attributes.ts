import type { JsonValue } from '@securosys/core';
import type { NotaryAlgorithm } from './notary-algorithms.js';

/** Who vouches for the signing time: the signer (`notary.x509`) or a signing authority (`notation.md` §4). */
export type SigningScheme = 'notary.x509' | 'notary.x509.signingAuthority';

/** Name of an extended attribute; in COSE it may be an integer label, which no plugin can be told of (`notation.md` §20.1 #3). */
export type AttributeName = string | number;

/** Value of an extended attribute: JSON, and in COSE also bytes, big integers and maps with other keys than text. */
export type AttributeValue =
  | JsonValue
  | bigint
  | Uint8Array
  | readonly AttributeValue[]
  | ReadonlyMap<AttributeValue, AttributeValue>
  | { readonly [name: string]: AttributeValue };

/** What a signature says about itself under its own protection (`notation.md` §4), whichever envelope carries it. */
export interface SignedAttributes {
  readonly algorithm: NotaryAlgorithm;
  readonly contentType: string;
  readonly scheme: SigningScheme;
  /** Milliseconds since 1970: the signer's claim in `notary.x509`, the authority's word in the other scheme. */
  readonly signingTime: number;
  /** Milliseconds since 1970; absent: never expires. */
  readonly expiry?: number;
  /** Attributes that the specification does not define, and its plugin attributes, by name. */
  readonly extended: ReadonlyMap<AttributeName, AttributeValue>;
  /** Names of the extended attributes that a verifier must understand. */
  readonly criticalExtended: readonly AttributeName[];
}
