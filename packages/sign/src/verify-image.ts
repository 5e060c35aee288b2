import { type CallOptions, type Clock, type Descriptor, invalidArgument, knownOptions, systemClock } from '@securosys/core';
import type { CosignTrust } from '@securosys/cosign';
import type { DctTrust } from '@securosys/dct';
import type { SignatureContents } from '@securosys/notation-envelope';
import { createOci, type Oci, parseReference } from '@securosys/oci';
import { type CosignImageReport, trustedCosignImage, type VerifiedCosignImage } from './cosign-report.js';
import { type DctImageReport, trustedDctImage, type VerifiedDctImage } from './dct-report.js';
import { Deadline } from './deadline.js';
import type { ImageReport } from './image-report.js';
import { judgeImage, trustedImage } from './judge-image.js';
import { checkSelection, type ManifestSelection, selectionNames } from './select-manifests.js';
import type { NotationTrust } from './trust.js';

/** How an image is verified, whatever makes it trusted. */
export interface VerifyOptions extends CallOptions, ManifestSelection {
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, whatever number of signatures is read. Default 120,000. */
  timeoutMs?: number;
}

/** How an image is verified by Notary Project signatures. */
export interface VerifyImageOptions extends VerifyOptions {
  trust: NotationTrust;
}

/** How an image is verified by cosign signatures. */
export interface VerifyCosignImageOptions extends VerifyOptions {
  trust: CosignTrust;
  /** Repository that holds the signatures, as `COSIGN_REPOSITORY` names one to cosign: no tag, no digest. Default: that of the image. */
  signatureRepository?: string;
}

/** How an image is verified by Docker Content Trust: what the signed tag stands for, which is one manifest or index. */
export interface VerifyDctImageOptions extends Omit<VerifyOptions, 'manifests' | 'platforms'> {
  trust: DctTrust;
}

type AnyOptions = VerifyImageOptions | VerifyCosignImageOptions | VerifyDctImageOptions;

const defaultTimeoutMs = 120_000;

/** An image that is trusted by Notary Project signatures, named by digest. */
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

const commonNames = ['trust', 'oci', 'clock', 'signal', 'timeoutMs', 'logger'];
const namesOf = {
  notation: [...commonNames, ...selectionNames],
  cosign: [...commonNames, ...selectionNames, 'signatureRepository'],
  dct: commonNames,
} as const;

/**
 * Judges an image by every signature that it has of the kind that `trust` is about, and reports all that was found. It never throws because an
 * image is not trusted. Where the reference names an index, `manifests` and `platforms` say what is judged: by default the index alone, as Notation does.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement of the policy is for this repository; `ERR_TIMEOUT` when
 * `timeoutMs` is over, which is no verdict; those of the registry
 */
export async function evaluateImage(reference: string, options: VerifyCosignImageOptions): Promise<CosignImageReport>;
export async function evaluateImage(reference: string, options: VerifyDctImageOptions): Promise<DctImageReport>;
export async function evaluateImage(reference: string, options: VerifyImageOptions): Promise<ImageReport>;
export async function evaluateImage(
  reference: string,
  options: AnyOptions,
): Promise<ImageReport | CosignImageReport | DctImageReport> {
  const { trust, oci = createOci(), clock = systemClock } = options;
  const names = trust && Object.hasOwn(namesOf, trust.kind) ? namesOf[trust.kind] : undefined;
  if (!names) return invalidArgument('trust is a value of notationTrust, cosignTrust or dctTrust');
  knownOptions('evaluateImage', options, names);
  if (!isDct(options)) checkSelection(options);
  const deadline = new Deadline('verifying the image', clock, defaultTimeoutMs, options);
  try {
    const parsed = parseReference(reference);
    const repository = oci.open(parsed);
    if (isDct(options)) {
      const { judgeDctImage } = await import('./judge-dct-image.js');
      return await judgeDctImage({ reference: parsed, repository, trust: options.trust, clock, deadline });
    }
    const image = await repository.resolve(undefined, deadline.one());
    const judgement = { clock, deadline, selection: options };
    if (isNotation(options))
      return await judgeImage(image, { repository, reference: parsed }, { ...judgement, trust: options.trust });
    const { signatureRepository: elsewhere } = options;
    const signatureRepository = elsewhere === undefined ? undefined : oci.open(elsewhere);
    const { judgeCosignImage } = await import('./judge-cosign-image.js');
    return await judgeCosignImage(image, repository, { ...judgement, trust: options.trust, signatureRepository });
  } finally {
    deadline.end();
  }
}

function isNotation(options: AnyOptions): options is VerifyImageOptions {
  return options.trust?.kind === 'notation';
}

function isDct(options: AnyOptions): options is VerifyDctImageOptions {
  return options.trust?.kind === 'dct';
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
export async function verifyImage(reference: string, options: VerifyCosignImageOptions): Promise<VerifiedCosignImage>;
export async function verifyImage(reference: string, options: VerifyDctImageOptions): Promise<VerifiedDctImage>;
export async function verifyImage(reference: string, options: VerifyImageOptions): Promise<VerifiedImage>;
export async function verifyImage(
  reference: string,
  options: AnyOptions,
): Promise<VerifiedImage | VerifiedCosignImage | VerifiedDctImage> {
  if (isNotation(options)) return trustedImage(await evaluateImage(reference, options));
  if (isDct(options)) return trustedDctImage(await evaluateImage(reference, options));
  return trustedCosignImage(await evaluateImage(reference, options as VerifyCosignImageOptions));
}
