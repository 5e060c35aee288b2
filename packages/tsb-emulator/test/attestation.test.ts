import { createPublicKey, type KeyObject } from 'node:crypto';
import { EMULATED_POLICY_OID, isEmulated, parseCertificate } from '@securosys/pki';
import {
  buildPolicy,
  createTsbClient,
  never,
  parseAttestation,
  quorum,
  type VerifyAttestationOptions,
  verifyAttestation,
} from '@securosys/tsb-client';
import { assert, asyncProperty, string } from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestClock } from '../../testing/src/clock.js';
import { attest, attestationView } from '../src/hsm/attestation.js';
import { attestationArchive } from '../src/hsm/attestation-archive.js';
import { createAttestationChain } from '../src/hsm/attestation-chain.js';
import { AttestationKey } from '../src/hsm/attestation-key.js';
import { type AttestableKey, attestationXml, lifelongFlags } from '../src/hsm/attestation-xml.js';
import { defaultAttributes } from '../src/keys/key-facts.js';
import { approvers, createWorld } from './support.js';

const world = createWorld();
const { tsb, clock } = world;
const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock });
const people = approvers(3);
const use = quorum(2, people, { timeoutSeconds: 3600 });
let roots: Uint8Array[];
let chain: Uint8Array[];
beforeAll(async () => {
  roots = [await tsb.attestationRoot()];
  chain = await tsb.attestationChain();
});

const options = (more: Partial<VerifyAttestationOptions> = {}): VerifyAttestationOptions => ({
  roots,
  clock,
  allowEmulated: true,
  ...more,
});
const attributesOf = async (label: string) => {
  const { xml = '', xmlSignature = '' } = await client.keys.attributes(label);
  return { xml, xmlSignature, chain };
};

describe('an attestation of the emulator', () => {
  it('verifies with its exact policy, and says that it is emulated', async () => {
    const policy = buildPolicy({ use });
    await client.keys.create({ label: 'release', spec: 'ec-p256', policy });
    const { xml, json } = await client.keys.attributes('release');
    const key = await verifyAttestation(await attributesOf('release'), options({ expected: { label: 'release' }, policy }));
    expect(key).toMatchObject({ label: 'release', emulated: true, madeInside: true, neverExtractable: true });
    expect(Buffer.from(key.spki).toString('base64')).toBe(json.publicKey);
    expect(xml).toMatch(/<\/private_key>\n\n$/);
  });

  it('is refused without allowEmulated, pinned or not (S34)', async () => {
    await client.keys.create({ label: 'mine', spec: 'ec-p256', policy: null });
    const attestation = await attributesOf('mine');
    await expect(verifyAttestation(attestation, { roots, clock })).rejects.toMatchObject({
      code: 'ERR_NOT_TRUSTED',
      details: { reason: 'emulated' },
    });
    for (const der of [...chain, ...roots]) {
      const certificate = parseCertificate(der);
      expect(isEmulated(certificate)).toBe(true);
      expect(certificate.policies).toContain(EMULATED_POLICY_OID);
      expect(certificate.subjectText).toContain('EMULATED');
    }
  });

  it('comes under a root of this instance alone', async () => {
    const other = createWorld().tsb;
    await expect(
      verifyAttestation(await attributesOf('mine'), options({ roots: [await other.attestationRoot()] })),
    ).rejects.toMatchObject({ details: { reason: 'root' } });
    expect(await tsb.attestationRoot()).toEqual(roots[0]);
    await expect(
      verifyAttestation(await attributesOf('mine'), options({ roots: [await tsb.certificateAuthority.root()] })),
    ).rejects.toMatchObject({ details: { reason: 'root' } });
  });

  it.each([
    '</label><policy/><label>',
    '& "quotes" \'and\' <tags>',
    '&lt;',
    'Zürich 🏔',
    ' spaces ',
    ']]>',
    '<!-- x -->',
    '__proto__',
  ])('of a key called %s has that name and no policy', async (label) => {
    await tsb.addKey({ label: label.replaceAll('/', '|'), spec: 'ec-p256' });
    const key = await verifyAttestation(await attributesOf(label.replaceAll('/', '|')), options());
    expect(key).toMatchObject({ label: label.replaceAll('/', '|'), policy: null });
  });

  it('of an open rule says so, and of one that nobody can fulfil says nothing', async () => {
    const policy = { ruleUse: use, ruleBlock: null, ruleUnblock: use, ruleModify: never(), keyStatus: { blocked: false } };
    await tsb.addKey({ label: 'mixed', spec: 'ec-p256', policy });
    const attestation = await attributesOf('mixed');
    await expect(verifyAttestation(attestation, options({ policy, emptyRuleMeansNever: true }))).resolves.toBeDefined();
    await expect(verifyAttestation(attestation, options({ policy }))).rejects.toMatchObject({ details: { reason: 'policy' } });
  });
});

