import { type Clock, type Prepared, utf8Bytes } from '@securosys/core';
import {
  attachCosign,
  type CosignTimestampPolicy,
  type CosignTrustKey,
  cosignAttestation,
  cosignImage,
  cosignTrust,
  evaluateCosignAttestations,
  evaluateCosignImage,
  timestampResponse,
} from '@securosys/cosign';
import { parseCertificate, pemText, prepareCertificate, type RevocationChecker } from '@securosys/pki';
import { createFakeTsa, createTestClock, type FakeTsa } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { signAll } from '../signing/artifacts.js';
import { testKey } from '../signing/keys.js';
import { attested, p256, reviewed, signed, type World, world } from '../storage/world.js';
import { short } from './plant.js';

const start = Date.parse('2026-01-01T00:00:00Z');
const day = 24 * 3600 * 1000;
const at = (time: number): Clock => ({ ...createTestClock(time), now: () => time });

let tsa: FakeTsa;
let stranger: FakeTsa;
beforeAll(async () => {
  [tsa, stranger] = await Promise.all([
    createFakeTsa({ clock: at(start), accuracySeconds: 60 }),
    createFakeTsa({ clock: at(start) }),
  ]);
});

const trusting = (timestamps?: Partial<CosignTimestampPolicy>, key: Partial<CosignTrustKey> = {}) =>
  cosignTrust({
    keys: [{ publicKey: p256.spki, ...key }],
    predicateTypes: [reviewed],
    ...(timestamps && { timestamps: { anchors: [tsa.root], ...timestamps } }),
  });

/** An image with a signature and an attestation, in both shapes, stamped by this authority. */
async function newlyStamped(authority: FakeTsa | undefined): Promise<World> {
  const w = world();
  const options = { clock: w.clock, ...(authority && { timestamper: authority }) };
  const signature = await cosignImage.finish?.(signed(w.subject), options);
  const attestation = await cosignAttestation.finish?.(attested(w.subject), options);
  for (const artifact of [signature, attestation]) if (artifact) await attachCosign(w.repository, artifact, w.subject);
  return w;
}

/** Nobody changes them, so one for each authority will do. */
const worlds = new Map<FakeTsa | undefined, Promise<World>>();
function stampedBy(authority: FakeTsa | undefined): Promise<World> {
  const made = worlds.get(authority) ?? newlyStamped(authority);
  worlds.set(authority, made);
  return made;
}

async function judge(w: World, trust: ReturnType<typeof trusting>, now = start): Promise<string> {
  const options = { clock: at(now) };
  const [image, attestations] = [
    await evaluateCosignImage(w.repository, w.subject, trust, options),
    await evaluateCosignAttestations(w.repository, w.subject, trust, options),
  ];
  const codes = [...short(image), ...short(attestations)].map((text) => text.replace(/^(legacy|bundle): /, ''));
  return [...new Set(codes)].filter((code) => !['predicate-type', 'good', 'no-good-signature'].includes(code)).join();
}

/** An authority that says of itself that it is none. */
async function emulatedAuthority(): Promise<FakeTsa> {
  const [rootKey, leafKey] = [testKey('ec-p256', 'emulated root'), testKey('ec-p256', 'emulated leaf')];
  const named = (name: string) => ({
    subject: `CN=${name},O=Test,ST=Nowhere,C=CH`,
    validity: { notBefore: start - day, notAfter: start + 365 * day },
  });
  const issue = (prepared: Prepared<Uint8Array>) => parseCertificate(prepared.assemble(signAll(prepared, rootKey)));
  const root = issue(await prepareCertificate({ ...named('root'), profile: 'ca', key: rootKey, emulated: true }));
  const leaf = issue(
    await prepareCertificate({
      ...named('tsa'),
      profile: 'timestamping',
      key: rootKey,
      subjectKey: leafKey.spki,
      issuer: { certificate: root },
      emulated: true,
    }),
  );
  return createFakeTsa({ clock: at(start), identity: { privateKey: leafKey.privateKey, chain: [leaf.der, root.der] } });
}

