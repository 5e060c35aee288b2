import type { Clock } from '@securosys/core';
import { evaluateSignature, readSignature } from '@securosys/notation-envelope';
import type { Repository } from '@securosys/oci';
import type { Deadline } from './deadline.js';
import { type ManifestReport, type SignatureReport, verdictOf } from './image-report.js';
import type { SelectedManifest } from './select-manifests.js';
import type { NotationTrust } from './trust.js';
import { walkSignatures } from './walk-signatures.js';

/** What the manifests of one image are judged by. */
export interface Judgement {
  readonly repository: Repository;
  /** What registry scopes are matched with. */
  readonly scope: string;
  readonly trust: NotationTrust;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

/** Judges one manifest by every signature it has. */
export async function evaluateManifest(manifest: SelectedManifest, judgement: Judgement): Promise<ManifestReport> {
  const { repository, scope, trust, clock, deadline } = judgement;
  const { reference, descriptor: subject, platform } = manifest;
  const rules = { subject, repository: scope, trustPolicy: trust.policy, trustStore: trust.trustStore, clock, ...trust.rules };
  const signatures: SignatureReport[] = [];
  const limit = await walkSignatures(repository, subject, trust.maxSignatures, deadline, async (descriptor) => {
    const read = await readSignature(repository, descriptor, subject, deadline.one());
    deadline.check();
    if (read instanceof Error) signatures.push({ descriptor, error: read });
    else {
      const outcome = await deadline.race(evaluateSignature(read.envelope, read.mediaType, rules));
      signatures.push({ descriptor, outcome });
    }
  });
  const about = { reference, descriptor: subject, ...(platform !== undefined && { platform }) };
  return { ...about, signatures, ...verdictOf(signatures, limit) };
}
