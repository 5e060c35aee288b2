import type { KeyObject } from 'node:crypto';
import type { CallOptions, Clock, Descriptor, Format, FormatKey, Prepared, PreparedPart, Stale } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import type { RequestIdentity } from '../requests/request-identity.js';
import type { FormatIdentity } from './format-identity.js';
import type { FormatOptions } from './format-options.js';
import type { MemberCheck } from './members.js';

/**
 * The key of a request and the parts that it signs: a signature by this key over the very bytes of a part is ours, and nothing else counts
 * (S30).
 */
export interface OwnParts {
  readonly key: KeyObject;
  readonly parts: readonly PreparedPart[];
}

/** Where an image is, and where its signatures are. */
export interface SignaturePlace {
  readonly repository: Repository;
  /** Default: the same. */
  readonly signatureRepository?: Repository;
  /** By which times are written that nobody signs. */
  readonly clock: Clock;
}

/** A format as signing requests need it: what a stored one may say, and whether its bytes say the same. */
export interface RequestFormat<A = unknown> {
  readonly format: Pick<Format<A>, 'id' | 'restore' | 'explain' | 'finish' | 'check'>;
  /** The members of an identity that are this format's own. */
  readonly members: { readonly [name in keyof FormatIdentity]?: MemberCheck };
  /**
   * Media type, digest and size of what is signed, when the bytes to be signed say all that the identity stands for and nothing else;
   * `undefined` otherwise. That the key is the right one is seen to already.
   */
  about(prepared: Prepared<A>, identity: RequestIdentity): Descriptor | undefined;
  /** The same once more, for whatever the caller looked up anew: what was asked stays, the time is new. */
  again(prepared: Prepared<A>, subject: Descriptor, key: FormatKey, identity: RequestIdentity, clock: Clock): Prepared<A>;
  /** Whether its signatures carry the certificates of the key. */
  readonly certified: boolean;
  /** What the bytes to be signed do not say of their subject. */
  remembered?(subject: Descriptor): FormatIdentity;
  /** Why the bytes are not worth signing any more at `now` (milliseconds), as far as that is known without a signature. */
  outdated?(prepared: Prepared<A>, now: number): Stale | undefined;
  /** Certificates that go with the signature, DER, leaf first; absent for formats without. */
  chain?(prepared: Prepared<A>): readonly Uint8Array[];
}

/** A format whose artifacts are kept beside the manifest that they are about. */
export interface ManifestFormat<A = unknown> extends RequestFormat<A> {
  /** Stores the artifact and returns the descriptors of what holds it. Storing the same artifact again changes nothing. */
  publish(
    place: SignaturePlace,
    artifact: A,
    subject: Descriptor,
    identity: RequestIdentity,
    call: CallOptions,
  ): Promise<readonly Descriptor[]>;
  /**
   * What {@link ManifestFormat.publish} came to before, if it is whole: with an own signature for every part, and a timestamp where the
   * identity asks for one.
   * @param at where it is said to be; absent: it is looked for
   */
  find(
    place: SignaturePlace,
    own: OwnParts,
    subject: Descriptor,
    identity: RequestIdentity,
    call: CallOptions,
    at?: readonly Descriptor[],
  ): Promise<readonly Descriptor[] | undefined>;
  /** Who cannot verify what this key signs, or only with a flag: one sentence; `undefined` when everybody can. */
  advice?(identity: RequestIdentity): string | undefined;
}

/** A format that images can be signed in. */
export interface ImageFormat<A = unknown> extends ManifestFormat<A> {
  /** Options that not every format has, and this one does. */
  readonly options: readonly (keyof FormatOptions)[];
  /** What the options ask for. @throws SignError `ERR_INVALID_ARGUMENT` */
  identity(options: FormatOptions): FormatIdentity;
  prepare(subject: Descriptor, key: FormatKey, identity: RequestIdentity, clock: Clock): Prepared<A>;
}
