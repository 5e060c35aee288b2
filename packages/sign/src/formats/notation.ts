import { invalidArgument, type JsonObject, type JsonValue } from '@securosys/core';
import {
  attachSignature,
  type ExtendedAttribute,
  type NotationPrepareOptions,
  type NotationSignature,
  type notationJws,
} from '@securosys/notation-envelope';
import { durationSeconds } from '../duration.js';
import { notationOptions } from './format-options.js';
import type { ImageFormat } from './image-format.js';
import { hasOnly, isText, isTexts, optional } from './members.js';
import { notationAbout } from './notation-about.js';
import { notationChain, notationOutdated } from './notation-chain.js';
import { findNotation } from './notation-find.js';

function isAttribute(value: JsonValue): value is JsonObject & ExtendedAttribute {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    hasOnly(value as JsonObject, ['name', 'value', 'critical']) &&
    isText((value as JsonObject).name) &&
    (value as JsonObject).value !== undefined &&
    ['undefined', 'boolean'].includes(typeof (value as JsonObject).critical)
  );
}

/** Notary Project signatures in one of the two envelopes. */
export function notationFormat(format: typeof notationJws): ImageFormat<NotationSignature> {
  return {
    format,
    options: notationOptions,
    certified: true,
    members: {
      annotations: optional(isTexts),
      expirySeconds: optional((value) => typeof value === 'number'),
      attributes: optional((value) => Array.isArray(value) && value.every(isAttribute)),
      signingAgent: optional(isText),
      style: optional((value) => value === 'artifact-type' || value === 'config'),
    },
    identity({ annotations, expiry, attributes, signingAgent, style }) {
      const expirySeconds = expiry === undefined ? undefined : durationSeconds(expiry);
      if (attributes !== undefined && !Array.isArray(attributes)) invalidArgument('attributes is a list');
      return {
        ...(expirySeconds !== undefined && { expirySeconds }),
        ...(annotations && { annotations: { ...annotations } }),
        ...(attributes && { attributes: attributes.map((attribute) => ({ ...attribute })) }),
        ...(signingAgent !== undefined && { signingAgent }),
        ...(style !== undefined && { style }),
      };
    },
    prepare(subject, key, { expirySeconds, annotations, attributes, signingAgent }, clock) {
      const asked: NotationPrepareOptions = {
        clock,
        ...(expirySeconds !== undefined && { expirySeconds }),
        ...(annotations && { annotations }),
        ...(attributes && { attributes }),
        ...(signingAgent !== undefined && { signingAgent }),
      };
      return format.prepare(subject, key, asked);
    },
    again(_, subject, key, identity, clock) {
      return this.prepare(subject, key, identity, clock);
    },
    chain: notationChain,
    outdated: notationOutdated,
    about: notationAbout,
    async publish({ repository }, artifact, subject, { style }, call) {
      return [await attachSignature(repository, artifact, subject, { ...call, ...(style && { style }) })];
    },
    find: findNotation,
  };
}
