import { equalBytes, publicKeyFromSpki, utf8Bytes } from '@securosys/core';
import { bundleFromJSON, isBundleWithDsseEnvelope } from '@sigstore/bundle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import {
  type CosignBlobSignature,
  cosignTrust,
  evaluateCosignBlob,
  evaluateCosignBlobAttestation,
  preAuthEncoding,
  readBundle,
  readCosignPublicKey,
  readStatement,
  typedPredicate,
  verifyStoredSignature,
  writeBundle,
} from '../../src/index.js';
import { bundleJson, digest, inToto, jsonBytes, p256, signedImage, signStatement, subject } from '../signing/artifacts.js';
import {
  recordedAttestationBundles,
  recordedBlob,
  recordedBlobBundles,
  recordedCustom,
  recordedKey,
  recordedVulnerabilities,
} from './recorded.js';

const bytes = fc.uint8Array({ minLength: 1, maxLength: 600 });
const hint = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Comparing bytes one by one is slow. */
const few = { numRuns: 40 };

describe('a bundle', () => {
  it('with a statement is read back as what was written', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        bytes,
        hint,
        fc.option(bytes, { nil: undefined }),
        (payload, signature, keyHint, timestamp) => {
          const read = readBundle(writeBundle({ payload, signature, keyHint, ...(timestamp && { timestamp }) }));
          expect(read).toEqual({
            mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
            content: { kind: 'dsse', envelope: { payload, signature, keyid: '' } },
            key: { kind: 'public-key', hint: Buffer.from(keyHint).toString('base64') },
            timestamps: timestamp ? [timestamp] : [],
            logEntries: 0,
          });
        },
      ),
      few,
    );
  });

  it.each(['sha256', 'sha384', 'sha512'] as const)('of a blob by %s is read back as what was written', (algorithm) => {
    const blob: CosignBlobSignature = {
      kind: 'blob',
      subject,
      signature: Uint8Array.of(1),
      messageDigest: { algorithm, digest: new Uint8Array(Number(algorithm.slice(3)) / 8).fill(7) },
      keyHint: new Uint8Array(32),
    };
    const { content } = readBundle(writeBundle(blob));
    expect(content).toEqual({
      kind: 'message',
      digest: { algorithm, bytes: blob.messageDigest.digest },
      signature: blob.signature,
    });
  });

  it("is one to the field's own library too, with what was signed in it", () => {
    const { bundle } = signedImage();
    const theirs = bundleFromJSON(JSON.parse(Buffer.from(writeBundle(bundle as never)).toString()));
    if (!isBundleWithDsseEnvelope(theirs)) throw new Error('no envelope');
    const { payload, signatures } = theirs.content.dsseEnvelope;
    expect(equalBytes(payload, bundle?.payload as Uint8Array)).toBe(true);
    expect(signatures.map(({ keyid }) => keyid)).toEqual(['']);
  });
});

describe('a bundle of a real program', () => {
  const { spki } = readCosignPublicKey(recordedKey);
  const trust = cosignTrust({ keys: [{ publicKey: spki }], predicateTypes: ['cyclonedx'] });

  it.each(Object.entries(recordedBlobBundles))('cosign %s: the blob is signed, and no other', async (_, recorded) => {
    const bundle = utf8Bytes(recorded);
    expect((await evaluateCosignBlob(utf8Bytes(recordedBlob), { bundle }, trust)).verdict).toBe('trusted');
    expect((await evaluateCosignBlob(utf8Bytes('another'), { bundle }, trust)).verdict).toBe('not-trusted');
  });

  it.each(Object.entries(recordedAttestationBundles))('cosign %s: the statement is about the blob', async (_, recorded) => {
    const bundle = utf8Bytes(recorded);
    const report = await evaluateCosignBlobAttestation(utf8Bytes(recordedBlob), { bundle }, trust);
    expect(report.verdict === 'trusted' && report.statements[0]?.statement.predicate).toMatchObject({ bomFormat: 'CycloneDX' });
    expect((await evaluateCosignBlobAttestation({ digest }, { bundle }, trust)).verdict).toBe('not-trusted');
  });

  it('by cosign 3.1.1 has a predicate of its type', () => {
    const types = [recordedVulnerabilities, recordedCustom, recordedAttestationBundles['3.1.1']].map((recorded) => {
      const { content } = readBundle(utf8Bytes(recorded));
      if (content.kind !== 'dsse') throw new Error('no statement');
      const { payload, signature } = content.envelope;
      const message = preAuthEncoding(inToto, payload);
      expect(verifyStoredSignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, signature)).toBe(true);
      return typedPredicate(readStatement(payload)).type;
    });
    expect(types).toEqual(['vuln', 'custom', 'cyclonedx']);
  });
});

