import { type CallOptions, invalidArgument, SignError, type WaitOptions } from '@securosys/core';
import { addPacket, annotationName, readPackets } from './annotations.js';
import { firstResult } from './attempts.js';
import type { ImageContext, LayerContext, Opener, PacketReader, PacketWriter, Recipient } from './recipient.js';

/** The recipients of one image: every layer is wrapped for all of them. */
export interface WrapSession {
  /**
   * Wraps the private options of one layer.
   * @param optsdata JSON text of the private options (`ocicrypt.md` §5)
   * @param before annotations of the layer so far; packets that it has stay, new ones are added (§8.5)
   * @returns a copy of `before` with one packet more for each recipient
   */
  wrapLayer(
    optsdata: Uint8Array,
    layer: LayerContext,
    before?: Readonly<Record<string, string>>,
    options?: CallOptions,
  ): Promise<Record<string, string>>;
  /** Wipes what the layers shared. */
  close(): void;
}

/** The keys that open one image. */
export interface UnwrapSession {
  /** Whether a layer has a packet of a scheme that can be opened here. No I/O. */
  canOpen(annotations: Readonly<Record<string, string>>): boolean;
  /**
   * The private options of one layer. Packets are tried in the order of the openers and as they stand in the annotation.
   * @throws SignError `ERR_KEY_NOT_FOUND` when no packet is for any of these keys; `ERR_MALFORMED`, `ERR_LIMIT` for annotations that
   * break the format; otherwise the error of a packet that failed, or that of a request that people still decide on
   */
  unwrapLayer(annotations: Readonly<Record<string, string>>, layer: LayerContext, options?: WaitOptions): Promise<Uint8Array>;
  /** Wipes what the layers shared. Requests that people still decide on stay. */
  close(): Promise<void>;
}

/**
 * Begins to encrypt one image for its recipients.
 * @throws SignError `ERR_INVALID_ARGUMENT` for no recipient, and what the recipients' keys are refused with
 */
export async function startWrapping(
  recipients: readonly Recipient[],
  image: ImageContext = {},
  options: CallOptions = {},
): Promise<WrapSession> {
  if (recipients.length === 0) invalidArgument('an image without recipients could never be decrypted');
  const writers: { recipient: Recipient; writer: PacketWriter }[] = [];
  const close = () => {
    for (const { writer } of writers) writer.close();
  };
  try {
    for (const recipient of recipients) {
      annotationName(recipient.scheme);
      writers.push({ recipient, writer: await recipient.startImage(image, options) });
    }
  } catch (error) {
    close();
    throw error;
  }
  return {
    async wrapLayer(optsdata, layer, before = {}, call = {}) {
      const annotations = { ...before };
      for (const { recipient, writer } of writers)
        addPacket(annotations, recipient.scheme, await writer.wrap(optsdata, layer, call));
      return annotations;
    },
    close,
  };
}

/** Begins to decrypt one image. Asks no backend before the first layer. @throws SignError `ERR_INVALID_ARGUMENT` for no opener */
export function startUnwrapping(openers: readonly Opener[], image: ImageContext = {}): UnwrapSession {
  if (openers.length === 0) invalidArgument('nothing to decrypt with was given');
  const readers: { name: string; reader: PacketReader }[] = openers.map((opener) => ({
    name: annotationName(opener.scheme),
    reader: opener.startImage(image),
  }));

  async function unwrapLayer(
    annotations: Readonly<Record<string, string>>,
    layer: LayerContext,
    options: WaitOptions = {},
  ): Promise<Uint8Array> {
    const attempts = readers.flatMap(({ name, reader }) => {
      const value = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
      return value === undefined ? [] : readPackets(name, value).map((packet) => () => reader.unwrap(packet, layer, options));
    });
    const optsdata = await firstResult(attempts);
    if (optsdata) return optsdata;
    throw new SignError('ERR_KEY_NOT_FOUND', 'no packet of the layer is for any of the keys that were given', {
      details: { ...(layer.digest !== undefined && { layerDigest: layer.digest }) },
    });
  }

  return {
    canOpen: (annotations) => readers.some(({ name }) => Object.hasOwn(annotations, name)),
    unwrapLayer,
    async close() {
      for (const { reader } of readers) await reader.close();
    },
  };
}
