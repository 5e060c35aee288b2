import { canonicalJson } from '@securosys/core';
import type { CosignShape } from '../signing/signature.js';
import { type InTotoStatement, isAboutDigest, type StatementSubject } from '../statement/statement.js';
import { typedPredicate } from '../statement/typed-predicate.js';
import type { CosignAttestationReport, CosignFindings, CosignSigner, TrustedStatement } from './report.js';
import type { TrustRules } from './trust.js';
import { distinctSigners, refusalOf } from './verdict.js';

/** A statement whose signature counts. */
export interface GoodStatement {
  readonly statement: InTotoStatement;
  readonly signer: CosignSigner;
  readonly shape: CosignShape;
}

/** Signatures of one statement: what it says of which type is the same, however it is written and whatever else it is about. */
function groups(good: readonly GoodStatement[]): GoodStatement[][] {
  const byContents = new Map<string, GoodStatement[]>();
  for (const one of good) {
    const { predicateType, predicate } = one.statement;
    const contents = canonicalJson([predicateType, predicate]);
    byContents.set(contents, [...(byContents.get(contents) ?? []), one]);
  }
  return [...byContents.values()];
}

/**
 * The statement of a group, with those of its subjects that enough keys have named: a group agrees on the predicate only, and what one key
 * says of a subject, or of further ones, is not said by the others.
 */
function agreedStatement(group: readonly GoodStatement[], digest: string, threshold: number): InTotoStatement {
  const [{ statement }] = group as [GoodStatement];
  const namedBy = new Map<string, CosignSigner[]>();
  for (const { statement: one, signer } of group)
    for (const subject of one.subjects) {
      const text = canonicalJson(subject);
      namedBy.set(text, [...(namedBy.get(text) ?? []), signer]);
    }
  const subjects = statement.subjects.filter(
    (subject) => distinctSigners(namedBy.get(canonicalJson(subject)) ?? []).length >= threshold,
  );
  const asked: StatementSubject = { digest: { sha256: digest.slice('sha256:'.length) } };
  return { ...statement, subjects: isAboutDigest({ subjects }, digest) ? subjects : [asked, ...subjects] };
}

/** What the results of all attestations come to: a statement is trusted when enough distinct keys signed it, in each shape if both are demanded. */
export function attestationVerdict(
  { threshold, require }: TrustRules,
  findings: CosignFindings,
  good: readonly GoodStatement[],
): CosignAttestationReport {
  const signersOf = (group: readonly GoodStatement[], shape?: CosignShape) =>
    distinctSigners(group.filter((one) => shape === undefined || one.shape === shape).map(({ signer }) => signer));
  const found = groups(good);
  const enough = found.filter((group) => signersOf(group).length >= threshold);
  const complete = enough.filter(
    (group) => require === 'any' || (['legacy', 'bundle'] as const).every((shape) => signersOf(group, shape).length >= threshold),
  );
  if (complete.length > 0) {
    const statements = complete.map((group): TrustedStatement => {
      const statement = agreedStatement(group, findings.subject.digest, threshold);
      return { statement, typed: typedPredicate(statement), signers: signersOf(group) };
    });
    return {
      ...findings,
      verdict: 'trusted',
      signers: distinctSigners(statements.flatMap(({ signers }) => signers)),
      statements,
    };
  }
  const most = Math.max(0, ...found.map((group) => signersOf(group).length));
  const reason =
    enough.length > 0 && findings.limits.length === 0
      ? ({ code: 'shape-missing', message: 'no statement has been signed by enough keys in both shapes' } as const)
      : refusalOf(findings, most, threshold);
  return { ...findings, verdict: 'not-trusted', reason };
}
