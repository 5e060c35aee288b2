/** Caps on what a registry or a layout may make us do (threat model S23). Reaching one is `ERR_LIMIT`, never "nothing found". */
export interface OciLimits {
  /** Largest manifest or index in bytes. */
  readonly manifestBytes: number;
  /** Most referrers of one subject, counted after filtering; ten times as many are looked at. */
  readonly referrers: number;
  /** Most pages of one listing. */
  readonly pages: number;
  /** Most redirects of one read. */
  readonly redirects: number;
  /** Slowest body in bytes per second, measured after the first five seconds. */
  readonly minBytesPerSecond: number;
}

/** Caps in force where the caller sets none: manifests of 4 MiB, 1000 referrers, 100 pages, 5 redirects, 256 bytes a second. */
export const defaultLimits: OciLimits = {
  manifestBytes: 4 * 1024 * 1024,
  referrers: 1000,
  pages: 100,
  redirects: 5,
  minBytesPerSecond: 256,
};
