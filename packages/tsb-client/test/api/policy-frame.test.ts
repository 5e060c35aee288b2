import { base64Text, SignError } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePolicyFrame, encodePolicyFrame, type ModifyPolicy, type PolicyApproval } from '../../src/api/index.js';
import { approverCertificate } from '../policy/certificate.js';
import { spkiOfPerson } from '../policy/people.js';

const rule = (...approvals: readonly PolicyApproval[]) => ({
  tokens: [{ name: 't', timelock: 0, timeout: 600, groups: [{ name: 'g', quorum: 1, approvals }] }],
});
const policyOf = (...approvals: readonly PolicyApproval[]): ModifyPolicy => {
  const one = rule(...approvals);
  return { ruleUse: one, ruleBlock: null, ruleUnblock: one, ruleModify: one };
};
const ann: PolicyApproval = { type: 'public_key', name: 'Ann', value: base64Text(spkiOfPerson(1)) };

describe('a policy frame', () => {
  it('holds a certificate as its common name and key (inferred), and so reads back', () => {
    const { certificate, spki } = approverCertificate('Ann Approver');
    const frame = encodePolicyFrame(policyOf({ type: 'certificate', value: base64Text(certificate) }));
    const [approval] = decodePolicyFrame(frame).ruleUse?.tokens?.[0]?.groups?.[0]?.approvals ?? [];
    expect(approval).toEqual({ type: 'public_key', name: 'Ann Approver', value: base64Text(spki) });
    expect(encodePolicyFrame(decodePolicyFrame(frame))).toEqual(frame);
  });

  it('has no form for somebody whose key only the TSB knows', () => {
    const onboarded = policyOf({ type: 'onboarded_approver_certificate', name: 'a@example.org' });
    expect(() => encodePolicyFrame(onboarded)).toThrow(expect.objectContaining({ code: 'ERR_CAPABILITY_MISSING' }));
  });

  it('refuses what is no certificate, times that are no minutes, and rules that no element holds', () => {
    const refusal = (code: string) => expect.objectContaining({ code });
    expect(() => encodePolicyFrame(policyOf({ type: 'certificate', value: 'AAAA' }))).toThrow(refusal('ERR_MALFORMED'));
    const [token] = rule(ann).tokens;
    const half = { ...policyOf(ann), ruleUse: { tokens: [{ ...token!, timeout: 90 }] } };
    expect(() => encodePolicyFrame(half)).toThrow(refusal('ERR_INVALID_ARGUMENT'));
    const many = Array.from({ length: 1200 }, (_, i): PolicyApproval => ({ ...ann, name: `approver ${i}` }));
    expect(() => encodePolicyFrame(policyOf(...many))).toThrow(refusal('ERR_LIMIT'));
  });

  it('re-encodes to the same bytes or is refused, whatever byte is changed', () => {
    const frame = encodePolicyFrame(policyOf(ann));
    fc.assert(
      fc.property(fc.nat(frame.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const bent = frame.map((byte, i) => (i === at ? byte ^ mask : byte));
        try {
          expect(encodePolicyFrame(decodePolicyFrame(bent))).toEqual(bent);
        } catch (error) {
          expect(SignError.is(error, 'ERR_MALFORMED'), String(error)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('that announces more than it holds is refused at once', () => {
    const frame = encodePolicyFrame(policyOf());
    const counts = Buffer.from(frame).indexOf(Buffer.from('0300040000000000', 'hex'));
    expect(counts).toBeGreaterThan(0);
    frame.set([0xff, 0xff, 0xff, 0xff], counts + 4);
    const started = performance.now();
    expect(() => decodePolicyFrame(frame)).toThrow(expect.objectContaining({ code: 'ERR_MALFORMED' }));
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
