import { base64Bytes, base64Text, type CallOptions, invalidArgument, knownOptions, SignError } from '@securosys/core';
import { checkCallOptions, checkObject } from './options.js';

/** Approvals that were collected before a synchronous call (`tsb-rest-api.md` §5.6). */
export interface WithApprovals {
  /** Authorization tokens, as the approvers' tools give them out. */
  readonly signedApprovals?: readonly Uint8Array[];
}

/** What an asynchronous call tells approvers besides its body. They do not sign it (§6). */
export interface WithMetadata {
  /** By convention UTF-8 JSON; `encodeMetadata` writes it. */
  readonly metaData?: Uint8Array;
  /** Signature over `metaData`. */
  readonly metaDataSignature?: Uint8Array;
}

/** Options of a call that makes a request on which people decide. */
export interface RequestCallOptions extends CallOptions {
  /** Lets a key password into the request, where every approver can read it (S12). */
  allowPasswordInRequest?: boolean;
}

/** Bytes that a caller hands in, as the wire has them. @throws SignError `ERR_INVALID_ARGUMENT` */
export function bytesText(name: string, value: unknown): string {
  if (!(value instanceof Uint8Array)) invalidArgument(`${name} must be a Uint8Array`);
  return base64Text(value);
}

/** {@link bytesText} of what may be left out. */
export const someBytesText = (name: string, value: unknown): string | undefined =>
  value === undefined ? undefined : bytesText(name, value);

/** Bytes of a base64 member of an answer. @throws SignError `ERR_PROTOCOL` */
export function answeredBytes(text: string, what: string): Uint8Array<ArrayBuffer> {
  try {
    return base64Bytes(text, what);
  } catch (error) {
    if (!SignError.is(error)) throw error;
    throw new SignError('ERR_PROTOCOL', error.message, { cause: error });
  }
}

/** {@link answeredBytes} of what an answer may leave out. */
export const someAnsweredBytes = (text: string | null | undefined, what: string): Uint8Array<ArrayBuffer> | undefined =>
  typeof text === 'string' ? answeredBytes(text, what) : undefined;

/** The wire form of {@link WithApprovals}. */
export function approvalsOf({ signedApprovals }: WithApprovals): { signedApprovals?: string[] } {
  if (signedApprovals === undefined) return {};
  if (!Array.isArray(signedApprovals)) invalidArgument('signedApprovals must be a list');
  return { signedApprovals: signedApprovals.map((token) => bytesText('signedApprovals', token)) };
}

/** The wire form of {@link WithMetadata}. */
export const metadataOf = ({ metaData, metaDataSignature }: WithMetadata) => ({
  metaData: someBytesText('metaData', metaData),
  metaDataSignature: someBytesText('metaDataSignature', metaDataSignature),
});

export const approvalNames = ['signedApprovals'] as const satisfies readonly (keyof WithApprovals)[];
export const metadataNames = ['metaData', 'metaDataSignature'] as const satisfies readonly (keyof WithMetadata)[];

/** Refuses members that a request does not have: one that is misspelt would silently not be sent (S24). */
export function checkRequest(where: string, request: object, names: readonly string[]): void {
  checkObject(`request of ${where}`, request);
  knownOptions(where, request, names);
}

/** Options of an asynchronous call without its own. @throws SignError `ERR_INVALID_ARGUMENT` for a password nobody allowed */
export function checkRequestOptions(where: string, given: RequestCallOptions, password: unknown): CallOptions {
  checkObject(`options of ${where}`, given);
  const { allowPasswordInRequest = false, ...options } = given;
  checkCallOptions(where, options);
  if (password !== undefined && !allowPasswordInRequest)
    invalidArgument(`${where}: approvers would see the key password; that needs the option allowPasswordInRequest`);
  return options;
}