describe('what helps to answer attestation calls', () => {
  const key: AttestableKey = {
    label: "master/44'/0'",
    spec: 'ec-p256',
    attributes: { ...defaultAttributes, derive: true },
    createdAt: Math.floor(clock.now() / 1000),
    rules: undefined,
    blocked: false,
    spki: people[0]?.spki,
    imported: true,
    useCount: 3,
    derivation: { type: 'BIP32', value: 'ab'.repeat(32) },
    address: { format: 'BTC', value: 'cd'.repeat(20) },
  };
  const attestationKey = new AttestationKey();
  const attestor = { attestationKey, attestationChain: createAttestationChain(clock, attestationKey) };
  const now = () => Math.floor(clock.now() / 1000);

  it('an archive and its JSON twin verify alike', async () => {
    const attestation = await attest(attestor, key, now());
    const own = options({ roots: [await attestor.attestationChain.root()] });
    const fromZip = await verifyAttestation({ zip: await attestationArchive(attestation, now()) }, own);
    expect(await verifyAttestation(attestationView(attestation), own)).toEqual(fromZip);
    expect(fromZip).toMatchObject({
      label: "master/44'/0'",
      creation: 'imported',
      madeInside: false,
      neverExtractable: false,
      alwaysSensitive: false,
      keyUseCount: 3,
      derivation: key.derivation,
      address: key.address,
    });
  });

  it('whatever a key, its token, group and approvers are called, a strict reader reads the names that were written', async () => {
    const anything = string({ minLength: 1, unit: 'grapheme' });
    const approver = { type: 'public_key', value: 'MAA=', spki: 'MAA=' } as const;
    await assert(
      asyncProperty(anything, anything, async (label, name) => {
        const tokens = [{ name, timelock: 0, timeout: 60, groups: [{ name, quorum: 1, approvers: [{ ...approver, name }] }] }];
        const rules = { ruleUse: { tokens }, ruleBlock: null, ruleUnblock: { tokens: [] }, ruleModify: { tokens } };
        const { label: read, policy } = await parseAttestation(attestationXml({ ...key, label, rules }, now()));
        const token = policy?.ruleUse?.tokens?.[0];
        const names = [token?.name, token?.groups?.[0]?.name, token?.groups?.[0]?.approvals[0]?.name];
        return read === label && names.every((one) => one === name) && policy?.ruleUnblock?.tokens?.length === 0;
      }),
      { numRuns: 100 },
    );
  });

  it('a chain that was stored is given back, but not for another key', async () => {
    let kept: Uint8Array | undefined;
    const storage = {
      read: () => kept,
      write: (bytes: Uint8Array) => {
        kept = bytes;
      },
    };
    const first = await createAttestationChain(clock, attestationKey, storage).root();
    expect(await createAttestationChain(clock, attestationKey, storage).root()).toEqual(first);
    const other = createAttestationChain(clock, { publicKey: createPublicKey(people[1]?.privateKey as KeyObject) }, storage);
    expect(await other.root()).not.toEqual(first);
  });

  it('a symmetric key has a text of its own, which is no attestation of a private key', async () => {
    const { spki: _, ...secret } = key;
    const xml = attestationXml(secret, now());
    expect(xml).toContain('<secret_key creation="imported">');
    expect(xml).not.toContain('<public_key>');
  });

  it('an imported key was outside once', () => {
    expect(lifelongFlags(key)).toEqual({ alwaysSensitive: false, neverExtractable: false });
    expect(lifelongFlags({ ...key, imported: false })).toEqual({ alwaysSensitive: true, neverExtractable: true });
  });

  it('a fresh clock makes a fresh chain that is valid at once', async () => {
    const later = createTestClock();
    const fresh = createAttestationChain(later, attestationKey);
    const { notBefore, notAfter } = parseCertificate(await fresh.root());
    expect(later.now()).toBeGreaterThan(notBefore);
    expect(later.now()).toBeLessThan(notAfter);
  });
});
