import {
  concatBytes,
  equalBytes,
  hashBytes,
  invalidArgument,
  nodeCrypto,
  ownBytes,
  SignError,
  type SignInput,
} from '@securosys/core';
import { standsFor } from '../cryptoki/stands-for.js';
import type { SignPlan } from './sign-plan.js';

/** Longest message that is handed to the token as a whole, in bytes: Ed25519 hashes it twice, so nothing shorter will do. */
export const longestWholeMessage = 16 * 1024 * 1024;
/** Whole messages up to here are copied, as digests are: a caller may use his memory for the next one while this one waits for a lane. */
const longestCopy = 64 * 1024;
/** What is hashed at once on the event loop: about half a millisecond of work. */
const hashedAtOnce = 512 * 1024;
const digestBytes = { sha256: 32, sha384: 48, sha512: 64 } as const;

function wholeMessage({ algorithm }: SignPlan, { message, digest, preimage }: SignInput & { preimage?: Uint8Array }): Uint8Array {
  const whole = message ?? preimage;
  if (whole === undefined)
    throw new SignError(
      'ERR_ALGORITHM_UNSUPPORTED',
      digest === undefined ? `${algorithm} needs a message` : `${algorithm} signs messages, not digests`,
    );
  if (whole.byteLength > longestWholeMessage)
    throw new SignError(
      'ERR_LIMIT',
      `${algorithm} signs messages of at most ${longestWholeMessage} bytes; others sign the digest of a longer one`,
      {
        details: { bytes: whole.byteLength, limit: longestWholeMessage, ...standsFor('CKR_DATA_LEN_RANGE') },
      },
    );
  return whole.byteLength > longestCopy ? whole : ownBytes(whole);
}

/** In pieces, with other work in between. */
async function hashLong(hash: string, message: Uint8Array): Promise<Uint8Array> {
  const hasher = nodeCrypto().createHash(hash);
  for (let at = 0; at < message.byteLength; at += hashedAtOnce) {
    hasher.update(message.subarray(at, at + hashedAtOnce));
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hasher.digest();
}

const formed = ({ prefix, leftmost }: SignPlan, digest: Uint8Array): Uint8Array =>
  prefix ? concatBytes(prefix, digest) : digest.byteLength > leftmost ? digest.subarray(0, leftmost) : digest;

async function ofLong(plan: SignPlan, hash: string, message: Uint8Array, given: Uint8Array | undefined): Promise<Uint8Array> {
  return formed(plan, matching(await hashLong(hash, message), given));
}

function matching(digest: Uint8Array, given: Uint8Array | undefined): Uint8Array {
  if (given && !equalBytes(digest, given)) throw new SignError('ERR_DIGEST_MISMATCH', 'the digest is not that of its preimage');
  return digest;
}

function given(name: string, bytes: unknown): void {
  if (bytes !== undefined && !(bytes instanceof Uint8Array)) invalidArgument(`${name} is not a Uint8Array`);
}

/**
 * What the token gets to sign: hashed here, never there (`pkcs11.md` §0.11). Checked whole before any native call. At once, but for long
 * messages: those are hashed in pieces, so that the event loop goes on, and must not be changed until the signature is there.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_DIGEST_MISMATCH` for a digest that is not that of its preimage; `ERR_LIMIT` for a long
 * message, and `ERR_ALGORITHM_UNSUPPORTED` for a bare digest, where the algorithm signs messages
 */
export function signInput(plan: SignPlan, input: SignInput): Uint8Array | Promise<Uint8Array> {
  if (typeof input !== 'object' || input === null) invalidArgument('a sign request needs an input');
  const { message, digest } = input;
  const preimage = 'preimage' in input ? input.preimage : undefined;
  given('message', message);
  given('digest', digest);
  given('preimage', preimage);
  if (message && (digest ?? preimage)) invalidArgument('a message is signed, or a digest: not both');
  const { hash } = plan;
  if (!hash) return wholeMessage(plan, input);
  const whole = message ?? preimage;
  if (digest && digest.byteLength !== digestBytes[hash])
    throw new SignError(
      'ERR_INVALID_ARGUMENT',
      `a ${hash} digest has ${digestBytes[hash]} bytes, and this has ${digest.byteLength}: give the message, or its digest by this hash`,
      { details: standsFor('CKR_DATA_LEN_RANGE') },
    );
  if (whole && whole.byteLength > hashedAtOnce) return ofLong(plan, hash, whole, digest);
  if (whole) return formed(plan, matching(hashBytes(hash, whole), digest));
  return digest ? formed(plan, ownBytes(digest)) : invalidArgument('a sign request needs a message or a digest');
}
