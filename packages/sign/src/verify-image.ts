import {
  type CallOptions,
  type Clock,
  type Descriptor,
  invalidArgument,
  knownOptions,
  SignError,
  systemClock,
} from '@securosys/core';
import { type SignatureContents, selectStatement } from '@securosys/notation-envelope';
import { createOci, type Oci, parseReference } from '@securosys/oci';
import { Deadline } from './deadline.js';
import { evaluateManifest } from './evaluate-manifest.js';
import { type ImageReport, type ManifestReport, verdictOfAll } from './image-report.js';
import { checkSelection, type ManifestSelection, selectionNames, selectManifests } from './select-manifests.js';
import type { NotationTrust, Trust } from './trust.js';

/** How an image is verified. */
export interface VerifyImageOptions extends CallOptions, ManifestSelection {
  trust: Trust;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, whatever number of signatures is read. Default 120,000. */
  timeoutMs?: number;
}

const defaultTimeoutMs = 120_000;

/** An image that is trusted, named by digest. */
export interface VerifiedImage {
  /**
   * `repository@digest`: run this, never the tag. Where only some `platforms` were verified, run what `report.manifests` names for them: the
   * other manifests of the index were not looked at.
   */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** Contents of every trusted signature. */
  readonly signers: readonly SignatureContents[];
  readonly report: ImageReport;
}

const optionNames = ['trust', ...selectionNames, 'oci', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Judges an image by every signature it has, and reports all that was found. It never throws because an image is not trusted. Where the
 * reference names an index, `manifests` and `platforms` say what is judged: by default the index alone, as Notation does.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement of the policy is for this repository; `ERR_TIMEOUT` when
 * `timeoutMs` is over, which is no verdict; those of the registry
 */
export async function evaluateImage(reference: string, options: VerifyImageOptions): Promise<ImageReport> {
  knownOptions('evaluateImage', options, optionNames);
  const { trust, clock = systemClock } = options;
  if (trust?.kind !== 'notation') return invalidArgument('trust is a value of notationTrust');
  checkSelection(options);
  const deadline = new Deadline('verifying the image', clock, defaultTimeoutMs, options);
  try {
    return await evaluateUntil(deadline, reference, trust, clock, options);
  } finally {
    deadline.end();
  }
}

async function evaluateUntil(
  deadline: Deadline,
  reference: string,
  trust: NotationTrust,
  clock: Clock,
  options: VerifyImageOptions,
): Promise<ImageReport> {
  const parsed = parseReference(reference);
  const repository = (options.oci ?? createOci()).open(parsed);
  // One lookup: every later step is about the object that this one returned (S18).
  const image = await repository.resolve(undefined, deadline.one());
  deadline.check();
  const scope = parsed.kind === 'layout' ? trust.layoutScope : repository.name;
  const selected = selectManifests(image, options);
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

/**
 * Returns the digest reference of an image that is trusted, and throws for every other.
 *
 * @example
 * ```ts
 * import { notationTrust, verifyImage } from '@securosys/sign';
 * const policy = {
 *   version: '1.0',
 *   trustPolicies: [
 *     {
 *       name: 'production',
 *       registryScopes: ['registry.example/app'],
 *       signatureVerification: { level: 'strict' },
 *       trustStores: ['ca:acme'],
 *       trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
 *     },
 *   ],
 * };
 * const { reference, signers } = await verifyImage('registry.example/app:1.4', { trust: notationTrust({ policy, trustStore: './truststore' }) });
 * console.log(reference, signers[0]?.signer.subject);
 * ```
 * @throws SignError `ERR_NOT_TRUSTED` with the whole report in `details.report`, also at level `skip`; those of {@link evaluateImage}
 */
export async function verifyImage(reference: string, options: VerifyImageOptions): Promise<VerifiedImage> {
  const report = await evaluateImage(reference, options);
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
