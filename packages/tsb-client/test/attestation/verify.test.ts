import { base64Text, sha256Hex } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import type { PolicyRule } from '../../src/api/policy.js';
import type { AttestationInput } from '../../src/attestation/input.js';
import { verifyAttestation } from '../../src/attestation/verify-attestation.js';
import type { VerifyAttestationOptions } from '../../src/attestation/verify-options.js';
import { anyOf, never, type PolicyRules, quorum } from '../../src/policy/build.js';
import {
  attested,
  attestedKey,
  clock,
  ecKey,
  hsm,
  issue,
  keyXml,
  now,
  type Person,
  person,
  policyXml,
  ruleXml,
  spkiOf,
} from './attestor.js';

const people = [person('Ann'), person('Ben'), person('Cy')] as const;
const [ann, ben, cy] = people;
const rule = quorum(2, people, { timeoutSeconds: 3600 });
const policyOf = (use: PolicyRule | null, rest: Partial<PolicyRules> = {}) => ({
  ruleUse: use,
  ruleBlock: use,
  ruleUnblock: use,
  ruleModify: use,
  ...(rest.modify !== undefined && { ruleModify: rest.modify }),
});

let primus: Awaited<ReturnType<typeof hsm>>;
let good: AttestationInput;
beforeAll(async () => {
  primus = await hsm();
  good = attested(keyXml({ policy: policyXml(2, people) }), primus.chain);
});

const verify = (attestation: AttestationInput, options: Partial<VerifyAttestationOptions> = {}) =>
  verifyAttestation(attestation, { roots: [primus.root], clock, ...options });
const ofText = (xml: string) => attested(xml, primus.chain);
const untrusted = (reason: string) => ({ code: 'ERR_NOT_TRUSTED', details: { reason } });

