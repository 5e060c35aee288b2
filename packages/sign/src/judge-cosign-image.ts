import type { CallOptions, Clock } from '@securosys/core';
import { type CosignTrust, evaluateCosignImage } from '@securosys/cosign';
import type { Repository, ResolvedManifest } from '@securosys/oci';
import { type CosignImageReport, type CosignManifestReport, cosignVerdict } from './cosign-report.js';
import type { Deadline } from './deadline.js';
import { type ManifestSelection, selectManifests } from './select-manifests.js';

/** By what an image is judged. */
export interface CosignJudgement {
  readonly trust: CosignTrust;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly selection: ManifestSelection;
  readonly signatureRepository: Repository | undefined;
}

/** What calls of cosign's room are told: each gets what time is left. */
export function evaluateOptions({ clock, deadline, signatureRepository }: Omit<CosignJudgement, 'trust' | 'selection'>) {
  const call: CallOptions = deadline.one();
  return { ...call, clock, ...(signatureRepository && { signatureRepository }) };
}

/** Judges an image that was looked up already: every later step is about the object that the caller has (S18). */
export async function judgeCosignImage(
  image: ResolvedManifest,
  repository: Repository,
  judgement: CosignJudgement,
): Promise<CosignImageReport> {
  const { trust, deadline, selection } = judgement;
  const manifests: CosignManifestReport[] = [];
  for (const { reference, descriptor, platform } of selectManifests(image, selection)) {
    const judged = await deadline.race(evaluateCosignImage(repository, descriptor, trust, evaluateOptions(judgement)));
    manifests.push({ ...judged, reference, descriptor, ...(platform !== undefined && { platform }) });
  }
  const { reference, descriptor } = image;
  return { kind: 'cosign', reference, descriptor, manifests, ...cosignVerdict(manifests) };
}
