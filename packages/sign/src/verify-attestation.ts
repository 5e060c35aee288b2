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
  type CosignAttestationReport,
  type CosignSigner,
  type CosignTrust,
  evaluateCosignAttestations,
  type PredicateName,
  type PredicateUri,
  predicateTypeOf,
  type TrustedStatement,
  type TypedPredicate,
  typedPredicate,
} from '@securosys/cosign';
import { createOci, type Oci } from '@securosys/oci';
import { Deadline } from './deadline.js';
import { evaluateOptions } from './judge-cosign-image.js';

/** How attestations are verified. */
export interface VerifyAttestationOptions extends CallOptions {
  /** Whose attestations count, and of which types: its `predicateTypes`. */
  trust: CosignTrust;
  /** The one type that is asked for, of those that the trust allows: a short name that cosign's `--type` has, or a URI. Default: all of them. */
  predicateType?: PredicateName | PredicateUri;
  /** Repository that holds the attestations, as `COSIGN_REPOSITORY` names one to cosign: no tag, no digest. Default: that of the image. */
  signatureRepository?: string;
  /** Registry access. Default: anonymous, public registries only. */
  oci?: Oci;
  clock?: Clock;
  /** Deadline of the whole verification in milliseconds, whatever number of attestations is read. Default 120,000. */
  timeoutMs?: number;
}

/** A statement that as many distinct keys as the threshold demands have signed. */
export interface VerifiedStatement extends TrustedStatement {
  /** What it says, told by its type: `content.type` is a short name when the predicate has what that type cannot do without, else `other`. */
  readonly content: TypedPredicate;
}

/** What is known about an image by its attestations. */
export type AttestationReport = CosignAttestationReport & {
  /** `repository@digest`: the object that they are about. */
  readonly reference: string;
  readonly descriptor: Descriptor;
};

/** Statements about an image that are trusted. */
export interface VerifiedAttestations {
  /** `repository@digest`: what the statements are about. Run this, never the tag. */
  readonly reference: string;
  readonly descriptor: Descriptor;
  /** At least one, each with the keys that signed it. */
  readonly statements: readonly VerifiedStatement[];
  /** Distinct keys behind the statements. */
  readonly signers: readonly CosignSigner[];
  readonly report: AttestationReport;
}

const optionNames = ['trust', 'predicateType', 'signatureRepository', 'oci', 'clock', 'signal', 'timeoutMs', 'logger'];

/**
 * Judges the attestations of what a reference names, of both shapes, and reports all that was found. It never throws because nothing is
 * trusted.
 * @throws SignError `ERR_INVALID_ARGUMENT`, also for a trust without `predicateTypes`; `ERR_TIMEOUT` when `timeoutMs` is over, which is
 * no verdict; those of the registry
 */
export async function evaluateAttestations(reference: string, options: VerifyAttestationOptions): Promise<AttestationReport> {
  knownOptions('evaluateAttestations', options, optionNames);
  const { trust, predicateType, signatureRepository: elsewhere, oci = createOci(), clock = systemClock } = options;
  if (trust?.kind !== 'cosign') return invalidArgument('trust is a value of cosignTrust');
  const type = predicateType === undefined ? undefined : checkedType(predicateType);
  const deadline = new Deadline('verifying the attestations', clock, 120_000, options);
  try {
    const repository = oci.open(reference);
    const image = await repository.resolve(undefined, deadline.one());
    const signatureRepository = elsewhere === undefined ? undefined : oci.open(elsewhere);
    const given = evaluateOptions({ clock, deadline, signatureRepository });
    const report = await deadline.race(evaluateCosignAttestations(repository, image.descriptor, trust, given));
    return { ...onlyOf(type, report), reference: image.reference, descriptor: image.descriptor };
  } finally {
    deadline.end();
  }
}

function checkedType(predicateType: unknown): string {
  const type = typeof predicateType === 'string' ? predicateTypeOf(predicateType) : undefined;
  return type ?? invalidArgument('predicateType is neither a URI nor a short name of a type');
}

/** What a report comes to for one type of statements. */
function onlyOf(type: string | undefined, report: CosignAttestationReport): CosignAttestationReport {
  if (type === undefined || report.verdict !== 'trusted') return report;
  const { statements, signers: _, verdict: __, ...findings } = report;
  const wanted = statements.filter(({ statement }) => statement.predicateType === type);
  if (wanted.length === 0) {
    const [limit] = findings.limits;
    const reason =
      limit === undefined
        ? ({ code: 'no-good-signature', message: `no trusted attestation is of type ${type}` } as const)
        : ({ code: 'limit', message: `not verified, a limit was reached: ${limit}` } as const);
    return { ...findings, verdict: 'not-trusted', reason };
  }
  const signers = new Map(wanted.flatMap((one) => one.signers).map((signer) => [signer.spkiSha256, signer]));
  return { ...findings, verdict: 'trusted', statements: wanted, signers: [...signers.values()] };
}

/**
 * Returns the trusted statements about what a reference names, and throws where there is none. It is about attestations of images; what an
 * HSM attests of its keys, `@securosys/tsb-client` verifies.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { cosignTrust, verifyAttestation } from '@securosys/sign';
 * const keys = [{ publicKey: await readFile('cosign.pub', 'utf8') }];
 * const trust = cosignTrust({ keys, predicateTypes: ['slsaprovenance1', 'spdxjson'] });
 * const { reference, statements } = await verifyAttestation('registry.example/app:1.4', { trust, predicateType: 'spdxjson' });
 * for (const { content } of statements) if (content.type === 'spdxjson') console.log(reference, content.predicate.spdxVersion);
 * ```
 * @throws SignError `ERR_NOT_TRUSTED` with the whole report in `details.report`; those of {@link evaluateAttestations}
 */
export async function verifyAttestation(reference: string, options: VerifyAttestationOptions): Promise<VerifiedAttestations> {
  const report = await evaluateAttestations(reference, options);
  if (report.verdict !== 'trusted')
    throw new SignError('ERR_NOT_TRUSTED', `no trusted attestation about ${report.reference}: ${report.reason.message}`, {
      details: { report, reason: report.reason.code },
    });
  const { signers, descriptor } = report;
  const statements = report.statements.map((one) => ({ ...one, content: typedPredicate(one.statement) }));
  return { reference: report.reference, descriptor, statements, signers, report };
}