describe('what is no bundle', () => {
  const good = () => bundleJson(signStatement('{}', p256));
  const message = { messageDigest: { algorithm: 'SHA2_256', digest: `${'A'.repeat(43)}=` }, signature: 'AAEC' };
  const blob = () => {
    const { dsseEnvelope: _, ...rest } = good();
    return { ...rest, messageSignature: message };
  };
  const material = (value: unknown) => ({ ...good(), verificationMaterial: value });
  const text = (value: unknown) => JSON.stringify(value);

  it.each<[string, unknown]>([
    ['an envelope and a message signature', { ...good(), messageSignature: message }],
    ['neither', { mediaType: good().mediaType, verificationMaterial: good().verificationMaterial }],
    ['two signatures', { ...good(), dsseEnvelope: { ...good().dsseEnvelope, signatures: [{ sig: 'AAEC' }, { sig: 'AAEC' }] } }],
    ['an unknown member', { ...good(), extra: 1 }],
    ['an unknown member inside', material({ publicKey: {}, extra: 1 })],
    ['an unknown member of the envelope', { ...good(), dsseEnvelope: { ...good().dsseEnvelope, extra: 1 } }],
    ['names in snake case', { media_type: good().mediaType, ...good() }],
    ['a member twice', `{"mediaType":"x",${text(good()).slice(1)}`],
    ['a member twice inside', text(good()).replace('"publicKey":', '"publicKey":{},"publicKey":')],
    ['bytes behind it', `${text(good())} {}`],
    ['a byte-order mark before it', `\ufeff${text(good())}`],
    ['another version', { ...good(), mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }],
    ['an old version', { ...good(), mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }],
    ['no version', { ...good(), mediaType: undefined }],
    ['no key', material({})],
    ['no verification material', material(undefined)],
    ['a key and a certificate', material({ publicKey: {}, certificate: { rawBytes: 'AAEC' } })],
    ['a chain', material({ x509CertificateChain: { certificates: [] } })],
    ['a hint that is no text', material({ publicKey: { hint: 1 } })],
    [
      'a timestamp that is no base64',
      material({ publicKey: {}, timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: '!' }] } }),
    ],
    ['a log entry that is none', material({ publicKey: {}, tlogEntries: [1] })],
    ['no message digest', { ...blob(), messageSignature: { signature: 'AAEC' } }],
    ['an empty message digest', { ...blob(), messageSignature: { messageDigest: {}, signature: 'AAEC' } }],
    [
      'a digest of another length',
      { ...blob(), messageSignature: { ...message, messageDigest: { algorithm: 'SHA2_256', digest: 'AAEC' } } },
    ],
    [
      'a hash that nobody uses',
      { ...blob(), messageSignature: { ...message, messageDigest: { algorithm: 'MD5', digest: 'AAEC' } } },
    ],
    [
      'the number of a hash',
      { ...blob(), messageSignature: { ...message, messageDigest: { ...message.messageDigest, algorithm: 1 } } },
    ],
    ['a list', [good()]],
    ['null', 'null'],
    ['nothing', ''],
  ])('%s', (_, value) => {
    const refused = thrown(() => readBundle(typeof value === 'string' ? utf8Bytes(value) : jsonBytes(value)));
    expect(refused.code).toBe('ERR_MALFORMED');
    for (const fine of [good(), blob(), material({ publicKey: {} })]) expect(readBundle(jsonBytes(fine)).logEntries).toBe(0);
  });

  it('a bundle over 16 MiB, by its size alone', () => {
    expect(thrown(() => readBundle(new Uint8Array((16 << 20) + 1))).code).toBe('ERR_LIMIT');
  });

  it('one with too many timestamps or log entries', () => {
    const timestamps = Array.from({ length: 17 }, () => ({ signedTimestamp: 'AAEC' }));
    const many = material({ publicKey: {}, timestampVerificationData: { rfc3161Timestamps: timestamps } });
    expect(thrown(() => readBundle(jsonBytes(many))).code).toBe('ERR_LIMIT');
    const entries = material({ publicKey: {}, tlogEntries: Array.from({ length: 33 }, () => ({})) });
    expect(thrown(() => readBundle(jsonBytes(entries))).code).toBe('ERR_LIMIT');
  });

  it('but one of a certificate is a bundle, of a kind that is said', () => {
    const { key } = readBundle(jsonBytes(material({ certificate: { rawBytes: 'AAEC' } })));
    expect(key).toEqual({ kind: 'certificate', certificate: Uint8Array.of(0, 1, 2) });
  });
});
