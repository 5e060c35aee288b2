import { type Clock, SignError } from '@securosys/core';
import { type DctTrust, inspectRepository, type TrustedTag, type UntrustedTag } from '@securosys/dct';
import { formatReference, type Reference, type Repository } from '@securosys/oci';
import type { DctImageReport, DctVerdict } from './dct-report.js';
import type { Deadline } from './deadline.js';

/** What is judged, and by what. */
export interface DctJudgement {
  readonly reference: Reference;
  readonly repository: Repository;
  readonly trust: DctTrust;
  readonly clock: Clock;
  readonly deadline: Deadline;
}

type NotTrusted = Extract<DctVerdict, { verdict: 'not-trusted' }>;

const no = (code: NotTrusted['reason']['code'], message: string): NotTrusted => ({
  verdict: 'not-trusted',
  reason: { code, message },
});

/** Why metadata that nobody believes is a verdict, and what is an error all the same: nobody could be asked. */
const verdicts = new Set(['ERR_NOT_TRUSTED', 'ERR_MALFORMED', 'ERR_LIMIT', 'ERR_DIGEST_MISMATCH', 'ERR_NOT_FOUND']);

/** What is said of what the reference names: of its tag, or of any tag that stands for its digest. */
function said({ tag, digest }: Reference, report: ReturnType<typeof inspectRepository>): TrustedTag | UntrustedTag | undefined {
  if (digest !== undefined) return report.tags.find((one) => one.digest === digest);
  const name = tag ?? 'latest';
  return report.tags.find((one) => one.tag === name) ?? report.untrusted.find((one) => one.tag === name);
}

/**
 * Judges an image by Docker Content Trust: the whole repository is verified, and what the signed tag stands for is looked up in the registry
 * by its digest (S18), whatever the registry's own tag names.
 */
export async function judgeDctImage(judgement: DctJudgement): Promise<DctImageReport> {
  const { reference, trust, clock, deadline } = judgement;
  if (reference.kind === 'layout')
    throw new SignError('ERR_INVALID_ARGUMENT', 'Docker Content Trust is about repositories of registries, and this is a layout');
  const name = `${reference.registry}/${reference.repository}`;
  const asked = { kind: 'dct' as const, reference: formatReference(reference) };
  let trusted: Awaited<ReturnType<DctTrust['repository']>>;
  try {
    trusted = await deadline.race(trust.repository(name, clock, deadline.one()));
  } catch (error) {
    const { role } = SignError.is(error) ? error.details : {};
    if (!SignError.is(error) || !verdicts.has(error.code) || typeof role !== 'string') throw error;
    return { ...asked, ...no('metadata', error.message) };
  }
  const report = inspectRepository(trusted);
  const tag = said(reference, report);
  if (!tag) return { ...asked, repository: report, ...no('not-signed', `nobody has signed this of ${name}`) };
  const about = { kind: 'dct' as const, tag, repository: report };
  if (!('digest' in tag))
    return { ...about, ...asked, ...no('not-believed', `it stands in ${tag.roles.join(', ')}, which Docker does not believe`) };
  const found = { ...about, reference: `${name}@${tag.digest}` };
  const missing = trust.signers.filter((role) => !tag.signers.includes(role));
  if (missing.length > 0) return { ...found, ...no('signer-missing', `${missing.join(', ')} does not say the same`) };
  return { ...found, ...(await held(judgement, tag)) };
}

/** Whether the registry has what was signed. */
async function held({ repository, deadline }: DctJudgement, { digest, size, signers }: TrustedTag): Promise<DctVerdict> {
  try {
    const { descriptor } = await repository.resolve(digest, deadline.one());
    if (descriptor.size !== size) return no('size-differs', `the registry has ${descriptor.size} bytes, and ${size} were signed`);
    return { verdict: 'trusted', descriptor, signers };
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    return no('missing-image', 'the registry does not have what was signed');
  }
}
