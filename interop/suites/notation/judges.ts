import assert from 'node:assert/strict';
import type { Clock } from '@securosys/core';
import type { CheckType } from '@securosys/notation-envelope';
import type { Oci } from '@securosys/oci';
import { type ImageReport, type NotationTrustOptions, SignError, verifyImage } from '@securosys/sign';
import type { NotationHome } from '../../lib/notation-home.js';
import { described, type Finished } from '../../lib/process.js';

/** Scope that images in layouts are matched by, on both sides. */
export const layoutScope = 'local/layout';

function verifyArguments(reference: string): string[] {
  return reference.startsWith('oci:')
    ? ['--oci-layout', reference.slice('oci:'.length), '--scope', layoutScope]
    : ['--insecure-registry', reference];
}

/** `notation verify -v`, whatever comes of it. */
export function notationVerify(home: NotationHome, reference: string, ...more: string[]): Promise<Finished> {
  return home.notation('verify', '-v', ...more, ...verifyArguments(reference));
}

/** The real notation trusts this digest reference. */
export async function theyAccept(home: NotationHome, reference: string, ...more: string[]): Promise<void> {
  const finished = await notationVerify(home, reference, ...more);
  const said = described('notation verify', more, finished);
  assert.equal(finished.code, 0, said);
  assert.match(finished.stdout, /^Successfully verified signature for .*@sha256:[0-9a-f]{64}$/m, said);
}

/**
 * The real notation refuses it because of its one signature, for this reason and no other.
 * @param why part of what notation says after "failed verification with error"
 */
export async function theyRefuse(home: NotationHome, reference: string, why: string, ...more: string[]): Promise<void> {
  const finished = await notationVerify(home, reference, ...more);
  const said = described('notation verify', more, finished);
  assert.equal(finished.code, 1, said);
  const reasons = [...finished.stderr.matchAll(/failed verification with error: (.*)/g)].map(([, reason]) => reason);
  assert.equal(reasons.length, 1, said);
  assert.ok(reasons[0]?.includes(why), said);
}

interface OurSide {
  readonly oci: Oci;
  readonly clock?: Clock;
  readonly trust?: Partial<NotationTrustOptions>;
}

/** Our verifier trusts it and names the same object. */
export async function weAccept(home: NotationHome, reference: string, { trust, ...options }: OurSide): Promise<void> {
  const verified = await verifyImage(reference, { ...options, trust: await home.trust({ layoutScope, ...trust }) });
  assert.equal(verified.reference, reference);
}

/** Our verifier refuses every signature, each by exactly this check. */
export async function weRefuse(
  home: NotationHome,
  reference: string,
  check: CheckType,
  { trust, ...options }: OurSide,
): Promise<void> {
  const error = await verifyImage(reference, { ...options, trust: await home.trust({ layoutScope, ...trust }) }).then(
    () => assert.fail('verifyImage accepted it'),
    (reason: unknown) => reason,
  );
  if (!SignError.is(error, 'ERR_NOT_TRUSTED')) throw error;
  const { signatures } = error.details.report as ImageReport;
  assert.ok(signatures.length > 0, 'there is a signature to be refused');
  for (const { outcome, error: unreadable } of signatures) {
    if (unreadable) throw unreadable;
    assert.ok(outcome.verdict === 'not-trusted');
    assert.deepEqual(
      outcome.failures.map(({ type }) => type),
      [check],
      error.message,
    );
  }
}

/** For what an emulated key signed: it has to be allowed by name. */
export const emulated: Partial<NotationTrustOptions> = { allowEmulated: true };
