/** A complete CRL, DER, and the delta CRL that goes with it. */
export interface CachedCrl {
  readonly base: Uint8Array;
  readonly delta?: Uint8Array;
}

/**
 * Keeps CRLs by the URL of their distribution point. It is never a source of trust (S29): what it gives back is parsed, and its signature and
 * dates are checked, as if it came from the network. Whatever it throws is a warning, never a failed check.
 */
export interface CrlCache {
  get(url: string): Promise<CachedCrl | undefined>;
  set(url: string, crl: CachedCrl): Promise<void>;
}
