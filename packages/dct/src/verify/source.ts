import type { CallOptions } from '@securosys/core';
import type { DctRole } from '../model/roles.js';

/** Where the metadata of one repository comes from: a Notary server, a folder, a test. Nothing of it is believed. */
export interface MetadataSource {
  /** The current file of a role, or `undefined` when there is none. */
  current(role: DctRole, options: ReadOptions): Promise<Uint8Array | undefined>;
  /** The file of a role with this SHA-256, lower-case hex. */
  byHash(role: DctRole, sha256: string, options: ReadOptions): Promise<Uint8Array | undefined>;
  /** An earlier root. */
  rootVersion(version: number, options: ReadOptions): Promise<Uint8Array | undefined>;
}

/** Bounds of one reading. */
export interface ReadOptions extends CallOptions {
  /** Most bytes. */
  readonly maxBytes: number;
}
