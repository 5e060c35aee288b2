import { equalBytes, isoSeconds, SignError } from '@securosys/core';
import { type CosignTrust, cosignTrust, type PredicateUri, predicateTypeOf } from '@securosys/cosign';
import { isUnusable, openEnvelope, readSignature, signatureArtifactType } from '@securosys/notation-envelope';
import type { Oci } from '@securosys/oci';
import type { AttestationKeys, FoundStatement, RegistryQuestion, SignatureQuestion } from './registry-lookups.js';

/** The façade verifies; loaded here, so that a policy alone costs nothing of it. */
const facade = () => import('@securosys/sign');

function typeOf(name: string): PredicateUri {
  const type = predicateTypeOf(name);
  if (type === undefined) throw new SignError('ERR_INVALID_ARGUMENT', `'${name}' is no predicate type`);
  return type;
}

/** Statements of one type about an image that the trusted keys have signed. */
export async function findStatements(
  oci: Oci,
  { reference, clock, call }: RegistryQuestion,
  trusted: CosignTrust | AttestationKeys,
  predicateType: string,
): Promise<readonly FoundStatement[]> {
  const { evaluateAttestations } = await facade();
  const type = typeOf(predicateType);
  const report = await evaluateAttestations(reference, {
    trust: trustOf(trusted, type),
    predicateType: type,
    oci,
    clock,
    ...call,
  });
  if (report.verdict === 'trusted') return report.statements.map(({ statement }) => statement);
  return complete(report.limits, []);
}

function trustOf(trusted: CosignTrust | AttestationKeys, type: string): CosignTrust {
  if (trusted.kind === 'cosign') return trusted;
  const keys = trusted.publicKeys.map((publicKey) => ({ publicKey }));
  return cosignTrust({ keys, threshold: trusted.threshold, predicateTypes: [type] });
}

/** Nothing was found; when not everything was looked at, that is no answer. @throws SignError `ERR_LIMIT` */
function complete<T>([limit]: readonly string[], nothing: T): T {
  if (limit !== undefined) throw new SignError('ERR_LIMIT', limit);
  return nothing;
}

/** Whether a key has signed an image in a format. */
export async function hasSigned(oci: Oci, question: RegistryQuestion, asked: SignatureQuestion): Promise<boolean> {
  const { format } = asked;
  if (format === 'notation-jws' || format === 'notation-cose') return hasNotation(oci, question, asked);
  if (format === 'cosign' || format === 'cosign-attestation') {
    const { hasSignedWithCosign } = await import('./cosign-lookups.js');
    return hasSignedWithCosign(oci, question, asked);
  }
  throw new SignError('ERR_CAPABILITY_MISSING', `signatures of the format ${format} cannot be looked for`);
}

const mediaTypes: Readonly<Record<string, string>> = {
  'notation-jws': 'application/jose+json',
  'notation-cose': 'application/cose',
};

async function hasNotation(oci: Oci, { reference, call }: RegistryQuestion, asked: SignatureQuestion): Promise<boolean> {
  const repository = oci.open(reference);
  const { descriptor: subject } = await repository.resolve(undefined, call);
  for await (const found of repository.referrers(subject, { ...call, artifactType: signatureArtifactType })) {
    const read = await readSignature(repository, found, subject, call);
    if (!(read instanceof Error) && read.mediaType === mediaTypes[asked.format] && isByKey(read, asked)) return true;
  }
  return false;
}

/** A signature of the same second is the one that is asked about, found again after a crash. */
function isByKey(read: { envelope: Uint8Array; mediaType: string }, { spki, signedAt }: SignatureQuestion): boolean {
  try {
    const { chain, attributes } = openEnvelope(read.envelope, read.mediaType);
    return equalBytes(chain[0].spki, spki) && isoSeconds(attributes.signingTime) !== signedAt;
  } catch (error) {
    if (isUnusable(error)) return false;
    throw error;
  }
}
