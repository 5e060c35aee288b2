import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KeySpec } from '@securosys/core';
import type { VerificationPlugins } from '@securosys/notation-envelope';
import { parseCertificate } from '@securosys/pki';
import { createFakeTsa, createMemoryRegistry, createRevocationServer, createTestClock } from '@securosys/testing';
import { describe, expect, it } from 'vitest';
import {
  type ChainSettings,
  day,
  type Name,
  now,
  ocsp,
  testChain,
  testKey,
} from '../../notation-envelope/test/helpers/certificates.js';
import {
  connectMemory,
  createOci,
  createRevocationChecker,
  createSigner,
  createTimestamper,
  evaluateImage,
  inspectSignature,
  type NotationTrustOptions,
  notationTrust,
  notationTrustFromConfig,
  type SignImageOptions,
  signImage,
  verifyImage,
} from '../src/index.js';

const image = 'registry.example/app:1.4';

/** A registry with an image, and a software key with certificates that a test can shape. */
function place(settings: ChainSettings = {}, spec: KeySpec = 'ec-p256') {
  const clock = createTestClock(new Date(now).toISOString());
  const registry = createMemoryRegistry();
  registry.addImage(image);
  const oci = createOci({ fetch: registry.fetch, clock });
  const key = testKey(spec);
  const chain = testChain({ leafKey: key, ...settings });
  const backend = connectMemory();
  backend.addKey({ label: 'release', privateKey: key.privateKey });
  const signer = createSigner(backend, { label: 'release' }, { chain, clock });
  const sign = (more: Partial<SignImageOptions> = {}) => signImage(image, { signer, format: 'notation-cose', oci, ...more });
  const statement = {
    name: 'production',
    registryScopes: ['registry.example/app'],
    signatureVerification: { level: 'strict' },
    trustStores: ['ca:acme'],
    trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
  };
  const trust = (options: Partial<NotationTrustOptions> = {}, change: object = {}) =>
    notationTrust({
      policy: { version: '1.0', trustPolicies: [{ ...statement, ...change }] },
      trustStore: { 'ca:acme': [chain[1]] },
      ...options,
    });
  const evaluate = (with_ = trust()) => evaluateImage(image, { trust: with_, oci, clock });
  return { clock, registry, oci, chain, sign, trust, evaluate, statement };
}

type Report = Awaited<ReturnType<typeof evaluateImage>>;
const failures = ({ signatures }: Report) =>
  signatures.flatMap(({ outcome }) =>
    outcome?.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : [],
  );

describe('revocation', () => {
  const url = 'http://ocsp.example/';
  const issuer = (chain: readonly Uint8Array[]) => ({
    certificate: parseCertificate(chain[1] as Uint8Array),
    privateKey: testKey('ec-p256', 'root').privateKey,
  });

  it('a responder decides; with none, and with nobody to ask, the certificate is refused', async () => {
    const { sign, chain, clock, trust, evaluate } = place({ extensions: [ocsp(url)] });
    await sign();
    const server = createRevocationServer({ clock });
    const authority = server.addAuthority({ issuer: issuer(chain), ocspUrl: url });
    const revocation = createRevocationChecker({ fetch: server.fetch, clock });
    expect((await evaluate(trust({ revocation }))).verdict).toBe('trusted');
    authority.revoke(parseCertificate(chain[0]).serial);
    expect(failures(await evaluate(trust({ revocation })))).toEqual(['revocation: revoked']);
    server.fault(url, { status: 500 });
    expect(failures(await evaluate(trust({ revocation })))).toEqual(['revocation: revocation-unknown']);
    expect(failures(await evaluate(trust({ revocation: 'none' })))).toEqual([expect.stringContaining('revocation: ')]);
  });

  it('by default somebody is asked, but never at an address of this machine (S26)', async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const { sign, evaluate } = place({ extensions: [ocsp(`http://127.0.0.1:${port}/`)] });
      await sign();
      expect(failures(await evaluate())).toEqual(['revocation: revocation-unknown']);
      expect(asked).toBe(0);
    } finally {
      server.close();
    }
  });

  it('nobody is asked about a stranger, at audit level either (S26)', async () => {
    const { sign, trust, evaluate, clock } = place({ extensions: [ocsp(url)] });
    await sign();
    const server = createRevocationServer({ clock });
    const revocation = createRevocationChecker({ fetch: server.fetch, clock });
    const other = testChain({ rootExtensions: [ocsp('http://elsewhere.example/')] })[1];
    const audit = { signatureVerification: { level: 'audit' } };
    await evaluate(trust({ revocation, trustStore: { 'ca:acme': [other] } }, audit));
    expect(server.requests).toEqual([]);
  });

  it('is a checker or none, and nothing else', () => {
    const { trust } = place();
    expect(() => trust({ revocation: 'off' as never })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
    expect(() => trust({ policy: undefined as never })).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }));
  });
});

