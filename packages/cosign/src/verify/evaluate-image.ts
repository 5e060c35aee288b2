import type { Descriptor } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { checkedSubject } from '../signing/shapes.js';
import { searchCosign } from '../storage/search.js';
import type { StoredBundle, StoredFault, StoredLayer } from '../storage/stored.js';
import { type CosignEvaluateOptions, callOf, evaluateNames, judgeContext } from './evaluate-options.js';
import { judgeBundle } from './judge-bundle.js';
import { judgePayload } from './judge-payload.js';
import { type JudgeContext, judge } from './judging.js';
import { reasonOf } from './reasons.js';
import type { CosignReport, CosignSignatureResult } from './report.js';
import type { CosignTrust } from './trust.js';
import { verdictOf } from './verdict.js';

/** What a fault of storage is among the results. */
export function faultResult({ shape, manifest, layer, error }: StoredFault): CosignSignatureResult {
  const at = { ...(manifest && { manifest: manifest.digest }), ...(layer && { blob: layer.digest }) };
  return { shape, ...at, status: 'refused', reason: reasonOf(error) };
}

function judgeStored(context: JudgeContext, item: StoredLayer | StoredBundle, digest: string): Promise<CosignSignatureResult> {
  const at = { manifest: item.manifest.digest, blob: item.layer.digest };
  if (item.kind === 'bundle')
    return judge(context, { shape: 'bundle', ...at }, (known) =>
      judgeBundle(context, item.content, { digest, wanted: { kind: 'signature' } }, known),
    );
  return judge(context, { shape: 'legacy', ...at }, (known) => judgePayload(context, item.content, item.layer, digest, known));
}

/**
 * Judges the cosign signatures of an image (`cosign.md` §10), of both shapes: one never hides the other, as it does for cosign. Whatever is
 * wrong with a signature is a result of it; trouble with the registry is an error. The manifest is named by its digest, so no tag is looked
 * up here but the one that holds signatures.
 * @param subject the manifest as it was resolved; only SHA-256 digests have cosign signatures
 * @throws SignError `ERR_INVALID_ARGUMENT`; those of the repository
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { cosignTrust, evaluateCosignImage } from '@securosys/cosign';
 * import { createOci } from '@securosys/oci';
 * const trust = cosignTrust({ keys: [{ publicKey: await readFile('cosign.pub', 'utf8') }] });
 * const repository = createOci().open('registry.example/app:1.4');
 * const { descriptor, reference } = await repository.resolve();
 * const report = await evaluateCosignImage(repository, descriptor, trust);
 * if (report.verdict !== 'trusted') throw new Error(`${reference}: ${report.reason.message}`);
 * ```
 */
export async function evaluateCosignImage(
  repository: Repository,
  subject: Descriptor,
  trust: CosignTrust,
  options: CosignEvaluateOptions = {},
): Promise<CosignReport> {
  const context = judgeContext('evaluateCosignImage', trust, options, evaluateNames);
  const image = checkedSubject(subject);
  const signatures: CosignSignatureResult[] = [];
  const limits: string[] = [];
  for await (const item of searchCosign(
    options.signatureRepository ?? repository,
    image,
    ['signature', 'bundle'],
    callOf(options),
  )) {
    if (item.kind === 'limit') limits.push(item.message);
    else signatures.push(item.kind === 'fault' ? faultResult(item) : await judgeStored(context, item, image.digest));
  }
  return verdictOf(context.rules, { kind: 'cosign', subject: image, signatures, limits });
}
