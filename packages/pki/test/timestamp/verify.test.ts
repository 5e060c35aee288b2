import { concatBytes, derWrap, hashBytes, SignError } from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { type Certificate, extendedKeyUsages, type TimestampReason, verifyTimestampToken } from '../../src/index.js';
import { basicConstraints, commonName, extendedKeyUsage, hex, keyUsage, oid, seq } from '../craft.js';
import { testKey } from '../issue.js';
import {
  ascii,
  attribute,
  attributeTypes,
  authority,
  caExtensions,
  dataType,
  genTime,
  hashId,
  issuerSerial,
  leafExtensions,
  message,
  none,
  octets,
  type SignerCraft,
  sha1,
  sha384,
  sha512,
  signerInfo,
  signingCertificateV2,
  type TokenCraft,
  token,
  tstInfo,
} from './craft-token.js';

const tsa = authority();
const anchors = [tsa.root];

const verify = (der: Uint8Array, options: Partial<Parameters<typeof verifyTimestampToken>[1]> = {}) =>
  verifyTimestampToken(der, { message, anchors, ...options });

async function reasonOf(work: Promise<unknown>): Promise<{ code: string; reason: unknown; rule?: unknown }> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!SignError.is(error)) throw error ?? new Error('accepted');
  const { reason, rule } = error.details;
  return { code: error.code, reason, ...(rule !== undefined && { rule }) };
}

const refused = async (work: Promise<unknown>, code: string, reason: TimestampReason, rule?: string) =>
  expect(await reasonOf(work)).toEqual({ code, reason, ...(rule && { rule }) });

describe('a good token', () => {
  it('says when, by whom, and how exactly', async () => {
    const { chain, ...rest } = await verify(token(tsa));
    expect(rest).toEqual({
      genTime,
      accuracyMs: 0,
      policy: '1.2.3.4',
      serial: '07d0',
      hash: 'sha256',
      imprint: hashBytes('sha256', message),
    });
    expect(chain.map((one) => one.thumbprint)).toEqual([tsa.leaf, tsa.intermediate, tsa.root].map((one) => one.thumbprint));
    expect(chain[2]).toBe(tsa.root);
  });

  it.each([
    ['sha384', sha384],
    ['sha512', sha512],
  ] as const)('may have an imprint of %s, whatever signed it', async (hash, imprintHash) => {
    const info = tstInfo({ imprintHash, imprint: hashBytes(hash, message) });
    expect((await verify(token(tsa, { info }))).hash).toBe(hash);
  });

  it('verifies with the root in it, certificates of strangers in it, and its certificates in any order', async () => {
    const stranger = authority({ name: 'stranger' });
    const bag = [stranger.leaf, stranger.root, tsa.root, tsa.intermediate, tsa.leaf].map(({ der }) => der);
    expect((await verify(token(tsa, { bag }))).chain).toHaveLength(3);
  });

  it('verifies when its signed attributes stand in another order than they were signed in', async () => {
    expect((await verify(token(tsa, { unsorted: true }))).genTime).toBe(genTime);
  });

  it('verifies without issuerSerial, with one of a SHA-512 hash, and with a hash of SHA-256 that is written out', async () => {
    for (const signingCertificate of [
      signingCertificateV2(tsa.leaf, { issuer: none }),
      signingCertificateV2(tsa.leaf, { hash: hashId(sha512), digest: hashBytes('sha512', tsa.leaf.der) }),
      signingCertificateV2(tsa.leaf, { hash: hashId('2.16.840.1.101.3.4.2.1', none) }),
    ])
      expect((await verify(token(tsa, { signingCertificate }))).genTime).toBe(genTime);
  });

  it.each([
    ['rsa-pkcs1-sha384', undefined],
    ['rsa-pss-sha256', undefined],
    // RSA without a hash, as most authorities write it: then the digest algorithm decides.
    ['rsa-pkcs1-sha256', hex('300d06092a864886f70d0101010500')],
  ] as const)('may be signed with %s', async (algorithm, identifier) => {
    const rsa = authority({ key: testKey('rsa-2048', 'tsa') });
    expect((await verify(token(rsa, { algorithm, ...(identifier && { identifier }) }))).genTime).toBe(genTime);
  });

  it('may hold a signing time inside the validity of its chain', async () => {
    const more = [attribute(attributeTypes.signingTime, derWrap(0x17, ascii('270601120000Z')))];
    expect((await verify(token(tsa, { more }))).genTime).toBe(genTime);
  });

  it('verifies when one signer of several is good', async () => {
    const info = tstInfo();
    const bad = signerInfo(tsa, info, { signature: () => new Uint8Array(70) });
    for (const signers of [
      [bad, signerInfo(tsa, info)],
      [signerInfo(tsa, info), bad],
    ])
      expect((await verify(token(tsa, { signers }))).genTime).toBe(genTime);
  });

  it('verifies with a self-signed authority that is itself trusted', async () => {
    const alone = authority({
      leaf: { subject: commonName('alone'), issuer: commonName('alone'), signer: testKey('ec-p256', 'tsa') },
    });
    const { chain } = await verify(token(alone, { bag: [alone.leaf.der] }), { anchors: [alone.leaf] });
    expect(chain).toHaveLength(1);
    await refused(verify(token(alone, { bag: [alone.leaf.der] })), 'ERR_NOT_TRUSTED', 'chain-not-trusted');
  });
});