describe('a timestamp (cosign.md §10.9, §13)', () => {
  it('is verified in all four places, over the bytes that each is about', async () => {
    const w = await stampedBy(tsa);
    const report = await evaluateCosignImage(w.repository, w.subject, trusting({ required: true }));
    const timestamp = { time: start, accuracyMs: 60_000, authority: expect.stringContaining('CN=') };
    expect(report.signatures.filter(({ status }) => status === 'good')).toMatchObject([
      { shape: 'legacy', timestamp },
      { shape: 'bundle', timestamp },
    ]);
    expect(await judge(w, trusting({ required: true }))).toBe('trusted');
  });

  it.each([
    ['required: one that is missing', undefined, { required: true }, {}, 'timestamp-missing'],
    ['anchors: one of a stranger', 'stranger', {}, {}, 'timestamp-invalid'],
  ] as const)('is refused, by %s', async (_, who, policy, _accepting, code) => {
    const w = await stampedBy(who && stranger);
    expect(await judge(w, trusting(policy))).toBe(code);
    expect(await judge(w, trusting())).toBe('trusted');
  });

  it('says when a key signed that is valid no longer', async () => {
    const key = { validFrom: start - day, validUntil: start + day };
    const later = start + 30 * day;
    const [stamped, bare] = [await stampedBy(tsa), await stampedBy(undefined)];
    expect(await judge(stamped, trusting({}, key), later)).toBe('trusted');
    expect(await judge(stamped, trusting(undefined, key), later)).toBe('key-not-valid');
    expect(await judge(bare, trusting({}, key), later)).toBe('key-not-valid');
    expect(await judge(bare, trusting({}, key), start)).toBe('trusted');
  });

  it('outside the validity of the key refuses the signature, its accuracy counted', async () => {
    const w = await stampedBy(tsa);
    expect(await judge(w, trusting({}, { validFrom: start - 60_000 }))).toBe('trusted');
    expect(await judge(w, trusting({}, { validFrom: start - 59_999 }))).toBe('key-not-valid');
    expect(await judge(w, trusting({}, { validUntil: start + 59_999 }))).toBe('key-not-valid');
  });

  it('of another signature counts for nothing', async () => {
    const w = world();
    const { legacy, bundle, ...rest } = signed(w.subject);
    const wrong = timestampResponse(await tsa.timestamp(utf8Bytes('another signature'), 'sha256'));
    const swapped = {
      ...rest,
      legacy: { ...(legacy as NonNullable<typeof legacy>), timestamp: wrong },
      bundle: { ...(bundle as NonNullable<typeof bundle>), timestamp: wrong },
    };
    await attachCosign(w.repository, swapped, w.subject);
    const report = await evaluateCosignImage(w.repository, w.subject, trusting({}));
    expect(short(report)).toEqual(['no-good-signature', 'legacy: timestamp-invalid', 'bundle: timestamp-invalid']);
  });

  it.each(['ok', 'revoked', 'unknown'] as const)('whose authority is %s, as revocation says', async (status) => {
    const w = await stampedBy(tsa);
    const asked: (string | undefined)[] = [];
    const revocation: RevocationChecker = {
      check: async (chain, options) => {
        asked.push(options?.purpose);
        return { status, certificates: chain.map((certificate) => ({ certificate, status, method: 'ocsp', sources: [] })) };
      },
    };
    expect(await judge(w, trusting({ revocation }))).toBe(status === 'ok' ? 'trusted' : 'timestamp-invalid');
    expect(new Set(asked)).toEqual(new Set(['timestamping']));
  });

  it('of an emulator is refused, though its root be trusted, unless that is allowed (S34)', async () => {
    const emulated = await emulatedAuthority();
    const w = await stampedBy(emulated);
    const anchors = [emulated.root];
    expect(await judge(w, trusting({ anchors }))).toBe('timestamp-invalid');
    expect(await judge(w, trusting({ anchors, allowEmulated: true }))).toBe('trusted');
  });

  it('is anchored in PEM or DER alike', async () => {
    const w = await stampedBy(tsa);
    const pem = pemText(tsa.root, 'CERTIFICATE');
    for (const anchor of [pem, utf8Bytes(pem), tsa.root])
      expect(await judge(w, trusting({ anchors: [anchor], required: true }))).toBe('trusted');
  });
});
