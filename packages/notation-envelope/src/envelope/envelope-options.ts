import { invalidArgument, knownOptions } from '@securosys/core';
import type { Certificate } from '@securosys/pki';
import { type ChainCache, isChainCache } from './chain-cache.js';

/** What the Notation programs accept and we refuse, unless a user who needs it says so by name. Everything is off by default. */
export interface EnvelopeCompatibility {
  /** COSE: keys of maps in any order, not only in the deterministic one that the Notation programs write. Still none twice. */
  unsortedMaps?: boolean;
  /** Certificates with critical extensions that nothing here understands, which RFC 5280 §4.2 demands to refuse. */
  unknownCriticalExtensions?: boolean;
}

/** How an envelope is opened. */
export interface OpenEnvelopeOptions {
  /** Certificates that are parsed already, trust anchors for example: the same bytes are not parsed again. */
  certificates?: readonly Certificate[];
  /** Certificates and chains of earlier envelopes. */
  cache?: ChainCache;
  compatibility?: EnvelopeCompatibility;
}

/** Bytes from a file that could not be read, or a text, are wrong use and no verdict. @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkEnvelopeBytes(bytes: unknown): asserts bytes is Uint8Array {
  if (!(bytes instanceof Uint8Array)) invalidArgument('the envelope is not a Uint8Array');
}

/** @throws SignError `ERR_INVALID_ARGUMENT` */
export function checkCompatibility(compatibility: EnvelopeCompatibility | undefined): void {
  if (compatibility === undefined) return;
  knownOptions('compatibility', compatibility, ['unsortedMaps', 'unknownCriticalExtensions']);
  for (const [name, value] of Object.entries(compatibility))
    if (value !== undefined && typeof value !== 'boolean') invalidArgument(`compatibility.${name} is not a boolean`);
}

/** @throws SignError `ERR_INVALID_ARGUMENT` for options that are unknown or of the wrong type */
export function checkOpenOptions(options: OpenEnvelopeOptions): void {
  knownOptions('openEnvelope', options, ['certificates', 'cache', 'compatibility']);
  const { certificates, cache, compatibility } = options;
  if (certificates !== undefined && !Array.isArray(certificates)) invalidArgument('certificates is not a list');
  if (cache !== undefined && !isChainCache(cache)) invalidArgument('cache was not made by createChainCache');
  checkCompatibility(compatibility);
}
