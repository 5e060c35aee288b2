import { type Clock, invalidArgument, SignError } from '@securosys/core';
import { selectStatement } from '@securosys/notation-envelope';
import type { Reference, Repository, ResolvedManifest } from '@securosys/oci';
import type { Deadline } from './deadline.js';
import { evaluateManifest } from './evaluate-manifest.js';
import { type ImageReport, type ManifestReport, verdictOfAll } from './image-report.js';
import { type ManifestSelection, selectManifests } from './select-manifests.js';
import type { NotationTrust } from './trust.js';
import type { VerifiedImage } from './verify-image.js';

/** By what an image is judged. */
export interface ImageJudgement {
  readonly trust: NotationTrust;
  readonly clock: Clock;
  readonly deadline: Deadline;
  readonly selection: ManifestSelection;
}

/**
 * Judges an image that was looked up already: every later step is about the object that the caller has (S18).
 * @param at where it was found, and by which reference
 */
export async function judgeImage(
  image: ResolvedManifest,
  at: { readonly repository: Repository; readonly reference: Reference },
  { trust, clock, deadline, selection }: ImageJudgement,
): Promise<ImageReport> {
  const { repository } = at;
  deadline.check();
  const scope = at.reference.kind === 'layout' ? trust.layoutScope : repository.name;
  const selected = selectManifests(image, selection);
  const { policy } = trust;
  if (!policy) return invalidArgument('the trust has a policy for blobs only');
  const skipped = selectStatement(policy, scope).level.name === 'skip';
  const manifests: ManifestReport[] = [];
  for (const manifest of selected)
    manifests.push(
      skipped
        ? { ...manifest, signatures: [], verdict: 'skipped' }
        : await evaluateManifest(manifest, { repository, scope, trust, policy, clock, deadline }),
    );
  const signatures = manifests.flatMap((manifest) => manifest.signatures);
  return { reference: image.reference, descriptor: image.descriptor, signatures, manifests, ...verdictOfAll(manifests) };
}

/** The image of a report that says it is trusted. @throws SignError `ERR_NOT_TRUSTED` with the whole report in `details.report` */
export function trustedImage(report: ImageReport): VerifiedImage {
  if (report.verdict !== 'trusted') {
    const message =
      report.verdict === 'skipped' ? 'the trust policy skips this repository: nothing was verified' : report.message;
    throw new SignError('ERR_NOT_TRUSTED', `${report.reference} is not trusted: ${message}`, {
      details: { report, reason: report.verdict === 'skipped' ? 'skipped' : report.reason },
    });
  }
  const signers = report.signatures.flatMap(({ outcome }) => (outcome?.verdict === 'trusted' ? [outcome.signature] : []));
  return { reference: report.reference, descriptor: report.descriptor, signers, report };
}
