import { type KeySpec, keySpecs } from '@securosys/core';
import { createTestClock, describeKeyBackend } from '@securosys/testing';
import { approvalEntry, createApproverKey, createFakeTsb } from '@securosys/tsb-emulator';
import { describe, it } from 'vitest';
import { keyMaterial, rsaKey } from '../../../tests/rsa-key.js';
import { connectTsb } from '../src/index.js';

for (const signatureType of ['RAW', 'DER'] as const)
  describeKeyBackend(
    `a TSB that is asked for ${signatureType} signatures`,
    async () => {
      const clock = createTestClock();
      const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
      const keys: { spec: KeySpec; ref: { label: string } }[] = [];
      // DER or not is a question for ECDSA alone: the other kinds are asked for once.
      for (const spec of keySpecs.filter((one) => signatureType === 'RAW' || one.startsWith('ec-') || one === 'rsa-2048')) {
        await tsb.addKey({ label: `the ${spec} key`, ...keyMaterial(spec) });
        keys.push({ spec, ref: { label: `the ${spec} key` } });
      }
      const decrypting = { sign: false, decrypt: true };
      await tsb.addKey({ label: 'decrypts', privateKey: rsaKey(2048, 'decrypts'), attributes: decrypting });
      const sealing = [{ ref: { label: 'seals' } }, { ref: { label: 'seals, too' } }];
      for (const { ref } of sealing) await tsb.addKey({ ...ref, spec: 'aes-256', attributes: decrypting });
      const [ada, ben] = [createApproverKey('Ada'), createApproverKey('Ben')];
      const groups = [{ name: 'officers', quorum: 2, approvals: [ada, ben].map(approvalEntry) }];
      const rule = { tokens: [{ name: 'release', timelock: 0, timeout: 86_400, groups }] };
      const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
      await tsb.addKey({ label: 'release', spec: 'ec-p384', policy });
      const auth = { type: 'token' as const, token: tsb.token };
      return {
        backend: connectTsb({ url: tsb.url, auth, fetch: tsb.fetch, clock, signatureType }),
        keys,
        decryption: [{ ref: { label: 'decrypts' } }],
        sealing,
        approvals: {
          key: { spec: 'ec-p384', ref: { label: 'release' } },
          approve: async (id) => {
            for (const person of [ada, ben]) await tsb.approve(id, person);
          },
          reject: (id) => tsb.reject(id, ada),
        },
        secrets: { token: tsb.token },
        dispose: () => tsb.close(),
      };
    },
    { describe, it, approvals: true, decryption: true, sealing: true },
  );
