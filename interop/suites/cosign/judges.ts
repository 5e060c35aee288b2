import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Oci } from '@securosys/oci';
import {
  type CosignAttestationReport,
  type CosignReport,
  type CosignSignatureReason,
  type CosignTrustOptions,
  cosignTrust,
  evaluateAttestations,
  evaluateBlob,
  evaluateImage,
} from '@securosys/sign';
import { besideFile, predicateType, type Subject } from './calls.js';

/** Whom we trust with what; attestations are asked for by {@link predicateType} unless said otherwise. */
export type OurTrust = CosignTrustOptions;

/** The report of our verifier. */
export async function ourReport(
  oci: Oci,
  { name, kind, shape }: Subject,
  options: OurTrust,
): Promise<CosignReport | CosignAttestationReport> {
  const trust = cosignTrust({ ...(kind === 'attestation' && { predicateTypes: [predicateType] }), ...options });
  if (kind === 'blob') {
    const [blob, beside] = [await readFile(name), await readFile(besideFile({ name, kind, shape }))];
    return evaluateBlob(blob, shape === 'bundle' ? { bundle: beside } : { signature: beside }, { trust });
  }
  if (kind === 'attestation') return evaluateAttestations(name, { trust, oci });
  const { manifests } = await evaluateImage(name, { trust, oci });
  assert.equal(manifests.length, 1);
  return manifests[0] as CosignReport;
}

/** Our verifier trusts it, because of a signature in this very shape. */
export async function weAccept(oci: Oci, subject: Subject, options: OurTrust): Promise<CosignReport | CosignAttestationReport> {
  const report = await ourReport(oci, subject, options);
  assert.equal(report.verdict, 'trusted', said(report));
  assert.deepEqual(report.limits, []);
  if (subject.kind !== 'blob') assert.equal(report.subject.digest, subject.name.split('@')[1]);
  const good = report.signatures.filter(({ status, shape }) => status === 'good' && shape === subject.shape);
  assert.ok(good.length > 0, said(report));
  return report;
}

/** Our verifier refuses every signature in this shape, each for exactly this reason. */
export async function weRefuse(oci: Oci, subject: Subject, reason: CosignSignatureReason, options: OurTrust): Promise<void> {
  const report = await ourReport(oci, subject, options);
  assert.equal(report.verdict, 'not-trusted', said(report));
  assert.equal(report.reason.code, 'no-good-signature', said(report));
  const ofShape = report.signatures.filter(({ shape }) => shape === subject.shape);
  assert.ok(ofShape.length > 0, 'there is a signature to be refused');
  for (const signature of ofShape)
    assert.equal(signature.status === 'refused' ? signature.reason.code : 'good', reason, said(report));
}

const said = (report: object): string => JSON.stringify(report, undefined, 2);
