import { base64Bytes, base64Text } from '@securosys/core';
import { innerBytesOf, type RequestSignature } from '@securosys/tsb-client/api';
import { readApproverKey } from '../approvals/approver.js';
import { approverSignatureHolds } from '../approvals/approver-signature.js';
import { failure } from '../failure.js';
import { errorOfForeignRequestSigner, errorOfRequestSignature } from '../inferred.js';

/** Keys whose applications may send requests, base64 SPKI each; `undefined` asks for no signature. */
export type RequestSigners = ReadonlySet<string> | undefined;

/** The option, as the check wants it. */
export function readRequestSigners(signers: readonly Uint8Array[] | undefined): RequestSigners {
  return signers && new Set(signers.map((spki) => readApproverKey(base64Text(spki)).spki));
}

/**
 * Checks the signature that an application made over the inner object of its body (`tsb-rest-api.md` §1.4): always when there is one,
 * and it has to be there when signers are restricted.
 * @param member of the inner object; `undefined` for bodies that take no signature
 * @throws SignError with the TSB error 403 for a missing or wrong signature, 407 for a key that is none, 415 for another signer
 */
export function checkRequestSignature(
  body: unknown,
  rawBody: Uint8Array,
  member: string | undefined,
  signers: RequestSigners,
): void {
  if (member === undefined) return;
  const { requestSignature: given } = body as { readonly requestSignature?: RequestSignature | undefined };
  if (!given) {
    if (signers) throw failure(errorOfRequestSignature, 'the request has to be signed by its application');
    return;
  }
  const { key, spki } = readApproverKey(given.publicKey);
  if (signers && !signers.has(spki)) throw failure(errorOfForeignRequestSigner, 'the request is signed by a key that may not');
  const signed = innerBytesOf(rawBody, member, { maxBytes: rawBody.byteLength });
  if (!approverSignatureHolds(key, given.digestAlgorithm, signed, base64Bytes(given.signature, 'request signature')))
    throw failure(errorOfRequestSignature, 'the signature of the request does not verify');
}
