import { invalidArgument, knownOptions } from '@securosys/core';
import { hashOfAlgorithm } from '../envelope/notary-algorithms.js';
import { type BlobTrustPolicy, selectBlobStatement } from '../trust/blob-policy.js';
import { type BlobSource, hashBlob, isBlobSource } from './evaluate-blob-digest.js';
import { checkEvaluateRules, type EvaluateRules, ruleNames } from './evaluate-rules.js';
import { evaluateByStatement } from './evaluate-statement.js';
import type { SignatureOutcome } from './outcome.js';
import { checkSubject } from './trust-checks.js';

/** What the detached signature of a blob is judged by. */
export interface EvaluateBlobOptions extends EvaluateRules {
  /** Read once, and only when nothing else refuses the signature. */
  blob: BlobSource;
  trustPolicy: BlobTrustPolicy;
  /** Name of the policy statement. Default: the global one. */
  policyName?: string;
  /** Media type that must have been signed. Default: any. */
  contentMediaType?: string;
}

const names = ['blob', 'trustPolicy', 'policyName', 'contentMediaType', ...ruleNames];

/**
 * Judges the detached signature of a blob (`notation.md` §12, §15.3): as {@link evaluateSignature} does, and then the blob's digest, by the
 * hash of the signature's own algorithm, and its size.
 * @param envelope the envelope's bytes as stored
 * @param mediaType of the envelope: by its file name, `.jws.sig` or `.cose.sig`
 *
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { readFile } from 'node:fs/promises';
 * import { systemClock } from '@securosys/core';
 * import { evaluateBlobSignature, notationConfig } from '@securosys/notation-envelope';
 * const { trustStore, blobTrustPolicy } = notationConfig('/etc/notation');
 * const { verdict } = await evaluateBlobSignature(await readFile('tool.tgz.jws.sig'), 'application/jose+json', {
 *   blob: createReadStream('tool.tgz'),
 *   trustPolicy: await blobTrustPolicy(),
 *   trustStore,
 *   clock: systemClock,
 * });
 * if (verdict !== 'trusted') throw new Error(verdict);
 * ```
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement applies; what reading the blob throws; `signal.reason` when
 * aborted
 */
export async function evaluateBlobSignature(
  envelope: Uint8Array,
  mediaType: string,
  options: EvaluateBlobOptions,
): Promise<SignatureOutcome> {
  knownOptions('evaluateBlobSignature', options, names);
  checkEvaluateRules(options);
  const { blob, trustPolicy, policyName, contentMediaType, signal } = options;
  if (!isBlobSource(blob)) invalidArgument('blob is neither bytes, nor a stream of them, nor something that has a digest');
  if (contentMediaType !== undefined && (typeof contentMediaType !== 'string' || contentMediaType === ''))
    invalidArgument('contentMediaType is not a media type');
  return evaluateByStatement({
    envelope,
    mediaType,
    statement: selectBlobStatement(trustPolicy, policyName),
    rules: options,
    compare: async (evaluation, open) => {
      // A stranger's signature is no reason to read gigabytes.
      const hash = hashOfAlgorithm(open.attributes.algorithm);
      const found = evaluation.refused ? undefined : await hashBlob(blob, hash, signal);
      await evaluation.ask('subject', 'enforce', async () => {
        if (found)
          checkSubject(open.subject, { ...found, ...(contentMediaType !== undefined && { mediaType: contentMediaType }) });
      });
    },
  });
}
