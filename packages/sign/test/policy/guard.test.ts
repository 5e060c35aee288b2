import { createMemoryStore, createSigner, SignError, type SigningIntent, sha256Hex, utf8Bytes } from '@securosys/core';
import {
  evaluatePolicy,
  offlinePolicyGuard,
  policyGuard,
  type SigningPolicyRequirements,
  signingPolicy,
  subjectOfIntent,
} from '@securosys/sign/policy';
import { expectOwnMemory } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { signBlob, signImage } from '../../src/index.js';
import type { CosignWorld } from '../cosign/world.js';
import { repositoryName, tagged, type World } from '../helpers.js';
import { attestIntents, cosignIntents, cosignWorld, notationIntents, notationWorld } from './intents.js';

const policy = (require: SigningPolicyRequirements, when?: SigningPolicyRequirements) =>
  signingPolicy({ version: 1, rules: [{ name: 'release', ...(when && { when }), require }] });
const thrown = (run: Promise<unknown>): Promise<SignError> =>
  run.then(
    () => expect.unreachable('it should fail'),
    (reason: unknown) => (SignError.is(reason) ? reason : expect.unreachable(String(reason))),
  );

describe('what an intent proves', () => {
  let cosign: CosignWorld;
  let notation: World;
  beforeAll(async () => {
    [cosign, notation] = await Promise.all([cosignWorld(), notationWorld()]);
  });

  it.each(['notation-jws', 'notation-cose'] as const)(
    '%s: image, times and annotations, and the repository only by its target',
    async (format) => {
      const [intent] = await notationIntents(notation, { format, expiry: '90d', annotations: { 'com.example.branch': 'main' } });
      const { target: _, ...bytesOnly } = intent as SigningIntent;
      const subject = await subjectOfIntent(bytesOnly);
      expect(subject).toMatchObject({
        format,
        digest: notation.digest,
        signedAt: '2026-03-01T00:00:00Z',
        expiresAt: '2026-05-30T00:00:00Z',
        annotations: { 'com.example.branch': 'main' },
        key: { label: 'release' },
      });
      expect(subject).not.toHaveProperty('repository');
      expect(subject).not.toHaveProperty('tag');
      const placed = await subjectOfIntent({ ...bytesOnly, target: { repository: repositoryName, tag: '1.4' } });
      expect(placed).toMatchObject({ repository: repositoryName, tag: '1.4' });
    },
  );

  it('cosign: the payload names its repository, the statement none; neither expires', async () => {
    const intents = await cosignIntents(cosign, { annotations: { 'com.example.branch': 'main' } });
    const subjects = await Promise.all(intents.map(({ target: _, ...intent }) => subjectOfIntent(intent)));
    const common = { format: 'cosign', digest: cosign.digest, expiresAt: 'never', annotations: { 'com.example.branch': 'main' } };
    expect(subjects).toHaveLength(2);
    expect(subjects).toContainEqual(expect.objectContaining({ ...common, signedRepository: repositoryName }));
    expect(subjects.filter((subject) => subject.signedRepository === undefined)).toEqual([expect.objectContaining(common)]);
  });

  it('an attestation: its type', async () => {
    const predicateType = 'https://example.com/reviewed/v1';
    const [intent] = await attestIntents(cosign, predicateType, { by: 'team' });
    expect(await subjectOfIntent(intent as SigningIntent)).toMatchObject({
      format: 'cosign-attestation',
      predicateType,
      digest: cosign.digest,
    });
  });

  it('a digest without its preimage proves nothing, and no claim counts', async () => {
    const key = await cosign.backend.describeKey({ label: 'release' });
    const claims = { repository: 'registry.example/prod/app', tag: 'v1' };
    const operation = {
      kind: 'sign',
      key: key.ref,
      algorithm: 'ecdsa-sha256',
      input: { digest: new Uint8Array(32) },
      claims,
    } as const;
    const intent: SigningIntent = { backend: 'b', key, domain: undefined, operation, inputSha256: '' };
    expect(Object.keys(await subjectOfIntent(intent))).toEqual(['key']);
    expect(await evaluatePolicy(policy({ formats: ['opaque'] }), intent)).toMatchObject({
      verdict: 'refused',
      requirement: 'formats',
    });
  });

  it('bytes of no known format are opaque, also when they look like nearly one', async () => {
    const key = await cosign.backend.describeKey({ label: 'release' });
    const about = async (text: string, domain: SigningIntent['domain']) => {
      const operation = { kind: 'sign', key: key.ref, algorithm: 'ecdsa-sha256', input: { message: utf8Bytes(text) } } as const;
      return (await subjectOfIntent({ backend: 'b', key, domain, operation, inputSha256: '' })).format;
    };
    expect(await about('a blob', undefined)).toBe('opaque');
    expect(await about('eyJhbGciOiJFUzI1NiJ9.e30', 'jws')).toBeUndefined();
    expect(await about('{"critical":{}}', 'cosign-payload')).toBeUndefined();
    expect(await about('DSSEv1 1 a 1 b', 'dsse')).toBeUndefined();
    expect(await about('0', 'x509-request')).toBe('x509-request');
  });

  it('the key is known by its public half, whatever its reference says, and given out in memory of its own', async () => {
    const key = await cosign.backend.describeKey({ label: 'release' });
    const operation = { kind: 'sign', key: key.ref, algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('a') } } as const;
    const lying = { ...key, ref: { ...key.ref, spkiSha256: 'ab'.repeat(32) } };
    const subject = await subjectOfIntent({ backend: 'b', key: lying, domain: undefined, operation, inputSha256: '' });
    expect(subject.key?.spkiSha256).toBe(sha256Hex(key.spki));
    expectOwnMemory(subject);
  });

  it('a target that is about another image than the bytes is refused by every policy', async () => {
    const [intent] = await cosignIntents(cosign);
    const target = { digest: `sha256:${'0'.repeat(64)}` };
    const result = await evaluatePolicy(policy({}), { ...(intent as SigningIntent), target });
    expect(result).toMatchObject({ verdict: 'refused', reason: expect.stringContaining(cosign.digest) });
    expect(await evaluatePolicy(policy({}), { ...(intent as SigningIntent), target: { digest: cosign.digest } })).toMatchObject({
      verdict: 'allowed',
    });
  });
});

