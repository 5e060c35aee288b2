import { createDecrypter, createSealer, type KeyIntent, type SecretIntent } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { openAuditLog } from '@securosys/sign/audit';
import {
  evaluatePolicy,
  explainSigningPolicy,
  offlinePolicyGuard,
  type SigningPolicyKey,
  type SigningPolicyRule,
  signingPolicy,
  subjectOfIntent,
} from '@securosys/sign/policy';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { checkpointKey, newFolder } from '../audit/helpers.js';

const policy = (...rules: readonly Omit<SigningPolicyRule, 'name'>[]) =>
  signingPolicy({ version: 1, rules: rules.map((rule, index) => ({ name: `rule ${index}`, ...rule })) });
const about = { repository: 'registry.example/app', tag: 'v1', key: { spkiSha256: 'ab'.repeat(32) }, trusted: true };
const opening = policy({ purposes: ['decrypt'], require: { repositories: ['registry.example/*'], requireTrusted: true } });

/** A key that decrypts, and the intents of its uses. */
async function secretIntent(source?: SecretIntent['source']): Promise<KeyIntent> {
  const backend = createMemoryBackend();
  backend.addKey({ label: 'images', privateKey: rsaKey(), purpose: 'decrypt' });
  const seen: KeyIntent[] = [];
  const guards = [{ judge: (intent: SecretIntent) => void seen.push(intent) }];
  const decrypter = createDecrypter(backend, { label: 'images' }, { guards });
  await decrypter.check({ algorithm: 'rsa-oaep-sha256', ciphertext: new Uint8Array(256), ...(source && { source }) });
  return seen[0] as KeyIntent;
}

describe('a policy about signatures', () => {
  it.each(['decrypt', 'derive', 'audit-checkpoint'] as const)(
    'allows no %s, not even one that demands nothing',
    async (purpose) => {
      const result = await evaluatePolicy(policy({ require: {} }), { ...about, purpose });
      expect(result).toMatchObject({ verdict: 'refused', reason: expect.stringContaining(`purposes: [${purpose}]`) });
      expect(result.rules).toMatchObject([{ status: 'not-applicable', conditions: [{ requirement: 'purposes' }] }]);
    },
  );

  it('does not judge a decryption by what signatures have', async () => {
    const strict = policy({ require: { maxValidity: '90d', formats: ['notation-jws'] } }, { purposes: ['decrypt'], require: {} });
    expect((await evaluatePolicy(strict, { ...about, purpose: 'decrypt' })).verdict).toBe('allowed');
    expect((await evaluatePolicy(strict, about)).verdict).toBe('refused');
  });
});

