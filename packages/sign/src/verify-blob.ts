import { type CallOptions, type Clock, invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import {
  type BlobSource,
  evaluateBlobSignature,
  type SignatureContents,
  type SignatureOutcome,
} from '@securosys/notation-envelope';
import { Deadline } from './deadline.js';
import type { Trust } from './trust.js';
import { rulesOf } from './trust-rules.js';

/** How a blob is verified. */
export interface VerifyBlobOptions extends CallOptions {
  /** With a `blobPolicy`. */
  trust: Trust;
  /** Name of the statement of the blob policy. Default: the global one. */
  policyName?: string;
  /** Media type that must have been signed. Default: any. */
  mediaType?: string;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, the reading of the blob included. Default 600,000. */
  timeoutMs?: number;
}

/** A detached signature as it came: what `signBlob` returns fits. */
export interface DetachedSignature {
  /** Contents of the signature file. */
  readonly envelope: Uint8Array;
  /** `application/jose+json` for `….jws.sig`, `application/cose` for `….cose.sig`. */
  readonly mediaType: string;
}

/** A blob that is trusted. */
export interface VerifiedBlob {
  /** Contents of the trusted signature: who signed, which digest and size, which annotations. */
  readonly signature: SignatureContents;
  readonly outcome: SignatureOutcome;
}

const optionNames = ['trust', 'policyName', 'mediaType', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Judges a blob by one detached signature (`notation.md` §12, §15.3) and reports every check. The blob is read once, never held whole, and only
 * when nothing else refuses the signature. It never throws because a blob is not trusted.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement of the policy applies; `ERR_TIMEOUT` when `timeoutMs` is
 * over, which is no verdict; what reading the blob throws
 */
export async function evaluateBlob(
  blob: BlobSource,
  signature: DetachedSignature,
  options: VerifyBlobOptions,
): Promise<SignatureOutcome> {
  knownOptions('evaluateBlob', options, optionNames);
  const { trust, policyName, mediaType, clock = systemClock } = options;
  if (trust?.kind !== 'notation') return invalidArgument('trust is a value of notationTrust');
  const { blobPolicy } = trust;
  if (!blobPolicy) return invalidArgument('the trust has no blobPolicy');
  if (!(signature?.envelope instanceof Uint8Array) || typeof signature.mediaType !== 'string')
    return invalidArgument('signature is not { envelope, mediaType }');
  const deadline = new Deadline('verifying the blob', clock, 600_000, options);
  try {
    return await deadline.race(
      evaluateBlobSignature(signature.envelope, signature.mediaType, {
        ...rulesOf(trust, clock, deadline),
        blob,
        trustPolicy: blobPolicy,
        ...(policyName !== undefined && { policyName }),
        ...(mediaType !== undefined && { contentMediaType: mediaType }),
      }),
    );
  } finally {
    deadline.end();
  }
}

/**
 * Returns who signed a blob that is trusted, and throws for every other.
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { readFile } from 'node:fs/promises';
 * import { notationTrust, verifyBlob } from '@securosys/sign';
 * const blobPolicy = await readFile('trustpolicy.blob.json');
 * const trust = notationTrust({ blobPolicy, trustStore: './truststore' });
 * const envelope = await readFile('tool.tgz.jws.sig');
 * const { signature } = await verifyBlob(createReadStream('tool.tgz'), { envelope, mediaType: 'application/jose+json' }, { trust });
 * console.log(signature.signer.subject);
 * ```
 * @throws SignError `ERR_NOT_TRUSTED` with the outcome in `details.outcome`, also at level `skip`; those of {@link evaluateBlob}
 */
export async function verifyBlob(
  blob: BlobSource,
  signature: DetachedSignature,
  options: VerifyBlobOptions,
): Promise<VerifiedBlob> {
  const outcome = await evaluateBlob(blob, signature, options);
  if (outcome.verdict === 'trusted') return { signature: outcome.signature, outcome };
  const skipped = outcome.verdict === 'skipped';
  const why = skipped
    ? 'the trust policy skips it: nothing was verified'
    : outcome.failures.map((check) => check.reason?.message ?? check.type).join(', ');
  throw new SignError('ERR_NOT_TRUSTED', `the blob is not trusted: ${why}`, {
    details: { outcome, reason: skipped ? 'skipped' : 'no-trusted-signature' },
  });
}