describe('policyGuard', () => {
  it('refuses before the backend is asked, and names the rule and what would satisfy it', async () => {
    const world = await cosignWorld();
    let asked = 0;
    const backend = {
      ...world.backend,
      begin: (...args: Parameters<typeof world.backend.begin>) => {
        asked++;
        return world.backend.begin(...args);
      },
    };
    const guards = [
      policyGuard(policy({ maxValidity: '90d' }, { repositories: ['registry.example/**'] }), { clock: world.clock }),
    ];
    const signer = createSigner(backend, { label: 'release' }, { guards, store: createMemoryStore(), clock: world.clock });
    const error = await thrown(signImage(tagged, { signer, format: 'cosign', oci: world.oci, clock: world.clock }));
    expect(error.code).toBe('ERR_VETOED');
    expect(error.message).toBe(
      "rule 'release' (number 1) of the signing policy refuses, maxValidity: the signature never expires; cosign signatures never expire: sign in a notation format",
    );
    expect(error.details).toMatchObject({
      rule: 'release',
      ruleIndex: 0,
      requirement: 'maxValidity',
      path: 'rules[0].require.maxValidity',
    });
    expect(asked).toBe(0);
  });

  it('what no rule is about is refused', async () => {
    const world = await cosignWorld();
    const guards = [offlinePolicyGuard(policy({}, { formats: ['notation-jws'] }))];
    const error = await thrown(
      signBlob(utf8Bytes('a blob'), { signer: world.signer('release', { guards, allowOpaque: true }), format: 'cosign' }),
    );
    expect(error.code).toBe('ERR_VETOED');
    expect(error.message).toContain('no rule is about this signature');
    expect(error.details).not.toHaveProperty('rule');
  });

  it('what is allowed is signed', async () => {
    const world = await cosignWorld();
    const { spkiSha256 = '' } = (await world.backend.describeKey({ label: 'release' })).ref;
    const guards = [policyGuard(policy({ keys: [{ spkiSha256 }], formats: ['cosign'], annotations: { branch: 'main' } }))];
    const options = {
      signer: world.signer('release', { guards }),
      format: 'cosign',
      oci: world.oci,
      clock: world.clock,
    } as const;
    await signImage(tagged, { ...options, annotations: { branch: 'main' } });
    expect((await thrown(signImage(tagged, { ...options, annotations: { branch: 'dev' } }))).details.requirement).toBe(
      'annotations',
    );
  });

  it('takes nothing but a policy that was checked, and no option that nobody knows', () => {
    expect(() => policyGuard({ kind: 'signing-policy', rules: [] })).toThrow('signingPolicy or parseSigningPolicy');
    expect(() => policyGuard(policy({}), { OCI: {} } as object)).toThrow("unknown option 'OCI'");
    expect(() => offlinePolicyGuard(policy({}), { oci: {} } as object)).toThrow("unknown option 'oci'");
  });
});

describe('checks of the caller', () => {
  const run = async (check: () => unknown) =>
    evaluatePolicy(policy({ custom: ['ticket'] }), {}, { custom: { ticket: check as () => true } });

  it('only true allows; everything else refuses, a check that is not there too', async () => {
    expect(await run(() => true)).toMatchObject({ verdict: 'allowed' });
    expect(await run(async () => 'there is no ticket')).toMatchObject({
      verdict: 'refused',
      reason: 'ticket: there is no ticket',
    });
    for (const answer of [undefined, false, 1, { allowed: true }])
      expect(await run(() => answer)).toMatchObject({ verdict: 'refused' });
    expect(await run(() => Promise.reject(new Error('secret')))).toMatchObject({
      verdict: 'refused',
      reason: "the check 'ticket' failed",
    });
    expect(await evaluatePolicy(policy({ custom: ['ticket'] }), {})).toMatchObject({ verdict: 'refused', requirement: 'custom' });
    expect(await evaluatePolicy(policy({ custom: ['toString'] }), {})).toMatchObject({ verdict: 'refused' });
  });

  it('is not asked for what other rules of the policy refuse already, unless all results are wanted', async () => {
    let asked = 0;
    const ticket = () => {
      asked++;
      return true as const;
    };
    const custom = { ticket };
    const demanding = signingPolicy({
      version: 1,
      rules: [
        { name: 'ticket', require: { custom: ['ticket'] } },
        { name: 'tag', require: { tags: ['v*'] } },
      ],
    });
    const key = await (await cosignWorld()).backend.describeKey({ label: 'release' });
    const operation = { kind: 'sign', key: key.ref, algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('a') } } as const;
    const intent: SigningIntent = { backend: 'b', key, domain: undefined, operation, inputSha256: '' };
    await expect(Promise.resolve(policyGuard(demanding, { custom }).judge?.(intent))).rejects.toMatchObject({
      code: 'ERR_VETOED',
    });
    expect(asked).toBe(0);
    const { rules } = await evaluatePolicy(demanding, intent, { custom });
    expect(rules.map(({ status }) => status)).toEqual(['satisfied', 'refused']);
    expect(asked).toBe(1);
  });

  it('giving up is no verdict', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(evaluatePolicy(policy({ tags: ['v*'] }), {}, { signal })).rejects.toThrow('enough');
  });
});
