import { type CallOptions, type Clock, invalidArgument, knownOptions, SignError, systemClock } from '@securosys/core';
import type { CosignReport } from '@securosys/cosign';
import {
  type BlobSource,
  evaluateBlobSignature,
  type SignatureContents,
  type SignatureOutcome,
} from '@securosys/notation-envelope';
import { Deadline } from './deadline.js';
import type { NotationTrust } from './trust.js';
import { rulesOf } from './trust-rules.js';
import type { CosignBlobFile, VerifiedCosignBlob, VerifyCosignBlobOptions } from './verify-cosign-blob.js';

/** How a blob is verified by a signature of the Notary Project. */
export interface VerifyBlobOptions extends CallOptions {
  /** With a `blobPolicy`. */
  trust: NotationTrust;
  /** Name of the statement of the blob policy. Default: the global one. */
  policyName?: string;
  /** Media type that must have been signed. Default: any. */
  mediaType?: string;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, the reading of the blob included. Default 600,000. */
  timeoutMs?: number;
}

/** A detached signature of the Notary Project as it came: what `signBlob` returns fits. */
export interface DetachedSignature {
  /** Contents of the signature file. */
  readonly envelope: Uint8Array;
  /** `application/jose+json` for `….jws.sig`, `application/cose` for `….cose.sig`. */
  readonly mediaType: string;
}

/** A blob that is trusted by a signature of the Notary Project. */
export interface VerifiedBlob {
  /** Contents of the trusted signature: who signed, which digest and size, which annotations. */
  readonly signature: SignatureContents;
  readonly outcome: SignatureOutcome;
}

const optionNames = ['trust', 'policyName', 'mediaType', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Judges a blob by one detached signature and reports every check. By one of the Notary Project (`notation.md` §12, §15.3) it is read once,
 * never held whole, and only when nothing else refuses the signature; by one of cosign it is held in memory up to a limit. It never throws because a blob is not trusted.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement of the policy applies; `ERR_TIMEOUT` when `timeoutMs` is
 * over, which is no verdict; what reading the blob throws
 */
export async function evaluateBlob(
  blob: Uint8Array | AsyncIterable<Uint8Array>,
  signature: CosignBlobFile,
  options: VerifyCosignBlobOptions,
): Promise<CosignReport>;
export async function evaluateBlob(
  blob: BlobSource,
  signature: DetachedSignature,
  options: VerifyBlobOptions,
): Promise<SignatureOutcome>;
export async function evaluateBlob(
  blob: BlobSource,
  signature: DetachedSignature | CosignBlobFile,
  options: VerifyBlobOptions | VerifyCosignBlobOptions,
): Promise<SignatureOutcome | CosignReport> {
  if (!isCosign(options)) return evaluateNotation(blob, signature as DetachedSignature, options);
  const { evaluateCosignFile } = await import('./verify-cosign-blob.js');
  return evaluateCosignFile(blob, signature, options);
}

function isCosign(options: VerifyBlobOptions | VerifyCosignBlobOptions): options is VerifyCosignBlobOptions {
  return options?.trust?.kind === 'cosign';
}

async function evaluateNotation(
  blob: BlobSource,
  signature: DetachedSignature,
  options: VerifyBlobOptions,
): Promise<SignatureOutcome> {
  knownOptions('evaluateBlob', options, optionNames);
  const { trust, policyName, mediaType, clock = systemClock } = options;
  if (trust?.kind !== 'notation') return invalidArgument('trust is a value of notationTrust or cosignTrust');
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
  blob: Uint8Array | AsyncIterable<Uint8Array>,
  signature: CosignBlobFile,
  options: VerifyCosignBlobOptions,
): Promise<VerifiedCosignBlob>;
export async function verifyBlob(
  blob: BlobSource,
  signature: DetachedSignature,
  options: VerifyBlobOptions,
): Promise<VerifiedBlob>;
export async function verifyBlob(
  blob: BlobSource,
  signature: DetachedSignature | CosignBlobFile,
  options: VerifyBlobOptions | VerifyCosignBlobOptions,
): Promise<VerifiedBlob | VerifiedCosignBlob> {
  if (isCosign(options)) {
    const { evaluateCosignFile, trustedCosignBlob } = await import('./verify-cosign-blob.js');
    return trustedCosignBlob(await evaluateCosignFile(blob, signature, options));
  }
  const outcome = await evaluateNotation(blob, signature as DetachedSignature, options);
  if (outcome.verdict === 'trusted') return { signature: outcome.signature, outcome };
  const skipped = outcome.verdict === 'skipped';
  const why = skipped
    ? 'the trust policy skips it: nothing was verified'
    : outcome.failures.map((check) => check.reason?.message ?? check.type).join(', ');
  throw new SignError('ERR_NOT_TRUSTED', `the blob is not trusted: ${why}`, {
    details: { outcome, reason: skipped ? 'skipped' : 'no-trusted-signature' },
  });
}
