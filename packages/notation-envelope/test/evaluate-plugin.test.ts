import { SignError } from '@securosys/core';
import {
  type EvaluateOptions,
  evaluateSignature,
  type SignatureOutcome,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { day, now, ocsp, testChain } from './helpers/certificates.js';
import { clockAt, jws, policyWith, rawEnvelope, trusting } from './helpers/envelopes.js';
import {
  type FakePlugin,
  fakePlugins,
  fakeRevocation,
  identityCapability,
  pluginEnvelope,
  pluginName,
  revocationCapability,
} from './helpers/verifiers.js';

const judge = (envelope: Uint8Array, changes: Partial<EvaluateOptions> = {}) =>
  evaluateSignature(envelope, jws, trusting(changes));
const said = (outcome: SignatureOutcome) =>
  outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : outcome.verdict;
const warned = (outcome: SignatureOutcome) =>
  outcome.verdict === 'trusted' ? outcome.warnings.map(({ type, reason }) => `${type}: ${reason?.code}`) : said(outcome);
const minimum = 'io.cncf.notary.verificationPluginMinVersion';
const levels = ['strict', 'permissive', 'audit'] as const;
const at = (level: string, override?: Record<string, string>) => ({
  trustPolicy: policyWith({}, { level, ...(override && { override }) }),
});
const no = (reason = 'not them') => ({ success: false as const, reason });
const installed = (plugin: FakePlugin = {}) => ({ plugins: fakePlugins(plugin) });

describe('a signature that names a verification plugin (§15.2 steps 2 and 8)', () => {
  it('is judged by it, and the outcome says what it decided', async () => {
    const plugins = fakePlugins({ results: { [identityCapability]: { success: true, reason: 'known' } } });
    const outcome = await judge(pluginEnvelope(), { plugins, trustPolicy: policyWith({ trustedIdentities: ['arn:aws:x'] }) });
    expect(outcome.verdict).toBe('trusted');
    const verdict = { name: pluginName, version: '1.0.0', capabilities: [identityCapability, revocationCapability] };
    expect(outcome.checks.map(({ type, result, plugin }) => [type, result, plugin])).toEqual([
      ['integrity', 'pass', undefined],
      ['verificationPlugin', 'pass', verdict],
      ['authenticity', 'pass', { ...verdict, reason: 'known' }],
      ['emulation', 'pass', undefined],
      ['expiry', 'pass', undefined],
      ['authenticTimestamp', 'pass', undefined],
      ['revocation', 'pass', verdict],
      ['freshness', 'pass', undefined],
      ['subject', 'pass', undefined],
      ['userMetadata', 'pass', undefined],
    ]);
  });

  it('hands over what §17.2 says: attributes with text names, critical or not, without the two of the plugin', async () => {
    const plugins = fakePlugins();
    const envelope = pluginEnvelope({ [minimum]: '1.0.0', a: 1, b: { deep: [true, null] } }, { critical: ['a'] });
    const outcome = await judge(envelope, { plugins, pluginConfig: { region: 'ch' } });
    expect(outcome.verdict).toBe('trusted');
    expect(plugins.requests).toEqual([
      {
        contractVersion: '1.0',
        signature: {
          criticalAttributes: {
            contentType: 'application/vnd.cncf.notary.payload.v1+json',
            signingScheme: 'notary.x509',
            extendedAttributes: { a: 1, b: { deep: [true, null] } },
          },
          unprocessedAttributes: ['a', 'b'],
          certificateChain: expect.arrayContaining([expect.any(Uint8Array)]),
        },
        trustPolicy: {
          trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
          signatureVerification: [identityCapability, revocationCapability],
        },
        pluginConfig: { region: 'ch' },
      },
    ]);
  });

  it('tells of expiry and authentic signing time where the signature has them', async () => {
    const plugins = fakePlugins();
    const name = 'io.cncf.notary.authenticSigningTime';
    const envelope = rawEnvelope({
      header: {
        'io.cncf.notary.signingScheme': 'notary.x509.signingAuthority',
        'io.cncf.notary.signingTime': undefined,
        [name]: '2026-06-01T00:00:00Z',
        'io.cncf.notary.expiry': '2026-07-01T00:00:00Z',
        'io.cncf.notary.verificationPlugin': pluginName,
        crit: ['io.cncf.notary.signingScheme', name, 'io.cncf.notary.expiry', 'io.cncf.notary.verificationPlugin'],
      },
    });
    await judge(envelope, { plugins, ...at('audit') });
    expect(plugins.requests[0]?.signature.criticalAttributes).toEqual({
      contentType: 'application/vnd.cncf.notary.payload.v1+json',
      signingScheme: 'notary.x509.signingAuthority',
      expiry: Date.UTC(2026, 6, 1),
      authenticSigningTime: Date.UTC(2026, 5, 1),
    });
  });

  it.each<[string, Uint8Array, Partial<EvaluateOptions>, string]>([
    ['no plugins', pluginEnvelope(), {}, 'verification-plugin'],
    [
      'that plugin missing',
      pluginEnvelope({ 'io.cncf.notary.verificationPlugin': 'other' }),
      installed(),
      'plugin-not-installed',
    ],
    ['a blank name', pluginEnvelope({ 'io.cncf.notary.verificationPlugin': 'a b' }), installed(), 'verification-plugin'],
    [
      'a name that is a path',
      pluginEnvelope({ 'io.cncf.notary.verificationPlugin': '../../x' }),
      installed(),
      'verification-plugin',
    ],
    [
      'a name with two dots in it',
      pluginEnvelope({ 'io.cncf.notary.verificationPlugin': 'a..b' }),
      installed(),
      'verification-plugin',
    ],
    ['a name with dots only', pluginEnvelope({ 'io.cncf.notary.verificationPlugin': '..' }), installed(), 'verification-plugin'],
    [
      'a minimum version and no name',
      rawEnvelope({ header: { crit: ['io.cncf.notary.signingScheme', minimum], [minimum]: '1.0.0' } }),
      installed(),
      'verification-plugin',
    ],
    ['a minimum version that is none', pluginEnvelope({ [minimum]: 'v1.0.0' }), installed(), 'verification-plugin'],
    ['a minimum version above the installed one', pluginEnvelope({ [minimum]: '1.0.1' }), installed(), 'plugin-version'],
    [
      'a pre-release installed',
      pluginEnvelope({ [minimum]: '1.0.0' }),
      installed({ metadata: { version: '1.0.0-rc.1' } }),
      'plugin-version',
    ],
    ['an installed version that is none', pluginEnvelope(), installed({ metadata: { version: '1.0' } }), 'plugin-version'],
    ['another contract', pluginEnvelope(), installed({ metadata: { supportedContractVersions: ['2.0'] } }), 'plugin-version'],
    [
      'a plugin that only signs',
      pluginEnvelope(),
      installed({ metadata: { capabilities: ['SIGNATURE_GENERATOR.RAW'] } }),
      'plugin-capability',
    ],
    ['a plugin by another name', pluginEnvelope(), installed({ metadata: { name: 'other' } }), 'plugin-failed'],
  ])('%s: refused at every level', async (_, envelope, changes, code) => {
    for (const level of levels)
      expect(said(await judge(envelope, { ...changes, ...at(level) }))).toEqual([`verificationPlugin: ${code}`]);
  });

  it('S28: a name that no plugin may have is looked for nowhere', async () => {
    const plugins = fakePlugins();
    for (const name of ['../../x', '/bin/sh', 'a/b', 'a\\b', '.hidden', 'a..b', 'a\u0000b', 'x'.repeat(200), 'ä', '-rf'])
      expect(said(await judge(pluginEnvelope({ 'io.cncf.notary.verificationPlugin': name }), { plugins }))).toEqual([
        'verificationPlugin: verification-plugin',
      ]);
    expect(plugins.looked).toEqual([]);
  });

  const yes = { [identityCapability]: { success: true }, [revocationCapability]: { success: true } } as const;
  it.each<[string, FakePlugin]>([
    ['no verdict on what was asked', { answer: () => ({ verificationResults: {}, processedAttributes: [] }) }],
    [
      'a verdict that is no boolean',
      { answer: () => ({ verificationResults: { [identityCapability]: { success: 'yes' } } as never, processedAttributes: [] }) },
    ],
    ['no answer', { answer: () => undefined as never }],
    ['inherited verdicts', { answer: () => ({ verificationResults: Object.create(yes) as never, processedAttributes: [] }) }],
    [
      'a reason that is no text',
      {
        answer: () => ({
          verificationResults: { ...yes, [identityCapability]: { success: false, reason: Object.create(null) as never } },
          processedAttributes: [],
        }),
      },
    ],
    ['no version', { metadata: { version: undefined as never } }],
    ['a version that is a number', { metadata: { version: 1 as never } }],
    ['a text in place of the list of capabilities', { metadata: { capabilities: identityCapability as never } }],
    ['no versions of the contract', { metadata: { supportedContractVersions: undefined as never } }],
    [
      'an error',
      {
        answer: () => {
          throw new SignError('ERR_REQUEST_FAILED', 'no network');
        },
      },
    ],
  ])('a plugin that gives %s refuses at every level', async (_, plugin) => {
    for (const level of levels)
      expect(said(await judge(pluginEnvelope(), { ...installed(plugin), ...at(level) }))).toEqual([
        'verificationPlugin: plugin-failed',
      ]);
  });

  it('a verdict that was not asked for refuses, where Notation ignores it', async () => {
    const plugin: FakePlugin = {
      metadata: { capabilities: [identityCapability] },
      results: {},
      answer: () => ({
        verificationResults: { [identityCapability]: { success: true }, [revocationCapability]: { success: true } },
        processedAttributes: [],
      }),
    };
    expect(said(await judge(pluginEnvelope(), installed(plugin)))).toEqual(['verificationPlugin: plugin-failed']);
  });

  it('an attribute that it leaves unprocessed refuses at every level, critical or not', async () => {
    for (const critical of [['a'], []])
      for (const level of levels)
        expect(
          said(await judge(pluginEnvelope({ a: 1 }, { critical }), { ...installed({ processed: [] }), ...at(level) })),
        ).toEqual(['verificationPlugin: plugin-unprocessed-attribute']);
  });

  it('its no to the identity is a failure of authenticity, by level', async () => {
    const plugins = fakePlugins({ results: { [identityCapability]: no() } });
    for (const level of ['strict', 'permissive'])
      expect(said(await judge(pluginEnvelope(), { plugins, ...at(level) }))).toEqual(['authenticity: identity']);
    expect(warned(await judge(pluginEnvelope(), { plugins, ...at('audit') }))).toEqual(['authenticity: identity']);
  });

  it('its no to revocation is a failure of revocation, by level', async () => {
    const plugins = fakePlugins({ results: { [revocationCapability]: no() } });
    expect(said(await judge(pluginEnvelope(), { plugins }))).toEqual(['revocation: revoked']);
    for (const level of ['permissive', 'audit'])
      expect(warned(await judge(pluginEnvelope(), { plugins, ...at(level) }))).toEqual(['revocation: revoked']);
  });

  it('its words are shown without control characters', async () => {
    const plugins = fakePlugins({ results: { [identityCapability]: no('\u001b[2Jfine') } });
    const outcome = await judge(pluginEnvelope(), { plugins });
    expect(JSON.stringify(outcome.checks)).not.toContain('\\u001b');
  });

  it('takes over only what it can: the trust stores are ours, and the identities where it does not match them', async () => {
    const revoking = { metadata: { capabilities: [revocationCapability] } };
    const strangers = { trustStore: trustStoreFromCertificates({}) };
    expect(said(await judge(pluginEnvelope(), { ...installed(), ...strangers }))).toEqual(['authenticity: trust-store']);
    const others = { trustPolicy: policyWith({ trustedIdentities: ['arn:x'] }) };
    expect(said(await judge(pluginEnvelope(), { ...installed(revoking), ...others }))).toEqual(['authenticity: identity']);
    expect((await judge(pluginEnvelope(), { ...installed(), ...others })).verdict).toBe('trusted');
  });

  it('takes over revocation: no responder is asked then, and is where it cannot', async () => {
    const revocable = pluginEnvelope({}, { chain: testChain({ extensions: [ocsp('http://ocsp.example')] }) });
    for (const [capabilities, count] of [
      [[identityCapability, revocationCapability], 0],
      [[identityCapability], 1],
    ] as const) {
      const revocation = fakeRevocation();
      expect((await judge(revocable, { ...installed({ metadata: { capabilities } }), revocation })).verdict).toBe('trusted');
      expect(revocation.asked).toHaveLength(count);
    }
  });

  it('S26: is not asked about the revocation of a chain that reaches no trust store', async () => {
    const plugins = fakePlugins();
    const outcome = await judge(pluginEnvelope(), { plugins, ...at('audit'), trustStore: trustStoreFromCertificates({}) });
    expect(warned(outcome)).toEqual(['authenticity: trust-store', 'revocation: revocation-not-asked']);
    expect(plugins.requests[0]?.trustPolicy.signatureVerification).toEqual([identityCapability]);
  });

  it('is not asked about revocation that the policy skips', async () => {
    const plugins = fakePlugins();
    const outcome = await judge(pluginEnvelope(), { plugins, ...at('strict', { revocation: 'skip' }) });
    expect(outcome.verdict).toBe('trusted');
    expect(plugins.requests[0]?.trustPolicy.signatureVerification).toEqual([identityCapability]);
  });

  it('is not run once the signature is refused, and its checks say that they did not run', async () => {
    const plugins = fakePlugins();
    const outcome = await judge(pluginEnvelope({ 'io.cncf.notary.expiry': '2026-06-02T00:00:00Z' }), {
      plugins,
      clock: clockAt(now + 2 * day),
    });
    expect(said(outcome)).toEqual(['expiry: expired']);
    expect(outcome.checks.filter(({ result }) => result === 'skipped').map(({ type, reason }) => [type, reason?.code])).toEqual([
      ['authenticity', 'refused-before'],
      ['revocation', 'refused-before'],
    ]);
    expect(plugins.requests).toEqual([]);
  });

  it('a critical attribute refuses when the plugin has nothing left to run', async () => {
    const plugin = installed({ metadata: { capabilities: [revocationCapability] } });
    const envelope = pluginEnvelope({ a: 1 }, { critical: ['a'] });
    const skipping = at('strict', { revocation: 'skip' });
    expect(said(await judge(envelope, { ...plugin, ...skipping }))).toEqual(['verificationPlugin: unknown-critical-attribute']);
    expect((await judge(envelope, { ...plugin, ...skipping, understoodAttributes: ['a'] })).verdict).toBe('trusted');
    expect((await judge(envelope, { ...plugin, ...skipping, compatibility: { unknownCriticalAttributes: true } })).verdict).toBe(
      'trusted',
    );
    expect((await judge(pluginEnvelope({ a: 1 }), { ...plugin, ...skipping })).verdict).toBe('trusted');
  });
});
