/** OCI content descriptor (image-spec `descriptor.md`): what a manifest, an index or a signature points at. */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64, or `sha512:` and 128, lower-case hex characters. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Readonly<Record<string, unknown>>;
}