describe('an attestation', () => {
  it('under a given root is answered as facts', async () => {
    expect(await verify(good)).toMatchObject({
      label: 'release',
      spki: spkiOf(attestedKey.publicKey),
      spkiSha256: sha256Hex(spkiOf(attestedKey.publicKey)),
      madeInside: true,
      neverExtractable: true,
      alwaysSensitive: true,
      attestedAt: now - 60_000,
      ageMs: 60_000,
      emulated: false,
      attestationKeySpkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('says which keys were imported and which may leave', async () => {
    expect(await verify(ofText(keyXml({ creation: 'imported' })))).toMatchObject({ madeInside: false, neverExtractable: true });
    expect(await verify(ofText(keyXml({ extractable: true })))).toMatchObject({ madeInside: true, neverExtractable: false });
  });

  it('brings its chain as DER, PEM or base64, with or without the root', async () => {
    const [leaf, device] = primus.chain as [Uint8Array, Uint8Array];
    const pem = pemText(leaf, 'CERTIFICATE') + pemText(device, 'CERTIFICATE');
    for (const chain of [[leaf, device, primus.root], [base64Text(leaf), base64Text(device)], [pem]])
      expect(await verify({ ...good, chain } as AttestationInput)).toMatchObject({ label: 'release' });
  });

  it('is refused with the signature of another text, of another key, or cut short', async () => {
    const other = attested(keyXml({ label: 'other' }), primus.chain);
    const stranger = rsaKey(2048, 'stranger');
    const signatures = [
      (other as { xmlSignature: string }).xmlSignature,
      (attested(keyXml(), primus.chain, stranger) as { xmlSignature: string }).xmlSignature,
      '',
    ];
    for (const xmlSignature of signatures)
      await expect(verify({ ...good, xmlSignature } as AttestationInput)).rejects.toMatchObject({
        code: 'ERR_SIGNATURE_MISMATCH',
      });
  });

  it('is refused when another key of the same chain signed it', async () => {
    const xml = keyXml({ policy: policyXml(2, people) });
    const byDevice = attested(xml, primus.chain, primus.device.key);
    await expect(verify(byDevice)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
    // Led by the device's certificate the signature is no RSA one either.
    await expect(verify({ ...byDevice, chain: primus.chain.slice(1) })).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
  });

  it('is looked at for its signature before its text is read', async () => {
    const notEvenXml = { ...good, xml: '<!DOCTYPE x>' } as AttestationInput;
    await expect(verify(notEvenXml)).rejects.toMatchObject({ code: 'ERR_SIGNATURE_MISMATCH' });
    await expect(verify(ofText('<!DOCTYPE x>'))).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
  });

  it('under a root that was not given is refused, whatever root it brings along', async () => {
    const other = await hsm();
    await expect(verify(good, { roots: [other.root] })).rejects.toMatchObject(untrusted('root'));
    const bringing = { ...good, chain: [...primus.chain, primus.root] } as AttestationInput;
    await expect(verify(bringing, { roots: [other.root] })).rejects.toMatchObject(untrusted('root'));
    await expect(verifyAttestation(good, { roots: [] })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('whose chain has a gap, a stranger in it, or nothing at all is refused', async () => {
    const [leaf] = primus.chain as [Uint8Array];
    const stranger = await issue({ name: 'device', key: ecKey(), profile: 'ca' });
    await expect(verify({ ...good, chain: [leaf] } as AttestationInput)).rejects.toMatchObject(untrusted('root'));
    await expect(verify({ ...good, chain: [leaf, stranger.certificate, primus.root] } as AttestationInput)).rejects.toMatchObject(
      {
        code: 'ERR_CHAIN_INVALID',
      },
    );
    await expect(verify({ ...good, chain: [] } as AttestationInput)).rejects.toMatchObject({ code: 'ERR_CHAIN_INVALID' });
  });

  it('by a certificate that has expired is refused', async () => {
    const expired = await hsm({ leafNotAfter: now - 1000 });
    await expect(verifyAttestation(attested(keyXml(), expired.chain), { roots: [expired.root], clock })).rejects.toMatchObject({
      code: 'ERR_CHAIN_INVALID',
      details: { rule: 'not-valid-at-signing-time' },
    });
  });

  it('dated in the future is refused, but the clock of an HSM may be a little ahead', async () => {
    await expect(verify(ofText(keyXml({ attestedAt: now + 240_000 })))).resolves.toMatchObject({ ageMs: -240_000 });
    await expect(verify(ofText(keyXml({ attestedAt: now + 360_000 })))).rejects.toMatchObject(untrusted('future'));
  });

  it.each(['root', 'leaf'] as const)(
    'with the mark of an emulator on the %s is refused even when its root is pinned (S34)',
    async (where) => {
      const emulator = await hsm({ [where]: true });
      const attestation = attested(keyXml(), emulator.chain);
      const options = { roots: [emulator.root], clock };
      await expect(verifyAttestation(attestation, options)).rejects.toMatchObject(untrusted('emulated'));
      await expect(verifyAttestation(attestation, { ...options, allowEmulated: true })).resolves.toMatchObject({
        emulated: true,
      });
    },
  );
});

describe('each option alone turns yes into no (S24):', () => {
  it('maxAgeMs', async () => {
    await expect(verify(good, { maxAgeMs: 60_000 })).resolves.toBeDefined();
    await expect(verify(good, { maxAgeMs: 59_999 })).rejects.toMatchObject(untrusted('age'));
    await expect(verify(good, { clock: { now: () => now + 86_400_000 } })).rejects.toMatchObject(untrusted('age'));
  });

  it('expected.label', async () => {
    await expect(verify(good, { expected: { label: 'release' } })).resolves.toBeDefined();
    await expect(verify(good, { expected: { label: 'Release' } })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  });

  it('expected.spkiSha256', async () => {
    const spkiSha256 = sha256Hex(spkiOf(attestedKey.publicKey));
    await expect(verify(good, { expected: { spkiSha256 } })).resolves.toBeDefined();
    await expect(verify(good, { expected: { spkiSha256: sha256Hex(spkiOf(ecKey().publicKey)) } })).rejects.toMatchObject({
      code: 'ERR_KEY_CHANGED',
    });
  });

  it('expected.certificate: the attested key must be the certificate’s (S33)', async () => {
    const own = await issue({ name: 'release', key: attestedKey, profile: 'leaf' });
    const other = await issue({ name: 'release', key: ecKey(), profile: 'leaf' });
    await expect(verify(good, { expected: { certificate: own.certificate } })).resolves.toBeDefined();
    await expect(verify(good, { expected: { certificate: other.certificate } })).rejects.toMatchObject({
      code: 'ERR_KEY_CHANGED',
    });
  });

  it('policy: an attestation from before a modification does not show the rules that are expected now', async () => {
    const tightened = policyOf(quorum(3, people, { timeoutSeconds: 3600 }));
    await expect(verify(good, { policy: policyOf(rule) })).resolves.toBeDefined();
    await expect(verify(good, { policy: tightened })).rejects.toMatchObject({
      ...untrusted('policy'),
      details: { differences: expect.arrayContaining([expect.stringMatching(/^ruleModify: expected 3 of .*; attested 2 of /)]) },
    });
  });

  it('policy null: only a plain key will do', async () => {
    await expect(verify(ofText(keyXml()), { policy: null })).resolves.toBeDefined();
    await expect(verify(good, { policy: null })).rejects.toMatchObject(untrusted('policy'));
    await expect(verify(ofText(keyXml()), { policy: policyOf(null) })).rejects.toMatchObject(untrusted('policy'));
  });

  it.each(['maxAge', 'expect', 'policies'])('a misspelt %s is an error', async (name) => {
    await expect(verify(good, { [name]: 1 })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it.each<[string, object]>([
    ['an age that is none', { maxAgeMs: Number.NaN }],
    ['a fingerprint in capitals', { expected: { spkiSha256: 'A'.repeat(64) } }],
    ['an expectation misspelt', { expected: { spki: 'x' } }],
    ['a switch that is text', { allowEmulated: 'no' }],
    ['a policy that leaves a rule out', { policy: { ruleUse: null } }],
    ['a root that is text', { roots: ['x'] }],
  ])('%s is an error', async (_, options) => {
    await expect(verify(good, options)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('a policy is the expected one', () => {
  const differs = async (xml: string, policy: ReturnType<typeof policyOf>, more: object = {}) =>
    verify(ofText(keyXml({ policy: xml })), { policy, ...more }).then(
      () => false,
      (error: { details: { reason: string } }) => error.details.reason === 'policy',
    );
  const renamed = (one: Person): Person => ({ ...one, name: 'X' });

  it('whatever people are called and in whatever order they stand', async () => {
    expect(await differs(policyXml(2, [cy, renamed(ann), ben]), policyOf(rule))).toBe(false);
  });

  it('but not with other people of the same names', async () => {
    expect(await differs(policyXml(2, [ann, ben, person('Cy')]), policyOf(rule))).toBe(true);
  });

  it.each<[string, string]>([
    ['a smaller quorum', policyXml(1, people)],
    ['one person less', policyXml(2, [ann, ben])],
    ['one person more', policyXml(2, [...people, person('Di')])],
    ['a longer timeout', policyXml(2, people, 7200)],
    [
      'one more way to fulfil a rule',
      policyXml(2, people).replace('</rule_use>', `${ruleXml('x', 1, [ann]).slice(3, -4)}</rule_use>`),
    ],
  ])('but not with %s', async (_, xml) => {
    expect(await differs(xml, policyOf(rule))).toBe(true);
  });

  it('when a null rule is spelt as one token that asks nobody', async () => {
    const open = policyXml(2, people).replace(
      /<rule_modify>.*<\/rule_modify>/,
      '<rule_modify><token name=""><timelock>0</timelock><timeout>0</timeout></token></rule_modify>',
    );
    expect(await differs(open, { ...policyOf(rule), ruleModify: null })).toBe(false);
    expect(await differs(open, policyOf(rule))).toBe(true);
  });

  it('never for a rule without tokens, whose meaning nobody recorded, unless told that it means never', async () => {
    const empty = policyXml(2, people).replace(/<rule_modify>.*<\/rule_modify>/, '<rule_modify/>');
    for (const modify of [null, never()])
      expect(await differs(empty, { ...policyOf(rule), ruleModify: modify }), String(modify)).toBe(true);
    expect(await differs(empty, { ...policyOf(rule), ruleModify: never() }, { emptyRuleMeansNever: true })).toBe(false);
    expect(await differs(empty, { ...policyOf(rule), ruleModify: null }, { emptyRuleMeansNever: true })).toBe(true);
  });

  it('for the same tokens in another order', async () => {
    const two = anyOf(quorum(1, [ann], { timeoutSeconds: 60 }), quorum(2, [ben, cy], { timeoutSeconds: 120 }));
    const inner = (tag: string) =>
      ruleXml(tag, 2, [cy, ben], 120).replace(`</${tag}>`, `${ruleXml('x', 1, [ann], 60).slice(3, -4)}</${tag}>`);
    const xml = `<key_status><blocked>false</blocked></key_status>${['rule_use', 'rule_block', 'rule_unblock', 'rule_modify'].map(inner).join('')}`;
    expect(await differs(xml, policyOf(two))).toBe(false);
  });

  it('not when it names somebody onboarded, whom no attestation knows: that is an error', async () => {
    const onboarded = quorum(1, [{ onboarded: 'ann@example.org' }], { timeoutSeconds: 60 });
    await expect(verify(good, { policy: policyOf(onboarded) })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
