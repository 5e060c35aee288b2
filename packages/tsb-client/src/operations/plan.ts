import { base64Text, type CallOptions, type Claims, canonicalJson, invalidArgument, sha256Hex, utf8Bytes } from '@securosys/core';
import type { RuleName } from '../backend/describe.js';
import type { TsbGroups } from '../client/groups.js';
import { checkObject } from '../client/options.js';
import type { RequestCallOptions, WithMetadata } from '../client/wire-values.js';
import type { TsbActIdentity, TsbActKind } from './identity.js';

/** What is said about a request beside its contents. */
export interface TsbRequestContext {
  /** SHA-256 of the key's SubjectPublicKeyInfo, hex: another key behind the label is `ERR_KEY_CHANGED` (S7). */
  readonly spkiSha256?: string;
  /** What the people who decide are told; nothing proves it. */
  readonly claims?: Claims;
}

/** Password and description, as far as there are any. */
export type RequestExtras = WithMetadata & { readonly password?: string };

/** How one act is asked for: of the key alone, or of people. */
export interface Plan<K extends TsbActKind = TsbActKind> {
  readonly identity: TsbActIdentity & { readonly kind: K };
  /** Rule of the key's policy that it goes by. */
  readonly rule: RuleName;
  /** As `MetadataBinding.operation` has it. */
  readonly operation: string;
  /** Payload of the challenge, where it is known here. */
  readonly payload?: Uint8Array;
  readonly claims: Claims;
  /** The act at once; its result in the form in which a request would have it. */
  atOnce(groups: TsbGroups, password: string | undefined, options: CallOptions): Promise<Uint8Array>;
  /** The act as a request, and its id. */
  ask(groups: TsbGroups, extras: RequestExtras, options: RequestCallOptions): Promise<string>;
  /** Whether a plaintext is the one that was looked for. */
  readonly opens?: (plaintext: Uint8Array) => boolean | Promise<boolean>;
}

/** Refuses what is no request, before anything reads a member of it; the client's calls refuse what is wrong inside. */
export function checkPlanned(where: string, request: { readonly label: unknown }): void {
  checkObject(`request of ${where}`, request);
  if (typeof request.label !== 'string' || request.label === '') invalidArgument(`request of ${where} needs a label`);
}

/** SHA-256 of everything that is asked for, passwords apart, hex: what makes two acts the same. */
export function inputHash(input: object): string {
  const members = Object.entries(input).map(([name, value]) => [name, value instanceof Uint8Array ? base64Text(value) : value]);
  return sha256Hex(utf8Bytes(canonicalJson(Object.fromEntries(members))));
}
