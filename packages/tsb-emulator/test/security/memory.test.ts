import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../../../testing/src/index.js';
import * as api from '../../src/index.js';
import { approvers, createWorld, requestSign, rule } from '../support.js';

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => Promise<unknown>>> = {
  createApproverKey: async () =>
    ['ec-p256', 'ed25519'].map((type) => api.createApproverKey('a', { type: type as 'ed25519' }).spki),
  createFakeTsb: async () => {
    const world = createWorld();
    const { tsb } = world;
    const people = rule(approvers(1), 1);
    const policy = { ruleUse: people, ruleBlock: people, ruleUnblock: people, ruleModify: people };
    const key = await tsb.addKey({ label: 'k', spec: 'ec-p256', policy });
    await requestSign(world);
    const { certificateAuthority: ca } = tsb;
    const issued = await ca.issue({ spki: key.spki, subject: 'CN=k,O=Acme,ST=Zurich,C=CH' });
    return [
      key,
      tsb.requests,
      tsb.timestampKey,
      tsb.attestationKey,
      issued,
      await ca.root(),
      await tsb.attestationRoot(),
      await tsb.attestationChain(),
    ];
  },
  startTsbEmulator: async () => {
    const emulator = await api.startTsbEmulator({ banner: () => undefined });
    try {
      return [await emulator.tsb.addKey({ label: 'k', spec: 'ec-p256' }), emulator.tsb.timestampKey];
    } finally {
      await emulator.close();
    }
  },
};
const withoutBytes = ['approvalEntry'];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries(api).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });

  it('a public key that was given out can be changed without changing the key', async () => {
    const tsb = api.createFakeTsb();
    const { spki } = await tsb.addKey({ label: 'k', spec: 'ec-p256' });
    spki.fill(0);
    const answer = await tsb.fetch(`${tsb.url}/v1/key/attributes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${tsb.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ label: 'k' }),
    });
    expect(await answer.text()).not.toContain('"publicKey":"AAAA');
  });
});
