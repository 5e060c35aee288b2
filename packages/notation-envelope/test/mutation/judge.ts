import { type ChainCache, evaluateSignature, openEnvelope, type SignatureOutcome } from '@securosys/notation-envelope';
import type { Mutant, Original } from './original.js';

/** What became of one mutant. */
export interface Judged {
  readonly accepted: boolean;
  readonly milliseconds: number;
  /** Where it was refused; `trusted` when it was not. */
  readonly outcome: string;
  /** What must not have happened. */
  readonly defect?: string;
}

/** Values of any envelope as text that two equal ones share. */
function shown(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (inner instanceof Map) return [...inner];
    if (inner instanceof Uint8Array) return Buffer.from(inner).toString('hex');
    return typeof inner === 'bigint' ? `${inner}n` : inner;
  });
}

/** All that an acceptance must leave as it was. */
function contents({ codec }: Original, { bytes, mediaType = codec.mediaType, signedAgain }: Mutant): string {
  const { attributes, subject, chain } = openEnvelope(bytes, mediaType);
  const { mediaType: type, digest, size } = subject;
  const leaf = Buffer.from(chain[0].der).toString('hex');
  if (!signedAgain) return shown([attributes, subject, leaf, codec.split(bytes).payload]);
  const { extended: _, criticalExtended: __, ...system } = attributes;
  return shown([system, { type, digest, size }, leaf]);
}

const checksOf = ({ checks }: SignatureOutcome): string =>
  shown(checks.map(({ type, action, result }) => [type, action, result]));

const reasonCode = /^[a-z]+(?:-[a-z]+)*$/;

function outcomeOf(outcome: SignatureOutcome): string {
  if (outcome.verdict !== 'not-trusted') return outcome.verdict;
  const [first] = outcome.failures;
  return `${first?.type}: ${first?.reason?.code}`;
}

function defectOf(original: Original, before: SignatureOutcome, mutant: Mutant, outcome: SignatureOutcome): string | undefined {
  for (const { result, reason } of outcome.checks)
    if (result === 'fail' && !reasonCode.test(reason?.code ?? ''))
      return `a failure without a reason of ours: ${reason?.message}`;
  if (outcome.verdict === 'not-trusted') return outcome.failures.length === 0 ? 'refused without a failure' : undefined;
  if (outcome.verdict !== before.verdict) return `verdict ${outcome.verdict} instead of ${before.verdict}`;
  if (checksOf(outcome) !== checksOf(before)) return `accepted by other checks: ${checksOf(outcome)}`;
  const [ours, theirs] = [
    contents(original, { ...mutant, bytes: original.bytes, mediaType: original.codec.mediaType }),
    contents(original, mutant),
  ];
  return ours === theirs ? undefined : `accepted, and says ${theirs} instead of ${ours}`;
}

async function timed(original: Original, mutant: Mutant, cache: ChainCache | undefined): Promise<[SignatureOutcome, number]> {
  const options = cache ? { ...original.options, cache } : original.options;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const outcome = await evaluateSignature(mutant.bytes, mutant.mediaType ?? original.codec.mediaType, options);
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  // Judging waits for nobody, so what the wall clock shows beyond the processor's time is a neighbour on the machine.
  return [outcome, Math.min(wall, (user + system) / 1000)];
}

/** Slower than this is tried again: a collection of garbage, or a neighbour on the machine, is no property of a mutant. */
const remarkableMilliseconds = 5;

/** Judges a mutant as its original is judged, with a cache that other mutants have filled or without. Nothing may be thrown. */
export async function judge(original: Original, before: SignatureOutcome, mutant: Mutant, cache?: ChainCache): Promise<Judged> {
  try {
    let [outcome, milliseconds] = await timed(original, mutant, cache);
    for (let again = 0; again < 3 && milliseconds > remarkableMilliseconds; again++)
      milliseconds = Math.min(milliseconds, (await timed(original, mutant, cache))[1]);
    const defect = defectOf(original, before, mutant, outcome);
    return {
      accepted: outcome.verdict === 'trusted',
      milliseconds,
      outcome: outcomeOf(outcome),
      ...(defect !== undefined && { defect }),
    };
  } catch (error) {
    return { accepted: false, milliseconds: 0, outcome: 'thrown', defect: `thrown: ${(error as Error).stack ?? String(error)}` };
  }
}
