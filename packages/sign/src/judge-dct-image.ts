import { type Clock, type Descriptor, SignError } from '@securosys/core';
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

type Said = TrustedTag | UntrustedTag;

const lacking = ({ signers }: TrustedTag, trust: DctTrust) => trust.signers.filter((role) => !signers.includes(role));

/**
 * What is said of what the reference names: of its tag, or of any tag that stands for its digest. Whoever may sign can give a digest
 * one more tag, of a wrong size for example, so that the best of them counts.
 */
function said({ tag, digest }: Reference, report: ReturnType<typeof inspectRepository>, trust: DctTrust): readonly Said[] {
  if (digest !== undefined) {
    const same = report.tags.filter((one) => one.digest === digest);
    const signed = same.filter((one) => lacking(one, trust).length === 0);
    return signed.length > 0 ? signed : same;
  }
  const name = tag ?? 'latest';
  return [...report.tags, ...report.untrusted].filter((one) => one.tag === name);
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
  const candidates = said(reference, report, trust);
  const [first] = candidates;
  if (!first) return { ...asked, repository: report, ...no('not-signed', `nobody has signed this of ${name}`) };
  if (!('digest' in first))
    return {
      ...asked,
      tag: first,
      repository: report,
      ...no('not-believed', `it stands in ${first.roles.join(', ')}, which Docker does not believe`),
    };
  const found = { kind: 'dct' as const, repository: report, reference: `${name}@${first.digest}` };
  const missing = lacking(first, trust);
  if (missing.length > 0) return { ...found, tag: first, ...no('signer-missing', `${missing.join(', ')} does not say the same`) };
  const held = await heldBy(judgement, first.digest);
  const tag = candidates.find((one): one is TrustedTag => 'digest' in one && one.size === held?.size) ?? first;
  return { ...found, tag, ...verdictOf(tag, held) };
}

/** What the registry has under a digest; `undefined`: nothing. */
async function heldBy({ repository, deadline }: DctJudgement, digest: string): Promise<Descriptor | undefined> {
  try {
    return (await repository.resolve(digest, deadline.one())).descriptor;
  } catch (error) {
    if (!SignError.is(error, 'ERR_NOT_FOUND')) throw error;
    return undefined;
  }
}

/** Whether the registry has what was signed. */
function verdictOf({ size, signers }: TrustedTag, descriptor: Descriptor | undefined): DctVerdict {
  if (!descriptor) return no('missing-image', 'the registry does not have what was signed');
  if (descriptor.size !== size) return no('size-differs', `the registry has ${descriptor.size} bytes, and ${size} were signed`);
  return { verdict: 'trusted', descriptor, signers };
}
