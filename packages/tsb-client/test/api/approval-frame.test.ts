import { createPublicKey, verify } from 'node:crypto';
import { base64Bytes, base64Text, concatBytes, SignError, utf8Text } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ApprovalChallenge,
  decodeApprovalChallenge,
  decodeHsmTimestamp,
  decodePolicyFrame,
  encodeApprovalChallenge,
  encodeHsmTimestamp,
  encodePolicyFrame,
} from '../../src/api/index.js';
import { recorded } from '../vectors.js';

const challengeBytes = base64Bytes(recorded.approvalToBeSigned);

describe('the challenge recorded from a real TSB', () => {
  const challenge = decodeApprovalChallenge(challengeBytes);

  it('decodes to what was asked', () => {
    expect(challengeBytes.byteLength).toBe(236);
    expect(challenge.operation).toBe('use');
    expect(challenge.label).toBe("TESTKEY2024-08-14_20-02-48.72168016257020/44'/0'/0'/0'");
    expect(utf8Text(challenge.payload?.bytes ?? new Uint8Array())).toBe('Halloasd');
    expect(challenge.timestamp.seconds).toBe(0x66bcf156);
    expect(challenge.timestamp.keyName).toBe('test-timestamp-key');
  });

  it('encodes to the recorded bytes', () => {
    expect(base64Text(encodeApprovalChallenge(challenge))).toBe(recorded.approvalToBeSigned);
  });

  it('holds the level-4 timestamp', () => {
    expect(base64Text(encodeHsmTimestamp(challenge.timestamp))).toBe(recorded.timestamp);
    expect(decodeHsmTimestamp(base64Bytes(recorded.timestamp))).toEqual(challenge.timestamp);
  });

  it('was signed over all its bytes, frame length included', () => {
    const key = createPublicKey({ key: Buffer.from(base64Bytes(recorded.approverKey)), format: 'der', type: 'spki' });
    const signature = base64Bytes(recorded.approvalSignature);
    expect(verify('sha256', challengeBytes, key, signature)).toBe(true);
    expect(verify('sha256', challengeBytes.subarray(4), key, signature)).toBe(false);
  });

  it('is refused with any one byte added, cut or flipped in its structure', () => {
    expect(() => decodeApprovalChallenge(concatBytes(challengeBytes, Uint8Array.of(0)))).toThrow(SignError);
    expect(() => decodeApprovalChallenge(challengeBytes.subarray(0, -1))).toThrow(SignError);
    const paddingOfLabel = 16 + 54;
    for (const at of [0, 4, 6, 8, paddingOfLabel]) {
      const bent = Uint8Array.from(challengeBytes);
      bent[at] = (bent[at] ?? 0) ^ 0x40;
      expect(() => decodeApprovalChallenge(bent), `byte ${at}`).toThrow(SignError);
    }
  });

  it('is refused when the payload differs from the timestamped one', () => {
    const bent = Uint8Array.from(challengeBytes);
    bent[235] = 0x65;
    expect(() => decodeApprovalChallenge(bent)).toThrow(/differ/);
  });
});

const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((s) => !s.startsWith('\ufeff'));
const bytes = fc.uint8Array({ maxLength: 300 });
const derSignature = fc.uint8Array({ minLength: 1, maxLength: 100 }).map((b) => Uint8Array.of(0x04, b.byteLength, ...b));

const challenges: fc.Arbitrary<ApprovalChallenge> = fc
  .record({
    operation: fc.constantFrom('use' as const, 'modify' as const, 'block' as const, 'unblock' as const),
    label: text,
    keyName: text,
    seconds: fc.maxSafeNat(),
    timestampSignature: derSignature,
    bytes,
  })
  .map(({ operation, label, keyName, seconds, timestampSignature, bytes }) => {
    const payload = operation === 'use' || operation === 'modify' ? { payload: { kind: operation, bytes } } : {};
    return { operation, label, timestampSignature, ...payload, timestamp: { seconds, keyName, ...payload } };
  });

describe('challenges', () => {
  it('round trip', () => {
    fc.assert(
      fc.property(challenges, (challenge) => {
        expect(decodeApprovalChallenge(encodeApprovalChallenge(challenge))).toEqual(challenge);
      }),
    );
  });

  it('either re-encode to the same bytes or are refused, whatever is changed', () => {
    fc.assert(
      fc.property(challenges, fc.nat(), fc.integer({ min: 1, max: 255 }), (challenge, where, mask) => {
        const bent = encodeApprovalChallenge(challenge);
        const at = where % bent.byteLength;
        bent[at] = (bent[at] ?? 0) ^ mask;
        try {
          expect(encodeApprovalChallenge(decodeApprovalChallenge(bent))).toEqual(bent);
        } catch (error) {
          expect(SignError.is(error, 'ERR_MALFORMED'), String(error)).toBe(true);
        }
      }),
    );
  });

  it('refuse a payload that no element can hold', () => {
    const payload = { kind: 'use' as const, bytes: new Uint8Array(65_536) };
    const call = () =>
      encodeApprovalChallenge({
        operation: 'use',
        label: 'k',
        timestamp: { seconds: 1, keyName: 't', payload },
        timestampSignature: Uint8Array.of(4, 0),
        payload,
      });
    expect(call).toThrow(expect.objectContaining({ code: 'ERR_LIMIT' }));
  });
});

const minutes = fc.integer({ min: 0, max: 1_000_000 }).map((m) => m * 60);
const rule = fc.record({
  tokens: fc.array(
    fc.record({
      name: text,
      timelock: minutes,
      timeout: minutes,
      groups: fc.array(
        fc.record({
          name: text,
          quorum: fc.integer({ min: 1, max: 9 }),
          approvals: fc.array(
            fc.record({
              type: fc.constant('public_key' as const),
              name: text,
              value: fc.uint8Array({ minLength: 1, maxLength: 99 }).map(base64Text),
            }),
            { minLength: 1, maxLength: 3 },
          ),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
});
const policies = fc.record({ ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule });

describe('policy frames', () => {
  it('round trip', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        expect(decodePolicyFrame(encodePolicyFrame(policy))).toEqual(policy);
      }),
    );
  });

  it('state 600 seconds as 10 minutes, timelock before timeout', () => {
    const tokens = [{ name: 'T', timelock: 180, timeout: 600, groups: [] }];
    const bytes = encodePolicyFrame({ ruleUse: { tokens }, ruleBlock: null, ruleUnblock: null, ruleModify: null });
    const hex = Buffer.from(bytes).toString('hex');
    expect(hex).toContain(`55000400${'03000000'}55000400${'0a000000'}`);
  });

  it('tell a rule that is always fulfilled from one that never is', () => {
    const never = { tokens: null };
    const decoded = decodePolicyFrame(
      encodePolicyFrame({ ruleUse: null, ruleBlock: never, ruleUnblock: null, ruleModify: never }),
    );
    expect(decoded.ruleUse?.tokens).toHaveLength(1);
    expect(decoded.ruleBlock?.tokens).toEqual([]);
  });
});