describe('accuracy', () => {
  const accuracyOf = async (options: Parameters<typeof tstInfo>[0]) =>
    (await verify(token(tsa, { info: tstInfo(options) }))).accuracyMs;
  const baseline = '0.4.0.2023.1.1';
  const zero = seq(hex('020100'));

  it('is seconds, milliseconds and microseconds together, microseconds rounded up', async () => {
    expect(await accuracyOf({ accuracy: seq(hex('020102'), hex('800201f4'), hex('810101')) })).toBe(2501);
    expect(await accuracyOf({ accuracy: seq(hex('80010a')) })).toBe(10);
  });

  it('is one second under the baseline policy when none, or zero, is given', async () => {
    expect(await accuracyOf({ policy: baseline })).toBe(1000);
    expect(await accuracyOf({ policy: baseline, accuracy: zero })).toBe(1000);
    expect(await accuracyOf({ policy: baseline, accuracy: seq(hex('020102')) })).toBe(2000);
    expect(await accuracyOf({ accuracy: zero })).toBe(0);
  });

  it('grows by what milliseconds cannot hold of the time', async () => {
    const info = tstInfo({ genTime: derWrap(0x18, ascii('20270601120000.1234Z')) });
    const { genTime: at, accuracyMs } = await verify(token(tsa, { info }));
    expect({ at, accuracyMs }).toEqual({ at: genTime + 123, accuracyMs: 1 });
  });
});

