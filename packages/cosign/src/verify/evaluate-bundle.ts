import { type Descriptor, invalidArgument } from '@securosys/core';
import { checkedImageDigest } from '../image-digest.js';
import { type CosignJudgeOptions, judgeContext } from './evaluate-options.js';
import { judgeBundle } from './judge-bundle.js';
import { judge } from './judging.js';
import type { CosignReport } from './report.js';
import type { CosignTrust } from './trust.js';
import { verdictOf } from './verdict.js';

/**
 * Judges one sigstore bundle as the signature of an image, without asking anybody: what `cosign sign --bundle` or a referrer holds.
 * @param bundle JSON, at most 16 MiB
 * @param subject what it has to be about; the digest is all that is signed
 * @throws SignError `ERR_INVALID_ARGUMENT`
 */
export async function evaluateCosignBundle(
  bundle: Uint8Array,
  subject: Pick<Descriptor, 'digest'>,
  trust: CosignTrust,
  options: CosignJudgeOptions = {},
): Promise<CosignReport> {
  const context = judgeContext('evaluateCosignBundle', trust, options);
  if (!(bundle instanceof Uint8Array)) invalidArgument('bundle is no Uint8Array');
  const digest = checkedImageDigest(subject?.digest);
  const result = await judge(context, { shape: 'bundle' }, (known) =>
    judgeBundle(context, bundle, { digest, wanted: { kind: 'signature' } }, known),
  );
  return verdictOf(context.rules, { kind: 'cosign', subject: { digest }, signatures: [result], limits: [] });
}
