import { type CallOptions, type Clock, type Descriptor, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import type { SignatureContents } from '@securosys/notation-envelope';
import { createOci, type Oci, parseReference } from '@securosys/oci';
import { Deadline } from './deadline.js';
import type { ImageReport } from './image-report.js';
import { judgeImage, trustedImage } from './judge-image.js';
import { checkSelection, type ManifestSelection, selectionNames } from './select-manifests.js';
import type { Trust } from './trust.js';

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
    const parsed = parseReference(reference);
    const repository = (options.oci ?? createOci()).open(parsed);
    const image = await repository.resolve(undefined, deadline.one());
    return await judgeImage(image, { repository, reference: parsed }, { trust, clock, deadline, selection: options });
  } finally {
    deadline.end();
  }
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
  return trustedImage(await evaluateImage(reference, options));
}
