import { base64Text, hashBytes } from '@securosys/core';
import {
  attachCosign,
  type CosignTrustOptions,
  cosignTrust,
  evaluateCosignAttestations,
  evaluateCosignImage,
  legacyTag,
  preAuthEncoding,
  signPredicateType,
  writeBundle,
  writeImageStatement,
} from '@securosys/cosign';
import { describe, expect, it } from 'vitest';
import { sshFingerprint } from '../../src/verify/ssh-fingerprint.js';
import { bundleJson, inToto, signStatement, trustIn } from '../signing/artifacts.js';
import { testKey } from '../signing/keys.js';
import { attested, other, p256, reviewed, signed, type World, world } from '../storage/world.js';
import { plantBundle } from './plant.js';

const key = { publicKey: p256.spki };
const now = Date.parse('2026-01-01T00:00:00Z');
const year = 366 * 24 * 3600 * 1000;

/** How a world is prepared and judged, and two trusts that differ in one option. */
type Row = readonly [
  option: string,
  prepare: (w: World) => Promise<unknown>,
  accepting: CosignTrustOptions,
  refusing: CosignTrustOptions,
  reason: string,
];

const bySelf = (w: World) => attachCosign(w.repository, signed(w.subject, p256, { annotations: { build: '42' } }), w.subject);
const twice = async (w: World) => {
  await bySelf(w);
  await attachCosign(w.repository, signed(w.subject), w.subject);
};
const keyId = (keyid: string) => async (w: World) => {
  const bundle = bundleJson(signStatement(writeImageStatement(w.subject.digest)));
  const [signature] = bundle.dsseEnvelope.signatures as object[];
  await plantBundle(w, { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ ...signature, keyid }] } });
};
const rawEcdsa = async (w: World) => {
  const payload = writeImageStatement(w.subject.digest);
  const signature = p256.sign('ecdsa-sha256', preAuthEncoding(inToto, payload));
  await plantBundle(w, writeBundle({ payload, signature, keyHint: hashBytes('sha256', p256.spki) }));
};
const attestation = (w: World) => attachCosign(w.repository, attested(w.subject), w.subject);

/** Judging changes nothing, so one world for each preparation will do. */
const worlds = new Map<Row[1], Promise<World>>();
function prepared(prepare: Row[1]): Promise<World> {
  const make = async () => {
    const w = world();
    await prepare(w);
    return w;
  };
  const made = worlds.get(prepare) ?? make();
  worlds.set(prepare, made);
  return made;
}

const images: readonly Row[] = [
  ['keys', bySelf, { keys: [key] }, { keys: [{ publicKey: other.spki }] }, 'no-good-signature'],
  [
    'keys[].validFrom',
    bySelf,
    { keys: [{ ...key, validFrom: now }] },
    { keys: [{ ...key, validFrom: now + year }] },
    'no-good-signature',
  ],
  [
    'keys[].validUntil',
    bySelf,
    { keys: [{ ...key, validUntil: now + year }] },
    { keys: [{ ...key, validUntil: now - 1 }] },
    'no-good-signature',
  ],
  [
    'keys[].predicateTypes, of both shapes',
    bySelf,
    { keys: [{ ...key, predicateTypes: [signPredicateType] }] },
    { keys: [{ ...key, predicateTypes: ['spdx'] }] },
    'no-good-signature',
  ],
  [
    'keys[].predicateTypes: an empty list allows nothing',
    bySelf,
    { keys: [key] },
    { keys: [{ ...key, predicateTypes: [] }] },
    'no-good-signature',
  ],
  [
    'threshold: two signatures of one key count once (S46)',
    twice,
    { keys: [key, { publicKey: other.spki }], threshold: 1 },
    { keys: [key, { publicKey: other.spki }], threshold: 2 },
    'threshold',
  ],
  [
    'annotations',
    bySelf,
    { keys: [key], annotations: { build: '42' } },
    { keys: [key], annotations: { build: '43' } },
    'no-good-signature',
  ],
  [
    'annotations: a name of an object’s own is none',
    bySelf,
    { keys: [key], annotations: {} },
    { keys: [key], annotations: { toString: '42' } },
    'no-good-signature',
  ],
  [
    'require',
    (w) => attachCosign(w.repository, signed(w.subject, p256, { shapes: ['legacy'] }), w.subject),
    { keys: [key], require: 'any' },
    { keys: [key], require: 'both' },
    'shape-missing',
  ],
  [
    'compatibility.acceptAnyPredicate',
    attestation,
    { keys: [key], compatibility: { acceptAnyPredicate: true } },
    { keys: [key] },
    'no-good-signature',
  ],
  [
    'compatibility.ieeeP1363',
    rawEcdsa,
    { keys: [key], compatibility: { ieeeP1363: true } },
    { keys: [key] },
    'no-good-signature',
  ],
  [
    'compatibility.acceptAnyKeyId',
    keyId('release'),
    { keys: [key], compatibility: { acceptAnyKeyId: true } },
    { keys: [key] },
    'no-good-signature',
  ],
];