describe('a rule about keys', () => {
  const [checkSha256, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const images = { ...about, key: undefined, purpose: 'decrypt' as const };
  const named = (...keys: SigningPolicyKey[]) => policy({ purposes: ['decrypt'], require: { keys } });

  it.each([
    ['its check value', { checkSha256, label: 'images' }, { checkSha256 }, 'satisfied'],
    ['its check value and label', { checkSha256, label: 'images' }, { checkSha256, label: 'images' }, 'satisfied'],
    ['another check value', { checkSha256: other }, { checkSha256 }, 'unsatisfied'],
    ['another label', { checkSha256, label: 'other' }, { checkSha256, label: 'images' }, 'unsatisfied'],
    ['the hash of a key pair', { checkSha256 }, { spkiSha256: checkSha256 }, 'unsatisfied'],
    [
      'a label alone, which may be said of key pairs',
      { checkSha256, label: 'images' },
      { label: 'images', labelAlone: true },
      'unknown',
    ],
    ['a check value that nobody can confirm', { label: 'images' }, { checkSha256 }, 'unknown'],
  ] as const)('names an AES key by %s: %s', async (_, symmetricKey, rule, status) => {
    const { key: _key, ...subject } = images;
    const { rules } = await evaluatePolicy(named(rule), { ...subject, symmetricKey });
    expect(rules[0]?.requirements).toMatchObject([{ requirement: 'keys', status }]);
  });

  it('takes no key pair for an AES key, and no pin of a key that may not encrypt for what the key is', async () => {
    const { rules } = await evaluatePolicy(named({ checkSha256 }), { ...about, purpose: 'decrypt' });
    expect(rules[0]?.status).toBe('refused');
    const backend = createMemoryBackend();
    const { ref } = await backend.createSymmetricKey({ label: 'images' });
    const seen: KeyIntent[] = [];
    const sealer = createSealer(backend, ref, { guards: [{ judge: (intent: SecretIntent) => void seen.push(intent) }] });
    await sealer.check({ algorithm: 'aes-gcm', sealed: new Uint8Array(60) });
    const [intent] = seen as [SecretIntent];
    expect((await subjectOfIntent(intent)).symmetricKey).toEqual({ label: 'images', checkSha256: ref.checkSha256 });
    const mute = { ...intent, key: { ...intent.key, usages: ['decrypt'] } } as SecretIntent;
    expect((await subjectOfIntent(mute)).symmetricKey).toEqual({ label: 'images' });
    expect((await evaluatePolicy(named({ checkSha256: ref.checkSha256 as string }), intent)).verdict).toBe('allowed');
  });
});

describe('a rule about decryptions', () => {
  it.each([
    ['what it demands is there', about, 'allowed'],
    ['nobody had to sign the image', { ...about, trusted: false }, 'refused'],
    ['nobody knows whether the image is trusted', { ...about, trusted: undefined }, 'refused'],
    ['nobody knows where the image is', { ...about, repository: undefined }, 'refused'],
    ['the image is elsewhere', { ...about, repository: 'elsewhere.example/app' }, 'refused'],
  ])('%s', async (_, { repository, trusted, ...rest }, verdict) => {
    const subject = { ...rest, ...(repository !== undefined && { repository }), ...(trusted !== undefined && { trusted }) };
    expect((await evaluatePolicy(opening, { ...subject, purpose: 'decrypt' })).verdict).toBe(verdict);
  });

  it('is about no signature', async () => {
    expect(await evaluatePolicy(opening, about)).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('[sign]') });
  });

  it('is explained as what it is', () => {
    expect(explainSigningPolicy(opening)).toEqual([
      "Rule 'rule 0', for every decryption, demands:",
      '  - the repository is registry.example/*',
      '  - a trusted signature of the encrypted image was found before',
      'A signature that no rule is about is refused, and so is one that a rule cannot judge.',
      'No rule is about a signature, decryption with a derived key or checkpoint of an audit log: these are refused, too.',
    ]);
  });

  it('judges what the caller of the key knows, and a guard of a key asks it', async () => {
    const source = { repository: 'registry.example/app', digest: `sha256:${'cd'.repeat(32)}`, trusted: true };
    const intent = await secretIntent(source);
    expect(await subjectOfIntent(intent)).toMatchObject({ purpose: 'decrypt', ...source, key: { label: 'images' } });
    expect((await evaluatePolicy(opening, intent)).verdict).toBe('allowed');
    const guard = offlinePolicyGuard(opening);
    await guard.judge?.(intent);
    await expect(guard.judge?.(await secretIntent())).rejects.toMatchObject({
      code: 'ERR_VETOED',
      details: { rule: 'rule 0', requirement: 'repositories' },
    });
  });

  it('allows nothing when two things that are said of the image contradict each other', async () => {
    const intent = (await secretIntent({ digest: `sha256:${'cd'.repeat(32)}` })) as SecretIntent;
    const subject = { mediaType: 'a/b', digest: `sha256:${'ef'.repeat(32)}`, size: 1 };
    const facts = { format: 'ocicrypt-jwe', title: 'Open', subject };
    const twisted: SecretIntent = { ...intent, operation: { ...intent.operation, facts } };
    const result = await evaluatePolicy(policy({ purposes: ['decrypt'], require: {} }), twisted);
    expect(result).toMatchObject({ verdict: 'refused', reason: expect.stringContaining('ef'.repeat(32)) });
  });
});

describe('a checkpoint of an audit log', () => {
  it('is judged by rules about checkpoints, and by none about images', async () => {
    const images = { when: { repositories: ['registry.example/**'] }, require: { formats: ['notation-jws'] } } as const;
    const log = openAuditLog({ folder: await newFolder() });
    await log.append({ kind: 'note' });
    const signerWith = async (...rules: readonly Omit<SigningPolicyRule, 'name'>[]) =>
      (await checkpointKey('auditor', [offlinePolicyGuard(policy(...rules))])).signer;
    await expect(log.checkpoint(await signerWith(images))).rejects.toMatchObject({
      code: 'ERR_VETOED',
      message: expect.stringContaining('a rule that is says purposes: [audit-checkpoint]'),
    });
    const confirmed = await log.checkpoint(await signerWith(images, { purposes: ['audit-checkpoint'], require: {} }));
    expect(confirmed.seq).toBe(1);
    await log.close();
  });
});
