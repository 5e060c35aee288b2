import { canonicalJson } from '@securosys/core';
import type { CosignShape } from '../signing/signature.js';
import type { InTotoStatement } from '../statement/statement.js';
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
      const [{ statement }] = group as [GoodStatement];
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