describe('bytes that are no token (§9.2 step 1)', () => {
  it.each<[string, TokenCraft, string, TimestampReason]>([
    ['another content than SignedData', { outerType: dataType }, 'ERR_MALFORMED', 'not-signed-data'],
    ['SignedData of version 1', { dataVersion: hex('020101') }, 'ERR_MALFORMED', 'signed-data-version'],
    ['SignedData of version 5', { dataVersion: hex('020105') }, 'ERR_MALFORMED', 'signed-data-version'],
    ['content that is no TSTInfo', { eContentType: dataType }, 'ERR_MALFORMED', 'content-type'],
    ['a certificate that is none', { bag: [seq(hex('0500'))] }, 'ERR_MALFORMED', 'certificate-malformed'],
    ['an attribute certificate', { bag: [derWrap(0xa2, none)] }, 'ERR_MALFORMED', 'certificate-malformed'],
    ['TSTInfo of version 2', { info: tstInfo({ version: hex('020102') }) }, 'ERR_MALFORMED', 'tst-info-version'],
    ['TSTInfo that is none', { info: seq(hex('020101')) }, 'ERR_MALFORMED', 'token-malformed'],
    [
      'an imprint of SHA-1',
      { info: tstInfo({ imprintHash: sha1, imprint: new Uint8Array(20) }) },
      'ERR_ALGORITHM_UNSUPPORTED',
      'imprint-hash',
    ],
    ['an imprint of the wrong length', { info: tstInfo({ imprint: new Uint8Array(20) }) }, 'ERR_MALFORMED', 'token-malformed'],
    ['a negative accuracy', { info: tstInfo({ accuracy: seq(hex('0201ff')) }) }, 'ERR_MALFORMED', 'token-malformed'],
    [
      'an accuracy of 1000 milliseconds',
      { info: tstInfo({ accuracy: seq(hex('800203e8')) }) },
      'ERR_MALFORMED',
      'token-malformed',
    ],
    [
      'a critical extension',
      { info: tstInfo({ rest: derWrap(0xa1, seq(oid('1.2.3'), hex('0101ff'), octets(none))) }) },
      'ERR_MALFORMED',
      'critical-extension',
    ],
  ])('%s is refused', (_, options, code, reason) => refused(verify(token(tsa, options)), code, reason));

  it.each([
    ['local time', 0x18, '20270601120000+0100'],
    ['no zone', 0x18, '20270601120000'],
    ['no seconds', 0x18, '202706011200Z'],
    ['an empty fraction', 0x18, '20270601120000.Z'],
    ['a date that does not exist', 0x18, '20270231120000Z'],
    ['an hour that does not exist', 0x18, '20270601240000Z'],
    ['a leap second', 0x18, '20261231235960Z'],
    ['UTCTime', 0x17, '270601120000Z'],
  ])('a genTime with %s is refused', (_, tag, text) =>
    refused(verify(token(tsa, { info: tstInfo({ genTime: derWrap(tag, ascii(text)) }) })), 'ERR_MALFORMED', 'gen-time'),
  );

  it('ordering, nonce, name and extensions that are not critical change nothing', async () => {
    const extension = derWrap(0xa1, seq(oid('1.2.3'), octets(none)));
    const rest = concatBytes(hex('0101ff'), hex('020105'), derWrap(0xa0, derWrap(0xa4, commonName('TSA'))), extension);
    expect((await verify(token(tsa, { info: tstInfo({ rest }) }))).genTime).toBe(genTime);
    expect((await verify(token(tsa, { info: tstInfo({ rest: hex('010100') }) }))).genTime).toBe(genTime);
  });

  it('more than 1 MiB, bytes behind the token, and a whole reply are refused', async () => {
    await refused(verify(new Uint8Array(1024 * 1024 + 1)), 'ERR_LIMIT', 'token-too-large');
    await refused(verify(concatBytes(token(tsa), hex('0500'))), 'ERR_MALFORMED', 'token-not-der');
    await refused(verify(seq(seq(hex('020100')), token(tsa))), 'ERR_MALFORMED', 'token-malformed');
    await refused(verify(none), 'ERR_MALFORMED', 'token-not-der');
  });

  it('too many certificates or signers are a limit, not a search', async () => {
    const bag = Array.from({ length: 33 }, () => tsa.leaf.der);
    await refused(verify(token(tsa, { bag })), 'ERR_LIMIT', 'token-limit');
    const info = tstInfo();
    const signers = Array.from({ length: 9 }, () => signerInfo(tsa, info));
    await refused(verify(token(tsa, { info, signers })), 'ERR_LIMIT', 'token-limit');
  });
});

