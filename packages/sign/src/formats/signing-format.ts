import {
  type CallOptions,
  type Descriptor,
  type Format,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type Prepared,
} from '@securosys/core';
import { type FormatTable, ownFormats } from '../image-formats.js';
import { manifestOf, rememberedManifest } from './cosign-options.js';
import type { ManifestFormat, OwnParts, SignaturePlace } from './image-format.js';
import { hasOnly, isText, optional } from './members.js';

/**
 * A format of somebody else that images can be signed in, by `prepareSigningRequest` and `resumeSigningRequest`. What it signs waits for people,
 * is stored, and is taken back as hostile input, like that of the house's own formats.
 */
export interface SigningFormat<A = unknown> {
  /** Bytes, facts and artifact. Its `prepare` gets the `options` of the item; its `restore` must take back what `toJSON` gave. */
  readonly format: Format<A, JsonObject>;
  /** Its signatures carry the certificates of the key. Default: no. */
  readonly certified?: boolean;
  /**
   * Whether restored bytes are about this subject and these options, and about nothing else: somebody may have altered both (S30). That the
   * key is the right one, and the digest that of the facts, is seen to already.
   */
  about(prepared: Prepared<A>, subject: Descriptor, options: JsonObject): boolean;
  /** Stores the artifact and returns the descriptors of what holds it. Storing the same artifact again changes nothing. */
  publish(place: SignaturePlace, artifact: A, subject: Descriptor, call: CallOptions): Promise<readonly Descriptor[]>;
  /** What `publish` came to before, if an own signature is there for every part. Without it, nothing is looked for. */
  find?(place: SignaturePlace, own: OwnParts, subject: Descriptor, call: CallOptions): Promise<readonly Descriptor[] | undefined>;
}

/** Whether the `format` of an item is one of somebody else. */
export function isSigningFormat(format: unknown): format is SigningFormat {
  return typeof format === 'object' && format !== null && 'publish' in format;
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkSigningFormat({ format, about, publish }: SigningFormat): void {
  const functions = [format?.prepare, format?.restore, format?.explain, about, publish];
  if (typeof format?.id !== 'string' || functions.some((one) => typeof one !== 'function'))
    invalidArgument('a format of your own has format: { id, prepare, restore, explain }, about and publish');
  if (!/^[a-z][a-z0-9.-]{0,63}$/.test(format.id) || ownFormats.request(format.id))
    invalidArgument('the id of a format of your own is a lower-case name that no other format has');
}

/** As signing requests need it. */
export function manifestFormatOf<A>(own: SigningFormat<A>): ManifestFormat<A> {
  const { format, certified = false, find } = own;
  return {
    format,
    certified,
    members: {
      options: optional(isJsonObject),
      manifest: (value) => isJsonObject(value) && hasOnly(value, ['mediaType', 'size']) && isText(value.mediaType),
    },
    remembered: rememberedManifest,
    again: (_, subject, key, { options = {} }) => format.prepare(subject, key, options),
    about(prepared, identity) {
      const subject = manifestOf(identity);
      if (!subject || !prepared.parts.every(({ facts }) => facts.subject?.digest === subject.digest)) return undefined;
      return own.about(prepared, subject, identity.options ?? {}) ? subject : undefined;
    },
    publish: (place, artifact, subject, _, call) => own.publish(place, artifact, subject, call),
    find: async (place, parts, subject, _, call) => find?.(place, parts, subject, call),
  };
}

/** The formats of the house and those of the caller. @throws SignError `ERR_INVALID_ARGUMENT` */
export function formatTable(formats: readonly SigningFormat[]): FormatTable {
  if (!Array.isArray(formats)) invalidArgument('formats is a list');
  for (const format of formats) checkSigningFormat(format);
  const foreign = new Map(formats.map((one) => [one.format.id, manifestFormatOf(one)]));
  return {
    request: (id) => ownFormats.request(id) ?? foreign.get(id),
    manifest: (id) => ownFormats.manifest(id) ?? foreign.get(id),
  };
}
