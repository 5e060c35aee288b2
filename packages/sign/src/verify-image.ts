import {
  type CallOptions,
  type Clock,
  type Descriptor,
  invalidArgument,
  knownOptions,
  SignError,
  systemClock,
} from '@securosys/core';
import {
  evaluateSignature,
  readSignature,
  type SignatureContents,
  type SignatureOutcome,
  selectStatement,
  signatureArtifactType,
} from '@securosys/notation-envelope';
import { createOci, type Oci, parseReference, type Repository } from '@securosys/oci';
import { Deadline } from './deadline.js';
import type { ImageReport, SignatureReport } from './image-report.js';
import type { NotationTrust, Trust } from './trust.js';

/** How an image is verified. */
export interface VerifyImageOptions extends CallOptions {
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
  /** `repository@digest`: run this, never the tag. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** Contents of every trusted signature, its signer first of all. */
  readonly signers: readonly SignatureContents[];
  readonly report: ImageReport;
}

const optionNames = ['trust', 'oci', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Judges an image by every signature it has, and reports all that was found. It never throws because an image is not trusted.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_NOT_TRUSTED` when no statement of the policy is for this repository; `ERR_TIMEOUT` when
 * `timeoutMs` is over, which is no verdict; those of the registry
 */
export async function evaluateImage(reference: string, options: VerifyImageOptions): Promise<ImageReport> {
  knownOptions('evaluateImage', options, optionNames);
  const { trust, clock = systemClock } = options;
  if (trust?.kind !== 'notation') return invalidArgument('trust is a value of notationTrust');
  const deadline = new Deadline('verifying the image', clock, defaultTimeoutMs, options);
  try {
    return await evaluateUntil(deadline, reference, trust, clock, options.oci ?? createOci());
  } finally {
    deadline.end();
  }
}

async function evaluateUntil(
  deadline: Deadline,
  reference: string,
  trust: NotationTrust,
  clock: Clock,
  oci: Oci,
): Promise<ImageReport> {
  const parsed = parseReference(reference);
  const repository = oci.open(parsed);
  // One lookup: every later step is about the object that this one returned (S18).
  const image = await repository.resolve(undefined, deadline.one());
  deadline.check();
  const scope = parsed.kind === 'layout' ? trust.layoutScope : repository.name;
  const about = { reference: image.reference, descriptor: image.descriptor };
  if (selectStatement(trust.policy, scope).level.name === 'skip') return { ...about, signatures: [], verdict: 'skipped' };
  const judge = (envelope: Uint8Array, mediaType: string) =>
    deadline.race(
      evaluateSignature(envelope, mediaType, {
        subject: image.descriptor,
        repository: scope,
        trustPolicy: trust.policy,
        trustStore: trust.trustStore,
        clock,
        ...trust.rules,
      }),
    );
  const { signatures, limit } = await judgeAll(repository, image.descriptor, trust, judge, deadline);
  return { ...about, signatures, ...verdictOf(signatures, limit) };
}

async function judgeAll(
  repository: Repository,
  subject: Descriptor,
  trust: NotationTrust,
  judge: (envelope: Uint8Array, mediaType: string) => Promise<SignatureOutcome>,
  deadline: Deadline,
): Promise<{ signatures: SignatureReport[]; limit: SignError | undefined }> {
  const signatures: SignatureReport[] = [];
  try {
    for await (const descriptor of repository.referrers(subject, {
      ...deadline.remaining(),
      artifactType: signatureArtifactType,
    })) {
      if (signatures.length === trust.maxSignatures)
        throw new SignError('ERR_LIMIT', `the image has more than ${trust.maxSignatures} signatures`);
      const read = await readSignature(repository, descriptor, subject, deadline.one());
      deadline.check();
      signatures.push(
        read instanceof Error ? { descriptor, error: read } : { descriptor, outcome: await judge(read.envelope, read.mediaType) },
      );
    }
    deadline.check();
  } catch (error) {
    deadline.check();
    if (SignError.is(error, 'ERR_LIMIT')) return { signatures, limit: error };
    throw error;
  }
  return { signatures, limit: undefined };
}

type Verdict =
  | { verdict: 'trusted' }
  | { verdict: 'not-trusted'; reason: 'no-signature' | 'no-trusted-signature' | 'limit'; message: string };

function verdictOf(signatures: readonly SignatureReport[], limit: SignError | undefined): Verdict {
  const verdicts = signatures.map(({ outcome }) => outcome?.verdict);
  if (verdicts.includes('trusted')) return { verdict: 'trusted' };
  if (limit)
    return {
      verdict: 'not-trusted',
      reason: 'limit',
      message: `no trusted signature before a limit was reached: ${limit.message}`,
    };
  if (signatures.length === 0)
    return { verdict: 'not-trusted', reason: 'no-signature', message: 'no signature is attached to the image' };
  const reasons = signatures.map(why).filter((text, at, all) => all.indexOf(text) === at);
  return {
    verdict: 'not-trusted',
    reason: 'no-trusted-signature',
    message: `none of ${signatures.length} signature(s) is trusted: ${reasons.slice(0, 5).join('; ')}`,
  };
}

function why({ outcome, error }: SignatureReport): string {
  if (error) return error.message;
  return outcome?.verdict === 'not-trusted'
    ? outcome.failures.map((check) => check.reason?.message ?? check.type).join(', ')
    : '';
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