describe('who signed (§9.2 steps 2 to 4)', () => {
  const other = authority({ name: 'other' });
  const signingTime = (text: string) => [attribute(attributeTypes.signingTime, derWrap(0x17, ascii(text)))];

  it.each<[string, TokenCraft, string, TimestampReason]>([
    ['no signer', { signers: [] }, 'ERR_MALFORMED', 'signer-missing'],
    ['a SignerInfo of version 3', { version: hex('020103') }, 'ERR_MALFORMED', 'signer-version'],
    ['a key identifier as signer', { sid: derWrap(0x80, new Uint8Array(20)) }, 'ERR_MALFORMED', 'signer-version'],
    ['no signed attributes', { attributes: undefined }, 'ERR_MALFORMED', 'signed-attributes-missing'],
    ['an empty set of signed attributes', { attributes: [] }, 'ERR_MALFORMED', 'signed-attributes-missing'],
    ['no SigningCertificateV2', { signingCertificate: none }, 'ERR_MALFORMED', 'signing-certificate-missing'],
    [
      'SigningCertificate of version 1 alone',
      {
        signingCertificate: attribute(
          attributeTypes.signingCertificate,
          seq(seq(seq(octets(new Uint8Array(20)), issuerSerial(tsa.leaf)))),
        ),
      },
      'ERR_MALFORMED',
      'signing-certificate-missing',
    ],
    [
      'SigningCertificateV2 without any',
      { signingCertificate: attribute(attributeTypes.signingCertificateV2, seq(seq())) },
      'ERR_MALFORMED',
      'token-malformed',
    ],
    [
      'two values of SigningCertificateV2',
      { signingCertificate: seq(oid(attributeTypes.signingCertificateV2), derWrap(0x31, concatBytes(seq(seq()), seq(seq())))) },
      'ERR_MALFORMED',
      'token-malformed',
    ],
    ['two attributes of one kind', { more: [signingCertificateV2(tsa.intermediate)] }, 'ERR_MALFORMED', 'token-malformed'],
    [
      'a hash of SHA-1 in it',
      { signingCertificate: signingCertificateV2(tsa.leaf, { hash: hashId(sha1), digest: new Uint8Array(20) }) },
      'ERR_ALGORITHM_UNSUPPORTED',
      'signing-certificate-hash',
    ],
    [
      'the hash of another certificate',
      { signingCertificate: signingCertificateV2(tsa.leaf, { digest: new Uint8Array(32) }) },
      'ERR_NOT_TRUSTED',
      'signing-certificate-mismatch',
    ],
    [
      'another issuer in it',
      { signingCertificate: signingCertificateV2(tsa.leaf, { issuer: issuerSerial(other.leaf) }) },
      'ERR_NOT_TRUSTED',
      'signing-certificate-mismatch',
    ],
    [
      'another serial number in it',
      { signingCertificate: signingCertificateV2(tsa.leaf, { issuer: issuerSerial(tsa.intermediate) }) },
      'ERR_NOT_TRUSTED',
      'signing-certificate-mismatch',
    ],
    [
      'an issuer that is no directory name',
      {
        signingCertificate: signingCertificateV2(tsa.leaf, {
          issuer: seq(seq(derWrap(0xa5, tsa.leaf.issuerDer)), hex('020103')),
        }),
      },
      'ERR_MALFORMED',
      'token-malformed',
    ],
    [
      'a signer identifier of another',
      { sid: seq(other.leaf.issuerDer, hex('020103')) },
      'ERR_NOT_TRUSTED',
      'signing-certificate-mismatch',
    ],
    ['no certificates', { bag: [] }, 'ERR_NOT_TRUSTED', 'signing-certificate-absent'],
    [
      'certificates without the one that signed',
      { bag: [tsa.intermediate.der] },
      'ERR_NOT_TRUSTED',
      'signing-certificate-absent',
    ],
    // steps 6 to 8
    ['a signature by another key', { key: testKey('ec-p256', 'somebody') }, 'ERR_SIGNATURE_MISMATCH', 'signature-mismatch'],
    [
      'a signature over the content alone',
      { signature: () => hex('3006020101020101') },
      'ERR_SIGNATURE_MISMATCH',
      'signature-mismatch',
    ],
    ['ECDSA with SHA-1', { identifier: hex('300906072a8648ce3d0401') }, 'ERR_ALGORITHM_UNSUPPORTED', 'signature-algorithm'],
    ['Ed25519', { identifier: hex('300506032b6570') }, 'ERR_ALGORITHM_UNSUPPORTED', 'signature-algorithm'],
    ['a digest of SHA-1', { digest: sha1 }, 'ERR_ALGORITHM_UNSUPPORTED', 'signature-algorithm'],
    [
      'an algorithm that its key is not for',
      { identifier: hex('300d06092a864886f70d0101010500') },
      'ERR_SIGNATURE_MISMATCH',
      'signature-mismatch',
    ],
    ['no content-type', { contentType: none }, 'ERR_MALFORMED', 'signed-content-type'],
    [
      'another content-type',
      { contentType: attribute(attributeTypes.contentType, oid(dataType)) },
      'ERR_MALFORMED',
      'signed-content-type',
    ],
    ['no message-digest', { messageDigest: none }, 'ERR_DIGEST_MISMATCH', 'message-digest'],
    [
      'another message-digest',
      { messageDigest: attribute(attributeTypes.messageDigest, octets(new Uint8Array(32))) },
      'ERR_DIGEST_MISMATCH',
      'message-digest',
    ],
    ['a digest of another hash than is said', { digest: sha384 }, 'ERR_DIGEST_MISMATCH', 'message-digest'],
    ['a signing time before its chain', { more: signingTime('251231235959Z') }, 'ERR_CHAIN_INVALID', 'signing-time'],
    ['a signing time after its chain', { more: signingTime('360101000001Z') }, 'ERR_CHAIN_INVALID', 'signing-time'],
    ['a signing time that is none', { more: signingTime('nonsense') }, 'ERR_MALFORMED', 'token-malformed'],
    ['the imprint of other bytes', { info: tstInfo({ imprint: new Uint8Array(32) }) }, 'ERR_DIGEST_MISMATCH', 'imprint-mismatch'],
  ])('%s is refused', (_, options: TokenCraft & SignerCraft, code, reason) => refused(verify(token(tsa, options)), code, reason));

  it('a token is good for the bytes that it is about and no others', async () => {
    await refused(verify(token(tsa), { message: ascii('other') }), 'ERR_DIGEST_MISMATCH', 'imprint-mismatch');
  });
});

