import { type Descriptor, invalidArgument } from '@securosys/core';
import type { Repository } from '@securosys/oci';
import { readEnvelope } from '../dsse/envelope.js';
import { checkedSubject } from '../signing/shapes.js';
import { searchCosign } from '../storage/search.js';
import type { StoredBundle, StoredLayer } from '../storage/stored.js';
import { attestationVerdict, type GoodStatement } from './attestation-verdict.js';
import type { WantedStatements } from './claims.js';
import { faultResult } from './evaluate-image.js';
import { type CosignEvaluateOptions, callOf, evaluateNames, judgeContext } from './evaluate-options.js';
import { judgeBundle } from './judge-bundle.js';
import { type JudgedStatement, judgeEnvelope } from './judge-envelope.js';
import { layerTimestamps } from './judge-payload.js';
import { type JudgeContext, judge } from './judging.js';
import type { CosignAttestationReport, CosignSignatureResult } from './report.js';
import type { CosignTrust, TrustRules } from './trust.js';

/**
 * What counts as an attestation under this trust.
 * @throws SignError `ERR_INVALID_ARGUMENT` when nothing says which types do: a statement of one kind must not pass for another
 */
export function wantedAttestations({ predicateTypes, compatibility }: TrustRules): WantedStatements {
  if (!predicateTypes && !compatibility.acceptAnyPredicate)
    return invalidArgument('cosignTrust has to name predicateTypes: a statement of any other kind is not what is asked for');
  return { kind: 'attestation', types: predicateTypes ?? new Set() };
}

/** Judges one thing and says which statement counts because of it. */
async function judgeAttestation(
  context: JudgeContext,
  item: StoredLayer | StoredBundle,
  digest: string,
  wanted: WantedStatements,
): Promise<{ readonly result: CosignSignatureResult; readonly good?: GoodStatement }> {
  let kept: JudgedStatement | undefined;
  const keep = (judged: JudgedStatement) => {
    kept = judged;
  };
  const shape = item.kind === 'bundle' ? 'bundle' : 'legacy';
  const at = { shape, manifest: item.manifest.digest, blob: item.layer.digest } as const;
  const result = await judge(context, at, (known) => {
    if (item.kind === 'bundle') return judgeBundle(context, item.content, { digest, wanted }, known, keep);
    const judged = judgeEnvelope(context, readEnvelope(item.content), { digest, wanted }, known);
    keep(judged);
    const timestamps = context.rules.timestamps ? layerTimestamps(item.layer) : [];
    const { signer, predicateType, annotations } = judged;
    return { signer, predicateType, annotations, evidence: { timestamps, message: item.content } };
  });
  if (result.status !== 'good' || !kept) return { result };
  return { result, good: { statement: kept.statement, signer: result.signer, shape } };
}

/**
 * Judges the attestations of an image (`cosign.md` §5, §10), of both shapes, and gives back those that are trusted. The types that count stand
 * in the trust. A threshold counts the distinct keys that said one and the same predicate of the image.
 * @param subject the manifest as it was resolved
 * @throws SignError `ERR_INVALID_ARGUMENT`; those of the repository
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { cosignTrust, evaluateCosignAttestations } from '@securosys/cosign';
 * import { createOci } from '@securosys/oci';
 * const trust = cosignTrust({ keys: [{ publicKey: await readFile('cosign.pub', 'utf8') }], predicateTypes: ['slsaprovenance1'] });
 * const repository = createOci().open('registry.example/app:1.4');
 * const { descriptor } = await repository.resolve();
 * const report = await evaluateCosignAttestations(repository, descriptor, trust);
 * if (report.verdict === 'trusted') for (const { statement } of report.statements) console.log(statement.predicate);
 * ```
 */
export async function evaluateCosignAttestations(
  repository: Repository,
  subject: Descriptor,
  trust: CosignTrust,
  options: CosignEvaluateOptions = {},
): Promise<CosignAttestationReport> {
  const context = judgeContext('evaluateCosignAttestations', trust, options, evaluateNames);
  const wanted = wantedAttestations(context.rules);
  const image = checkedSubject(subject);
  const signatures: CosignSignatureResult[] = [];
  const good: GoodStatement[] = [];
  const limits: string[] = [];
  for await (const item of searchCosign(
    options.signatureRepository ?? repository,
    image,
    ['attestation', 'bundle'],
    callOf(options),
  )) {
    if (item.kind === 'limit') limits.push(item.message);
    else if (item.kind === 'fault') signatures.push(faultResult(item));
    else {
      const judged = await judgeAttestation(context, item, image.digest, wanted);
      signatures.push(judged.result);
      if (judged.good) good.push(judged.good);
    }
  }
  return attestationVerdict(context.rules, { kind: 'cosign', subject: image, signatures, limits }, good);
}
