import type { Clock } from '@securosys/core';
import { evaluateSignature, readSignature, type TrustPolicy } from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import type { Deadline } from './deadline.js';
import { type ManifestReport, type SignatureReport, verdictOf } from './image-report.js';
import type { SelectedManifest } from './select-manifests.js';
import type { NotationTrust } from './trust.js';
import { rulesOf } from './trust-rules.js';
import { walkSignatures } from './walk-signatures.js';

/** What the manifests of one image are judged by. */
export interface Judgement {
  readonly repository: Repository;
  /** What registry scopes are matched with. */
  readonly scope: string;
  readonly trust: NotationTrust;
  readonly policy: TrustPolicy;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Judges one manifest by every signature it has. */
export async function evaluateManifest(manifest: SelectedManifest, judgement: Judgement): Promise<ManifestReport> {
  const { repository, scope, trust, policy, clock, deadline } = judgement;
  const { reference, descriptor: subject, platform } = manifest;
  const about = { reference, descriptor: subject, ...(platform !== undefined && { platform }) };
  const signatures: SignatureReport[] = [];
  const limit = await walkSignatures(repository, subject, trust.maxSignatures, deadline, async (descriptor) => {
    const read = await readSignature(repository, descriptor, subject, deadline.one());
    deadline.check();
    if (read instanceof Error) signatures.push({ descriptor, error: read });
    else {
      const judged = { subject, repository: scope, trustPolicy: policy, ...rulesOf(trust, clock, deadline) };
      const outcome = await deadline.race(evaluateSignature(read.envelope, read.mediaType, judged));
      signatures.push({ descriptor, outcome });
    }
  });
  return { ...about, signatures, ...verdictOf(signatures, limit) };
}
