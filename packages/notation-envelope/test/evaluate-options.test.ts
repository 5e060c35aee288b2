import { concatBytes, readDer, SignError } from '@securosys/core';
import {
  createChainCache,
  type EvaluateOptions,
  evaluateSignature,
  type NotationCompatibility,
  parseTrustPolicy,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { EMULATED_POLICY_OID } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { day, extension, now, ocsp, policy, testChain } from './helpers/certificates.js';
import { rawCose } from './helpers/cose-envelope.js';
import { clockAt, cose, identity, jws, policyWith, rawEnvelope, signed, subject, trusting } from './helpers/envelopes.js';
import { fakePlugins, fakeRevocation, pluginEnvelope, stamped, stampOf, stampTrust } from './helpers/verifiers.js';

const judge = (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) =>
  evaluateSignature(envelope, jws, trusting(changes));
const good = () => signed({ prepare: { expiresAt: now + day, annotations: { build: '7' } } }).envelope;

/**
 * S24: for each documented option one case in which it alone turns yes into no, or no into yes. The list is complete: the last
 * test compares it with the options that the function knows.
 */
describe('every option counts by itself', () => {
  const emulated = () => signed({ extensions: [policy(EMULATED_POLICY_OID)] }).envelope;
  const attribute = () => rawEnvelope({ header: { crit: ['io.cncf.notary.signingScheme', 'x'], x: 1 } });
  const old = () => signed({ prepare: { signingTime: now - 10 * day } }).envelope;
  const two = parseTrustPolicy({
    version: '1.0',
    trustPolicies: [
      {
        name: 'a',
        registryScopes: ['registry.example/app'],
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:acme'],
        trustedIdentities: [identity],
      },
      {
        name: 'b',
        registryScopes: ['registry.example/b'],
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:none'],
        trustedIdentities: [identity],
      },
    ],
  });
  const revocable = () => signed({ extensions: [ocsp('http://ocsp.example')] }).envelope;
  const plugged = () => pluginEnvelope();
  const asksForRegion = fakePlugins({
    answer: ({ pluginConfig, trustPolicy: { signatureVerification } }) => ({
      verificationResults: Object.fromEntries(
        signatureVerification.map((one) => [one, { success: pluginConfig?.region === 'ch', reason: 'another region' }]),
      ),
      processedAttributes: [],
    }),
  });
  const slow = fakeRevocation((_, { timeoutMs = 0 }) => (timeoutMs < 1_500 ? 'unknown' : 'ok'));
  /** Options that stop, speed up or tell, and never change a verdict. */
  const silent = ['signal', 'logger', 'cache'] as const;
  const cases: Record<
    Exclude<keyof EvaluateOptions, (typeof silent)[number]>,
    [() => Uint8Array, Partial<EvaluateOptions>, Partial<EvaluateOptions>]
  > = {
    subject: [good, { subject }, { subject: { ...subject, size: 943 } }],
    repository: [
      good,
      { trustPolicy: two, repository: 'registry.example/app' },
      { trustPolicy: two, repository: 'registry.example/b' },
    ],
    trustPolicy: [good, { trustPolicy: policyWith() }, { trustPolicy: policyWith({ trustedIdentities: ['arn:x'] }) }],
    trustStore: [good, {}, { trustStore: trustStoreFromCertificates({}) }],
    clock: [good, { clock: clockAt(now) }, { clock: clockAt(now + day) }],
    allowEmulated: [emulated, { allowEmulated: true }, { allowEmulated: false }],
    maxSignatureAgeMs: [old, { maxSignatureAgeMs: 10 * day }, { maxSignatureAgeMs: 10 * day - 1 }],
    requireExpiry: [() => signed().envelope, { requireExpiry: false }, { requireExpiry: true }],
    userMetadata: [good, { userMetadata: { build: '7' } }, { userMetadata: { build: '8' } }],
    understoodAttributes: [attribute, { understoodAttributes: ['x'] }, { understoodAttributes: ['y'] }],
    revocation: [revocable, { revocation: fakeRevocation() }, { revocation: fakeRevocation('revoked') }],
    plugins: [plugged, { plugins: fakePlugins() }, { plugins: { find: async () => undefined } }],
    pluginConfig: [
      plugged,
      { plugins: asksForRegion, pluginConfig: { region: 'ch' } },
      { plugins: asksForRegion, pluginConfig: { region: 'us' } },
    ],
    timeoutMs: [revocable, { revocation: slow, timeoutMs: 2_000 }, { revocation: slow, timeoutMs: 1_000 }],
    compatibility: [attribute, { compatibility: { unknownCriticalAttributes: true } }, { compatibility: {} }],
  };

  it.each(Object.entries(cases))('%s', async (_, [envelope, yes, no]) => {
    expect((await judge(envelope(), yes)).verdict).toBe('trusted');
    expect((await judge(envelope(), no)).verdict).toBe('not-trusted');
  });

  it.each([
    'allowEmulated',
    'maxSignatureAgeMs',
    'requireExpiry',
    'userMetadata',
    'understoodAttributes',
    'revocation',
    'plugins',
    'compatibility',
  ] as const)('%s left out is the safe side, or no limit', async (name) => {
    const [envelope] = cases[name];
    const limit = name === 'maxSignatureAgeMs' || name === 'requireExpiry' || name === 'userMetadata';
    expect((await judge(envelope())).verdict).toBe(limit ? 'trusted' : 'not-trusted');
  });

  it('a misspelt option is an error that names every option, and this list has them all', async () => {
    const error = await judge(good(), { maxSignatureAge: 1 } as Partial<EvaluateOptions>).catch((e: unknown) => e);
    expect(SignError.is(error, 'ERR_INVALID_ARGUMENT')).toBe(true);
    expect((error as Error).message.split('known are ')[1]?.split(', ').sort()).toEqual(
      [...Object.keys(cases), ...silent].sort(),
    );
  });

  it.each<[string, unknown]>([
    ['allowEmulated', 'false'],
    ['requireExpiry', 1],
    ['maxSignatureAgeMs', '1d'],
    ['maxSignatureAgeMs', Number.NaN],
    ['userMetadata', { a: 1 }],
    ['userMetadata', new Map([['build', '8']])],
    ['userMetadata', []],
    ['pluginConfig', new Map([['region', 'us']])],
    ['understoodAttributes', [1]],
    ['compatibility', new Map([['unsortedMaps', true]])],
    ['understoodAttributes', 'x'],
    ['trustStore', {}],
    ['clock', undefined],
    ['clock', clockAt(Number.NaN)],
    ['subject', undefined],
    ['revocation', {}],
    ['plugins', null],
    ['pluginConfig', { a: 1 }],
    ['timeoutMs', -1],
    ['cache', {}],
    ['compatibility', { unknownCriticalAttributes: 1 }],
    ['compatibility', { anything: true }],
  ])('%s of the wrong type is an error', async (name, value) => {
    await expect(judge(good(), { [name]: value })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('members of a policy count too: allowWildcardSkip, level, override, verifyTimestamp with a tsa store', async () => {
    const expired = { clock: clockAt(now + day) };
    expect((await judge(good(), { ...expired, trustPolicy: policyWith({}, { override: { expiry: 'log' } }) })).verdict).toBe(
      'trusted',
    );
    expect((await judge(good(), { ...expired, trustPolicy: policyWith({}, { override: { expiry: 'enforce' } }) })).verdict).toBe(
      'not-trusted',
    );
    const revocable = signed({ extensions: [ocsp('http://o.example')] }).envelope;
    expect((await judge(revocable, { trustPolicy: policyWith({}, { override: { revocation: 'skip' } }) })).verdict).toBe(
      'trusted',
    );
    expect((await judge(good(), { trustPolicy: policyWith({ trustStores: ['ca:acme', 'tsa:t'] }) })).verdict).toBe('not-trusted');
    const rule = policyWith({ trustStores: ['ca:acme', 'tsa:t'] }, { verifyTimestamp: 'afterCertExpiry' });
    expect((await judge(good(), { trustPolicy: rule })).verdict).toBe('trusted');
  });

  it('signal stops the call with its own reason, and logger and cache change nothing', async () => {
    const reason = new Error('enough');
    await expect(judge(good(), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const cache = createChainCache();
    const envelope = good();
    for (const _ of [1, 2]) expect((await judge(envelope, { cache })).verdict).toBe('trusted');
    expect(cache.chains).toBe(1);
    const trustStore = trustStoreFromCertificates({});
    expect((await judge(envelope, { cache, trustStore })).verdict).toBe('not-trusted');
  });

  /** The first two members of a protected header change places. */
  const swapped = (header: Uint8Array) =>
    concatBytes(header.subarray(0, 1), header.subarray(3, 35), header.subarray(1, 3), header.subarray(35));
  /** The outermost element in indefinite length, which DER does not have. */
  const ber = (der: Uint8Array) => {
    const inner = der.subarray(readDer(der, 0).contents);
    return concatBytes(Uint8Array.of(0x30, 0x80), inner, Uint8Array.of(0, 0));
  };
  const odd = () => testChain({ extensions: [extension('1.2.3.4', true, Uint8Array.of(5, 0))] });
  const lax: Record<keyof NotationCompatibility, [string, () => Uint8Array, Partial<EvaluateOptions>]> = {
    unknownCriticalAttributes: [jws, attribute, {}],
    unknownCriticalExtensions: [jws, () => rawEnvelope({ chain: odd() }), {}],
    unsortedMaps: [cose, () => rawCose({ encoded: swapped }), {}],
    berTimestamps: [jws, () => stamped({ token: (signature) => ber(stampOf(signature)) }), stampTrust()],
  };

  it.each(Object.entries(lax))('compatibility.%s takes what is refused without it', async (name, [type, envelope, changes]) => {
    const bytes = envelope();
    const verdict = async (compatibility: NotationCompatibility) =>
      (await evaluateSignature(bytes, type, trusting({ ...changes, compatibility }))).verdict;
    expect([await verdict({}), await verdict({ [name]: false }), await verdict({ [name]: true })]).toEqual([
      'not-trusted',
      'not-trusted',
      'trusted',
    ]);
    const others = Object.fromEntries(Object.keys(lax).map((other) => [other, other !== name]));
    expect(await verdict(others)).toBe('not-trusted');
  });

  it('a misspelt member of compatibility is an error, and this list has them all', async () => {
    const error = await judge(good(), { compatibility: { lax: true } as NotationCompatibility }).catch((e: unknown) => e);
    expect((error as Error).message.split('known are ')[1]?.split(', ').sort()).toEqual(Object.keys(lax).sort());
  });
});
