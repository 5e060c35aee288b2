import { invalidArgument, type RequestBatch, sha256Hex, utf8Bytes } from '@securosys/core';

const sha256 = /^[0-9a-f]{64}$/;

/**
 * Each member of a batch carries the hashes of all up to this many: 4 KiB each. More would be in the way where the raw description is shown,
 * and all together grow with the square.
 */
const mostListed = 64;

/** What is hashed for a batch: the hashes of its payloads, sorted, one to a line. @throws SignError `ERR_INVALID_ARGUMENT` */
function batchText(payloads: readonly string[]): string {
  if (!payloads.every((hash) => sha256.test(hash))) invalidArgument('a batch is made of SHA-256 hashes in hex');
  return payloads.toSorted().join('\n');
}

/**
 * The hash of a batch: SHA-256 over the SHA-256 hashes of its payloads (64 lower-case hex characters each), sorted, one to a line.
 * Order does not matter; a payload that occurs twice counts twice. A payload is the whole message, also where only its digest is sent.
 * @throws SignError `ERR_INVALID_ARGUMENT` for what is no such hash
 */
export function batchSha256(payloads: readonly string[]): string {
  return sha256Hex(utf8Bytes(batchText(payloads)));
}

/** Of lists that nobody can change any more: a batch of a thousand asks for its binding a thousand times. */
const known = new WeakMap<readonly string[], { readonly batchSha256: string; readonly batchPayloads?: string }>();

/** What descriptions of the members of a batch say about it. @throws SignError `ERR_INVALID_ARGUMENT` */
export function batchBinding({ id, payloads }: RequestBatch) {
  const before = known.get(payloads);
  if (before) return { batchId: id, ...before };
  const text = batchText(payloads);
  const binding = { batchSha256: sha256Hex(utf8Bytes(text)), ...(payloads.length <= mostListed && { batchPayloads: text }) };
  if (Object.isFrozen(payloads)) known.set(payloads, binding);
  return { batchId: id, ...binding };
}

/** The members that a binding lists, if they are those that its hash was made of. */
export function listedMembers(hash: string | undefined, text: string | undefined): readonly string[] | undefined {
  if (hash === undefined || text === undefined || sha256Hex(utf8Bytes(text)) !== hash) return undefined;
  const members = text.split('\n');
  return members.every((member) => sha256.test(member)) ? members : undefined;
}
