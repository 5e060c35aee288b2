import { type CallOptions, type Clock, invalidArgument, knownOptions, SignError, systemClock, utf8Bytes } from '@securosys/core';
import { type CosignReport, type CosignSigner, type CosignTrust, evaluateCosignBlob } from '@securosys/cosign';
import { Deadline } from './deadline.js';
import { wholeBlob } from './read-blob.js';

/** How a blob is verified by a cosign signature. */
export interface VerifyCosignBlobOptions extends CallOptions {
  trust: CosignTrust;
  /** The most bytes that are read into memory: what is verified is the whole blob. Default 1 GiB. */
  maxBytes?: number;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, the reading of the blob included. Default 600,000. */
  timeoutMs?: number;
}

/** The cosign signature of a blob as it came: one of the two that `signBlob` returns, or of the files that `cosign sign-blob` writes. */
export type CosignBlobFile =
  | {
      /** Base64, or the bytes of a file with it. */
      readonly signature: string | Uint8Array;
      readonly bundle?: never;
    }
  | {
      /** A sigstore bundle. */
      readonly bundle: Uint8Array;
      readonly signature?: never;
    };

/** A blob that is trusted by a cosign signature. */
export interface VerifiedCosignBlob {
  readonly signers: readonly CosignSigner[];
  readonly report: CosignReport;
}

/** Judges a blob by one cosign signature; see `evaluateBlob`. */
export async function evaluateCosignFile(blob: unknown, file: object, options: VerifyCosignBlobOptions): Promise<CosignReport> {
  knownOptions('evaluateBlob', options, ['trust', 'maxBytes', 'clock', 'signal', 'timeoutMs', 'logger']);
  const { trust, maxBytes = 1 << 30, clock = systemClock } = options;
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 0) invalidArgument('maxBytes is a number of bytes');
  if (!isReadable(blob)) return invalidArgument('a blob is bytes or a stream of them: a cosign signature is over all of it');
  const artifact = artifactOf(file);
  const deadline = new Deadline('verifying the blob', clock, 600_000, options);
  try {
    const bytes = await deadline.race(wholeBlob(blob, maxBytes, deadline.remaining().signal));
    return await evaluateCosignBlob(bytes, artifact, trust, { clock });
  } finally {
    deadline.end();
  }
}

function isReadable(blob: unknown): blob is Uint8Array | AsyncIterable<Uint8Array> {
  return blob instanceof Uint8Array || (typeof blob === 'object' && blob !== null && Symbol.asyncIterator in blob);
}

/** What `signBlob` returns has both forms, of which the caller has to choose one. */
function artifactOf(file: CosignBlobFile | object): { signature: Uint8Array } | { bundle: Uint8Array } {
  knownOptions('evaluateBlob: signature', file, ['signature', 'bundle']);
  const { signature, bundle } = file as { signature?: unknown; bundle?: unknown };
  if (bundle instanceof Uint8Array && signature === undefined) return { bundle };
  if (bundle === undefined && signature instanceof Uint8Array) return { signature };
  if (bundle === undefined && typeof signature === 'string') return { signature: utf8Bytes(signature) };
  return invalidArgument('evaluateBlob: a cosign signature is { signature } or { bundle }');
}

/** @throws SignError `ERR_NOT_TRUSTED` with the report in `details.report` */
export function trustedCosignBlob(report: CosignReport): VerifiedCosignBlob {
  if (report.verdict === 'trusted') return { signers: report.signers, report };
  throw new SignError('ERR_NOT_TRUSTED', `the blob is not trusted: ${report.reason.message}`, {
    details: { report, reason: report.reason.code },
  });
}