describe('timestamps', () => {
  async function stamped() {
    const at = place();
    const tsa = await createFakeTsa({ clock: at.clock });
    const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, clock: at.clock });
    const trust = at.trust(
      { trustStore: { 'ca:acme': [at.chain[1]], 'tsa:stamps': [tsa.root] } },
      { trustStores: ['ca:acme', 'tsa:stamps'] },
    );
    return { ...at, tsa, timestamper, trusting: trust };
  }

  it.each(['notation-jws', 'notation-cose'] as const)('%s: a signature outlives its certificates', async (format) => {
    const { sign, timestamper, trusting, evaluate, clock, oci } = await stamped();
    const { signature } = await sign({ format, timestamper });
    const contents = await inspectSignature(`registry.example/app@${signature.digest}`, { oci, clock });
    expect(contents.timestamp).toMatchObject({ genTime: clock.now(), imprintMatches: true });
    const subjects =
      contents.timestamp && 'certificates' in contents.timestamp && contents.timestamp.certificates.map((c) => c.subject);
    expect(subjects).toContain('CN=Fake TSA,O=Test,ST=Nowhere,C=CH');
    expect(JSON.parse(JSON.stringify(contents))).toEqual(contents);
    expect((await evaluate(trusting)).verdict).toBe('trusted');
    clock.advance(300 * day);
    expect((await evaluate(trusting)).verdict).toBe('trusted');
  });

  it('without one it ends with them, and a policy that demands one refuses it at once', async () => {
    const { sign, trusting, evaluate, clock, trust } = await stamped();
    await sign();
    expect((await evaluate(trust())).verdict).toBe('trusted');
    expect(failures(await evaluate(trusting))).toEqual([expect.stringContaining('authenticTimestamp: ')]);
    clock.advance(300 * day);
    expect(failures(await evaluate(trust()))).toEqual([expect.stringContaining('authenticTimestamp: ')]);
  });

  it('nothing is attached when the authority fails; the next call asks it again', async () => {
    const { sign, timestamper, tsa, trusting, evaluate } = await stamped();
    tsa.fault = { status: 503 };
    await expect(sign({ timestamper })).rejects.toMatchObject({ name: 'SignError' });
    expect((await evaluate(trusting)).verdict).toBe('not-trusted');
    tsa.fault = undefined;
    await sign({ timestamper });
    const report = await evaluate(trusting);
    expect([report.verdict, report.signatures.length]).toEqual(['trusted', 1]);
  });

  it('a timestamper is one, or refused', async () => {
    const { sign } = place();
    await expect(sign({ timestamper: 'http://tsa.example' as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});

describe('what else is signed and judged', () => {
  it.each([
    ['notation-jws', 'ec-p384'],
    ['notation-cose', 'rsa-3072'],
  ] as const)('%s with a key %s, in either generation of manifests', async (format, spec) => {
    const { sign, trust, oci, clock } = place({}, spec);
    await sign({ format, style: 'artifact-type' });
    const { signers } = await verifyImage(image, { trust: trust(), oci, clock });
    expect(signers).toHaveLength(1);
  });

  it('attributes: signed as given; a critical one refuses whoever does not understand it', async () => {
    const { sign, trust, evaluate, oci, clock } = place();
    const attributes = [
      { name: 'com.acme.pipeline', value: { run: 7, jobs: ['build', 'test'] } },
      { name: 'com.acme.gate', value: 'passed', critical: true },
    ];
    const { signature } = await sign({ attributes, signingAgent: 'acme-ci/7' });
    const { envelope } = await inspectSignature(`registry.example/app@${signature.digest}`, { oci, clock });
    expect(envelope).toMatchObject({ signingAgent: 'acme-ci/7' });
    expect(envelope.attributes).toEqual(
      expect.arrayContaining(attributes.map((attribute) => ({ critical: false, ...attribute }))),
    );
    expect((await evaluate()).verdict).toBe('not-trusted');
    expect((await evaluate(trust({ understoodAttributes: ['com.acme.gate'] }))).verdict).toBe('trusted');
  });

  it.each([
    ['a reserved name', [{ name: 'io.cncf.notary.expiry', value: 1 }]],
    [
      'a name twice',
      [
        { name: 'a', value: 1 },
        { name: 'a', value: 2 },
      ],
    ],
    ['no list', 'a'],
  ])('attributes with %s are refused', async (_, attributes) => {
    const { sign } = place();
    await expect(sign({ attributes: attributes as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });

  it('plugins of this machine are asked only when they are given', async () => {
    const { trust, sign, evaluate } = place();
    await sign();
    const asked: string[] = [];
    const plugins: VerificationPlugins = {
      find: async (name) => {
        asked.push(name);
        return undefined;
      },
    };
    expect((await evaluate(trust({ plugins }))).verdict).toBe('trusted');
    expect(asked).toEqual([]);
  });

  it('a trust value remembers certificates, and no verdict: what is revoked later is refused later', async () => {
    const { sign, trust, evaluate, chain, clock } = place({ extensions: [ocsp('http://ocsp.example/')] });
    await sign();
    const server = createRevocationServer({ clock });
    const root = testKey('ec-p256', 'root').privateKey;
    const issuer = { certificate: parseCertificate(chain[1]), privateKey: root };
    const authority = server.addAuthority({ issuer, ocspUrl: 'http://ocsp.example/' });
    const kept = trust({ revocation: createRevocationChecker({ fetch: server.fetch, clock }) });
    expect((await evaluate(kept)).verdict).toBe('trusted');
    expect(kept.cache.certificates).toBeGreaterThan(0);
    authority.revoke(parseCertificate(chain[0]).serial);
    expect((await evaluate(kept)).verdict).toBe('not-trusted');
  });
});

describe('the folder of Notation', () => {
  async function folderWith(files: Readonly<Record<string, string | Uint8Array>>, use: (folder: string) => Promise<void>) {
    const folder = await mkdtemp(join(tmpdir(), 'notation-config-'));
    try {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(join(folder, name, '..'), { recursive: true });
        await writeFile(join(folder, name), content);
      }
      await use(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  it('policies and stores are taken from it, with options beside them', async () => {
    const { sign, chain, evaluate, statement } = place();
    await sign();
    const policy = JSON.stringify({ version: '1.0', trustPolicies: [statement] });
    await folderWith({ 'trustpolicy.json': policy, 'truststore/x509/ca/acme/root.der': chain[1] }, async (folder) => {
      expect((await evaluate(await notationTrustFromConfig(folder))).verdict).toBe('trusted');
      const strict = await notationTrustFromConfig(folder, { requireExpiry: true });
      expect(failures(await evaluate(strict))).toEqual([expect.stringContaining('freshness: ')]);
      await expect(notationTrustFromConfig(folder, { policy: {} } as never)).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
      });
    });
  });

  it('one of the two policies is enough, none is an error, and a broken one is never passed over', async () => {
    const { statement, evaluate } = place();
    const { registryScopes: _, ...rest } = statement;
    const blob = JSON.stringify({ version: '1.0', trustPolicies: [{ ...rest, globalPolicy: true }] });
    await folderWith({ 'trustpolicy.blob.json': blob }, async (folder) => {
      const trust = await notationTrustFromConfig(folder);
      expect([trust.policy, trust.blobPolicy?.statements.length]).toEqual([undefined, 1]);
      await expect(evaluate(trust)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    });
    await folderWith({}, async (folder) => {
      await expect(notationTrustFromConfig(folder)).rejects.toMatchObject({ code: 'ERR_NOT_FOUND' });
    });
    await folderWith({ 'trustpolicy.blob.json': blob, 'trustpolicy.json': '{' }, async (folder) => {
      await expect(notationTrustFromConfig(folder)).rejects.toMatchObject({ code: 'ERR_MALFORMED' });
    });
  });
});

describe('many signatures', () => {
  const count = process.env.SLOW ? 1000 : 40;
  const strangers: Name = [
    ['C', 'CH'],
    ['ST', 'Zurich'],
    ['O', 'Others'],
    ['CN', 'release'],
  ];

  it(`${count} on one subject are judged within every limit and 200 MB, and the last decides`, async () => {
    const at = place();
    const stranger = testKey('ec-p256', 'stranger');
    const backend = connectMemory();
    backend.addKey({ label: 'other', privateKey: stranger.privateKey });
    const chain = testChain({ leafKey: stranger, subject: strangers });
    const signer = createSigner(backend, { label: 'other' }, { chain, clock: at.clock });
    for (let i = 1; i < count; i++)
      await signImage(image, { signer, format: 'notation-cose', oci: at.oci, annotations: { i: String(i) } });
    await at.sign();
    const before = process.memoryUsage().rss;
    const report = await at.evaluate(at.trust({ maxSignatures: count }));
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    expect([report.verdict, report.signatures.length]).toEqual(['trusted', count]);
    expect(await at.evaluate(at.trust({ maxSignatures: count - 1 }))).toMatchObject({ reason: 'limit' });
  });
});