describe('the chain of the authority (§9.2 step 5, §8)', () => {
  const { timeStamping, codeSigning, any } = extendedKeyUsages;
  const late = seq(derWrap(0x17, ascii('280101000000Z')), derWrap(0x17, ascii('360101000000Z')));
  const early = seq(derWrap(0x17, ascii('260101000000Z')), derWrap(0x17, ascii('270101000000Z')));

  it.each<[string, Parameters<typeof authority>[0], string]>([
    [
      'an extended key usage that is not critical',
      { leaf: { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([timeStamping])] } },
      'leaf-extended-key-usage-not-critical',
    ],
    ['no extended key usage', { leaf: { extensions: [keyUsage(['digitalSignature'])] } }, 'leaf-extended-key-usage-missing'],
    [
      'a second extended key usage',
      { leaf: { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([timeStamping, codeSigning], true)] } },
      'leaf-extended-key-usage-forbidden',
    ],
    [
      'an unknown extended key usage beside',
      { leaf: { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([timeStamping, '1.2.3'], true)] } },
      'leaf-extended-key-usage-forbidden',
    ],
    [
      'code signing instead',
      { leaf: { extensions: [keyUsage(['digitalSignature']), extendedKeyUsage([codeSigning], true)] } },
      'leaf-extended-key-usage-forbidden',
    ],
    ['no key usage', { leaf: { extensions: [extendedKeyUsage([timeStamping], true)] } }, 'key-usage-missing'],
    ['a leaf that is a CA', { leaf: { extensions: [...caExtensions, extendedKeyUsage([timeStamping], true)] } }, 'leaf-is-ca'],
    [
      'a critical extension that nobody knows',
      { leaf: { extensions: [...leafExtensions, { id: '1.2.3', critical: true, value: none }] } },
      'unknown-critical-extension',
    ],
    ['a leaf that was not valid yet', { leaf: { validity: late } }, 'not-valid-at-signing-time'],
    ['an intermediate that had expired', { intermediate: { validity: early } }, 'not-valid-at-signing-time'],
    ['a root that was not valid yet', { root: { validity: late } }, 'not-valid-at-signing-time'],
    ['an intermediate without key usage', { intermediate: { extensions: [basicConstraints(true)] } }, 'key-usage-missing'],
    [
      'a root that allows no intermediate',
      { root: { extensions: [basicConstraints(true, 0), keyUsage(['keyCertSign'])] } },
      'ca-path-length',
    ],
  ])('%s is refused', async (_, options, rule) => {
    const bad = authority(options);
    await refused(verify(token(bad), { anchors: [bad.root] }), 'ERR_CHAIN_INVALID', 'chain-rule', rule);
  });

  it('key usages may be non-critical, unlike those of code signing', async () => {
    const lax = authority({
      leaf: { extensions: [keyUsage(['digitalSignature'], false), extendedKeyUsage([timeStamping], true)] },
    });
    expect((await verify(token(lax), { anchors: [lax.root] })).genTime).toBe(genTime);
  });

  it.each([
    ['may only sign code', 'intermediate', [codeSigning], false],
    ['may do timestamping', 'intermediate', [codeSigning, timeStamping], true],
    ['may do anything', 'intermediate', [any], true],
    ['may only sign code', 'root', [codeSigning], false],
  ] as const)('a CA that %s (%s) is asked about it', async (_, who, usages, good) => {
    const nested = authority({ [who]: { extensions: [...caExtensions, extendedKeyUsage(usages)] } });
    const work = verify(token(nested), { anchors: [nested.root] });
    if (good) expect((await work).genTime).toBe(genTime);
    else await refused(work, 'ERR_CHAIN_INVALID', 'chain-key-purpose');
  });

  it('without an anchor, with the anchor of somebody else, or without the intermediate nobody is trusted', async () => {
    const stranger = authority({ root: { key: testKey('ec-p256', 'stranger'), subject: commonName('TSA root') } });
    await refused(verify(token(tsa), { anchors: [] }), 'ERR_NOT_TRUSTED', 'chain-not-trusted');
    await refused(verify(token(tsa), { anchors: [stranger.root] }), 'ERR_NOT_TRUSTED', 'chain-not-trusted');
    await refused(verify(token(tsa, { bag: [tsa.leaf.der] })), 'ERR_NOT_TRUSTED', 'chain-not-trusted');
    // The token's own root is nobody's anchor.
    await refused(
      verify(token(tsa, { bag: [tsa.leaf, tsa.intermediate, tsa.root].map(({ der }) => der) }), { anchors: [] }),
      'ERR_NOT_TRUSTED',
      'chain-not-trusted',
    );
  });

  it('an intermediate that is given as anchor is no root', async () => {
    await refused(verify(token(tsa), { anchors: [tsa.intermediate] }), 'ERR_CHAIN_INVALID', 'chain-rule', 'root-not-self-signed');
  });

  it('the time asked for counts, and without one the time of the token', async () => {
    const expired = Date.UTC(2036, 0, 1, 0, 0, 1);
    expect((await verify(token(tsa), { at: expired - 1000 })).genTime).toBe(genTime);
    await refused(verify(token(tsa), { at: expired }), 'ERR_CHAIN_INVALID', 'chain-rule', 'not-valid-at-signing-time');
  });

  it('a good path is found beside bad ones', async () => {
    const old = authority({ intermediate: { validity: early } });
    const bag = [old.intermediate.der, tsa.leaf.der, tsa.intermediate.der];
    expect((await verify(token(tsa, { bag }))).chain[1]?.thumbprint).toBe(tsa.intermediate.thumbprint);
  });

  it('certificates that vouch for each other in circles end in a limit', async () => {
    const keys = testKey('ec-p256', 'tsa');
    const circle: Certificate[] = Array.from(
      { length: 24 },
      (_, i) =>
        authority({
          leaf: {
            subject: commonName('loop'),
            issuer: commonName('loop'),
            key: keys,
            signer: keys,
            serial: hex(`0201${(i + 1).toString(16).padStart(2, '0')}`),
            extensions: caExtensions,
          },
        }).leaf,
    );
    const leaf = authority({ leaf: { issuer: commonName('loop'), signer: keys } });
    const bag = [leaf.leaf, ...circle].map(({ der }) => der);
    await refused(verify(token(leaf, { bag })), 'ERR_LIMIT', 'chain-limit');
  });
});

it('options that do not exist, and values that cannot be, are refused', async () => {
  const invalid = expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' });
  await expect(verify(token(tsa), { anchor: [] } as object)).rejects.toEqual(invalid);
  await expect(verify(token(tsa), { at: Number.NaN })).rejects.toEqual(invalid);
  await expect(verifyTimestampToken(token(tsa), { message, anchors: 'x' } as never)).rejects.toEqual(invalid);
});
