import { invalidArgument, knownOptions } from '@securosys/core';
import { type Certificate, checkNotaryChain } from '@securosys/pki';
import type { EnvelopeCodec } from './envelope-codec.js';

type EnvelopeFormat = EnvelopeCodec['format'];

/** Certificate chain of a signer, leaf first, root last. */
export type SignerChain = readonly [Certificate, ...Certificate[]];

/**
 * Certificates that were parsed, and chains that kept every rule of `notation.md` §8, by their exact encodings. Nothing about an
 * envelope, a signature, time or trust is kept, so sharing one changes no verdict. The certificates that `openEnvelope` gives out are those
 * that are held: their bytes are for reading. Made by {@link createChainCache}.
 */
export interface ChainCache {
  /** Certificates held now. */
  readonly certificates: number;
  /** Chains held now. */
  readonly chains: number;
  clear(): void;
}

/** The same text in memory of its own: one that was cut out of an envelope keeps the whole envelope, megabytes perhaps, from being freed. */
const ownText = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');

/** A map that forgets what was used longest ago. Keys are Latin-1. */
class Recent<V> {
  readonly #entries = new Map<string, { readonly key: string; readonly value: V }>();
  constructor(readonly max: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    // Order matters only to a map that will soon forget something, and keeping it costs more than looking up.
    if (entry === undefined || this.#entries.size * 2 < this.max) return entry?.value;
    this.#entries.delete(key);
    this.#entries.set(entry.key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    const own = ownText(key);
    this.#entries.set(own, { key: own, value });
    if (this.#entries.size <= this.max) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}

class RecentChains implements ChainCache {
  /** Of each format by itself: the key of a certificate in one could be text that the other would refuse. */
  readonly #certificates: Readonly<Record<EnvelopeFormat, Recent<Certificate>>>;
  readonly #chains: Recent<SignerChain>;
  readonly #numbers = new WeakMap<Certificate, number>();
  #next = 0;

  constructor(maxEntries: number) {
    this.#certificates = { 'notation-jws': new Recent(maxEntries), 'notation-cose': new Recent(maxEntries) };
    this.#chains = new Recent(maxEntries);
  }

  get certificates(): number {
    return this.#certificates['notation-jws'].size + this.#certificates['notation-cose'].size;
  }

  get chains(): number {
    return this.#chains.size;
  }

  clear(): void {
    for (const known of Object.values(this.#certificates)) known.clear();
    this.#chains.clear();
  }

  certificate(format: EnvelopeFormat, key: string, read: () => Certificate): Certificate {
    const known = this.#certificates[format].get(key);
    if (known) return known;
    const certificate = read();
    this.#certificates[format].set(key, certificate);
    return certificate;
  }

  #number(certificate: Certificate): number {
    let number = this.#numbers.get(certificate);
    if (number === undefined) {
      number = this.#next++;
      this.#numbers.set(certificate, number);
    }
    return number;
  }

  check(chain: SignerChain, allowUnknownCritical: boolean): void {
    // Certificates are told apart as objects: texts from an envelope, put together, could spell the key of another chain.
    const key = `${allowUnknownCritical ? '~' : ''}${chain.map((certificate) => this.#number(certificate)).join()}`;
    if (this.#chains.get(key)) return;
    checkNotaryChain(chain, { purpose: 'code-signing', allowUnknownCritical });
    this.#chains.set(key, chain);
  }
}

/** Bounds of a {@link ChainCache}. */
export interface ChainCacheOptions {
  /** Most certificates of each format, and most chains; those used longest ago are forgotten. Default 1,000. */
  maxEntries?: number;
}

/**
 * Makes a cache for whoever opens many envelopes of few signers: a certificate that was parsed, and a chain that was checked, are not
 * read again.
 *
 * @example
 * ```ts
 * import { createChainCache, openEnvelope } from '@securosys/notation-envelope';
 * declare const envelopes: { bytes: Uint8Array; mediaType: string }[];
 * const cache = createChainCache({ maxEntries: 500 });
 * const subjects = envelopes.map(({ bytes, mediaType }) => openEnvelope(bytes, mediaType, { cache }).subject);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export function createChainCache(options: ChainCacheOptions = {}): ChainCache {
  knownOptions('createChainCache', options, ['maxEntries']);
  const { maxEntries = 1_000 } = options;
  if (!Number.isSafeInteger(maxEntries) || maxEntries < 1) invalidArgument('maxEntries is not a whole number of at least 1');
  return new RecentChains(maxEntries);
}

/** Whether a cache was made here: one that is made by others could say anything. */
export function isChainCache(cache: unknown): cache is RecentChains {
  return cache instanceof RecentChains;
}