describe('each option of cosignTrust alone turns the verdict on an image (S24):', () => {
  it.each(images)('%s', async (_, prepare, accepting, refusing, reason) => {
    const w = await prepared(prepare);
    const judge = (options: CosignTrustOptions) =>
      evaluateCosignImage(w.repository, w.subject, cosignTrust(options), { clock: w.clock });
    expect(await judge(accepting)).toMatchObject({ verdict: 'trusted' });
    expect(await judge(refusing)).toMatchObject({ verdict: 'not-trusted', reason: { code: reason } });
  });

  it('keys[].hash, for a curve where it has to be named', async () => {
    const p384 = testKey('ec-p384');
    const w = world();
    await attachCosign(w.repository, signed(w.subject, p384, { digestAlgorithm: 'sha384' }), w.subject);
    const judge = async (hash: 'sha256' | 'sha384') =>
      (await evaluateCosignImage(w.repository, w.subject, cosignTrust({ keys: [{ publicKey: p384.spki, hash }] }))).verdict;
    expect([await judge('sha384'), await judge('sha256')]).toEqual(['trusted', 'not-trusted']);
    expect(() => cosignTrust({ keys: [{ publicKey: p384.spki }] })).toThrow(/hash has to be named/);
  });

  it('signatureRepository and clock of the call', async () => {
    const w = world();
    const signatureRepository = w.open('registry.example/signatures');
    await attachCosign(w.repository, signed(w.subject), w.subject, { signatureRepository });
    const last = w.clock.now();
    const trust = cosignTrust({ keys: [{ ...key, validUntil: last }] });
    const judge = async (options: Parameters<typeof evaluateCosignImage>[3]) =>
      (await evaluateCosignImage(w.repository, w.subject, trust, options)).verdict;
    expect(await judge({ signatureRepository, clock: w.clock })).toBe('trusted');
    expect(await judge({ clock: w.clock })).toBe('not-trusted');
    expect(await judge({ signatureRepository, clock: { ...w.clock, now: () => last + 1 } })).toBe('not-trusted');
  });

  it('the SSH fingerprint of the key is the one key id that is taken as it is (§6.4)', async () => {
    for (const made of [p256, testKey('rsa-2048'), testKey('ed25519'), testKey('ec-p384')])
      expect(sshFingerprint(made.privateKey)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    const w = world();
    await keyId(sshFingerprint(p256.privateKey))(w);
    expect((await evaluateCosignImage(w.repository, w.subject, trustIn(p256))).verdict).toBe('trusted');
  });
});

describe('each option of cosignTrust alone turns the verdict on attestations (S24):', () => {
  const rows: readonly Row[] = [
    [
      'predicateTypes',
      attestation,
      { keys: [key], predicateTypes: [reviewed] },
      { keys: [key], predicateTypes: ['slsaprovenance1'] },
      'no-good-signature',
    ],
    [
      'predicateTypes: an empty list allows none',
      attestation,
      { keys: [key], predicateTypes: [reviewed] },
      { keys: [key], predicateTypes: [] },
      'no-good-signature',
    ],
    [
      'keys[].predicateTypes',
      attestation,
      { keys: [{ ...key, predicateTypes: [reviewed] }], predicateTypes: [reviewed] },
      { keys: [{ ...key, predicateTypes: ['spdx'] }], predicateTypes: [reviewed] },
      'no-good-signature',
    ],
    [
      'threshold: of distinct keys behind one and the same statement',
      async (w) => {
        await attachCosign(w.repository, attested(w.subject, p256, { by: 'us' }), w.subject);
        await attachCosign(w.repository, attested(w.subject, other, { by: 'them' }), w.subject);
      },
      { keys: [key, { publicKey: other.spki }], predicateTypes: [reviewed] },
      { keys: [key, { publicKey: other.spki }], predicateTypes: [reviewed], threshold: 2 },
      'threshold',
    ],
    [
      'require',
      (w) => attachCosign(w.repository, attested(w.subject, p256, {}, ['legacy']), w.subject),
      { keys: [key], predicateTypes: [reviewed] },
      { keys: [key], predicateTypes: [reviewed], require: 'both' },
      'shape-missing',
    ],
    [
      'compatibility.acceptAnyPredicate',
      attestation,
      { keys: [key], predicateTypes: ['spdx'], compatibility: { acceptAnyPredicate: true } },
      { keys: [key], predicateTypes: ['spdx'] },
      'no-good-signature',
    ],
  ];
  it.each(rows)('%s', async (_, prepare, accepting, refusing, reason) => {
    const w = await prepared(prepare);
    const judge = (options: CosignTrustOptions) => evaluateCosignAttestations(w.repository, w.subject, cosignTrust(options));
    expect(await judge(accepting)).toMatchObject({ verdict: 'trusted' });
    expect(await judge(refusing)).toMatchObject({ verdict: 'not-trusted', reason: { code: reason } });
  });
});

describe('a trust that cannot mean anything is refused', () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ['no options', undefined],
    ['no keys', { keys: [] }],
    [
      'one key twice, under two names (CVE-2020-15163)',
      {
        keys: [
          { ...key, name: 'a' },
          { ...key, name: 'b' },
        ],
      },
    ],
    ['threshold 0', { keys: [key], threshold: 0 }],
    ['threshold −1', { keys: [key], threshold: -1 }],
    ['threshold 1.5', { keys: [key], threshold: 1.5 }],
    ['a threshold that nobody can reach', { keys: [key], threshold: 2 }],
    ['an unknown option', { keys: [key], treshold: 1 }],
    ['an unknown option of a key', { keys: [{ ...key, validTill: 1 }] }],
    ['an unknown compatibility', { keys: [key], compatibility: { acceptAny: true } }],
    ['a compatibility that is no boolean', { keys: [key], compatibility: { ieeeP1363: 'no' } }],
    ['a key that ends before it begins', { keys: [{ ...key, validFrom: 2, validUntil: 1 }] }],
    ['a time that is none', { keys: [{ ...key, validFrom: Number.NaN }] }],
    ['a predicate type that is none', { keys: [key], predicateTypes: ['provenance'] }],
    ['timestamps of nobody', { keys: [key], timestamps: { anchors: [] } }],
    ['annotations that are no texts', { keys: [key], annotations: { a: 1 } }],
    ['require that nobody knows', { keys: [key], require: 'all' }],
    ['a hash where there is no choice', { keys: [{ ...key, hash: 'sha512' }] }],
    ['a private key', { keys: [{ publicKey: p256.privateKey.export({ format: 'pem', type: 'pkcs8' }) }] }],
  ];
  it.each(bad)('%s', (_, options) => {
    expect(() => cosignTrust(options as CosignTrustOptions)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^ERR_(INVALID_ARGUMENT|ALGORITHM_UNSUPPORTED|MALFORMED)$/) }),
    );
  });

  it('so is one that cosignTrust did not make, and an unknown option of a call', async () => {
    const w = world();
    const forged = { kind: 'cosign' } as const;
    await expect(evaluateCosignImage(w.repository, w.subject, forged)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const unknown = { treshold: 1 } as object;
    for (const evaluate of [evaluateCosignImage, evaluateCosignAttestations])
      await expect(evaluate(w.repository, w.subject, trustIn(p256), unknown)).rejects.toMatchObject({
        code: 'ERR_INVALID_ARGUMENT',
      });
  });

  it('attestations cannot be judged without their types (GHSA-w6c6-c85g-mmv6)', async () => {
    const w = world();
    await expect(evaluateCosignAttestations(w.repository, w.subject, cosignTrust({ keys: [key] }))).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });

  it('keys may be PEM as text or bytes, or DER', () => {
    const pem = `-----BEGIN PUBLIC KEY-----\n${base64Text(p256.spki)}\n-----END PUBLIC KEY-----\n`;
    for (const publicKey of [pem, new TextEncoder().encode(pem), p256.spki])
      expect(cosignTrust({ keys: [{ publicKey }] })).toEqual({ kind: 'cosign' });
    expect(legacyTag(`sha256:${'ab'.repeat(32)}`, 'att')).toBe(`sha256-${'ab'.repeat(32)}.att`);
  });
});
