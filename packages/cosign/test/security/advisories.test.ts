import { base64Text, utf8Bytes } from '@securosys/core';
import {
  type CosignReport,
  type CosignTrustKey,
  cosignTrust,
  evaluateCosignBlobAttestation,
  evaluateCosignBundle,
  readBundle,
  readCosignPublicKey,
  readStatement,
  writeImageStatement,
} from '@securosys/cosign';
import { describe, expect, it, vi } from 'vitest';
import { rootCertificate } from '../../../notation-envelope/test/helpers/certificates.js';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { layerAnnotations } from '../../src/constants.js';
import { judgePayload } from '../../src/verify/judge-payload.js';
import { judge as judgeOne } from '../../src/verify/judging.js';
import { rulesOf } from '../../src/verify/trust.js';
import {
  bundleJson,
  digest,
  envelopeJson,
  inToto,
  jsonBytes,
  p256,
  signedImage,
  signStatement,
  trustIn,
} from '../signing/artifacts.js';
import { testKey } from '../signing/keys.js';

/** Mistakes of others (threat model §5) that this package must not repeat; one test per advisory. */
const stranger = testKey('ec-p256', 'stranger');
const reviewed = 'https://example.com/reviewed/v1';
const image = new TextDecoder().decode(writeImageStatement(digest));
const verdictOf = (report: CosignReport) =>
  report.verdict === 'trusted' ? 'trusted' : report.signatures.map((one) => one.status === 'refused' && one.reason.code).join();
const judge = async (bundle: unknown, trust = trustIn(p256)) =>
  verdictOf(await evaluateCosignBundle(jsonBytes(bundle), { digest }, trust));

/** As a log would have written it about another signature; nothing in it is true of ours. */
const logEntry = {
  logIndex: '1',
  logId: { keyId: base64Text(new Uint8Array(32)) },
  kindVersion: { kind: 'dsse', version: '0.0.1' },
  integratedTime: '1700000000',
  inclusionPromise: { signedEntryTimestamp: base64Text(utf8Bytes('promise')) },
  inclusionProof: { logIndex: '1', rootHash: '', treeSize: '2', hashes: [], checkpoint: { envelope: 'x' } },
  canonicalizedBody: base64Text(utf8Bytes('{"spec":{}}')),
};

describe('evidence of a transparency log', () => {
  const logged = (key: typeof p256) => {
    const bundle = bundleJson(signStatement(image, key));
    bundle.verificationMaterial.tlogEntries = [logEntry];
    return bundle;
  };

  it('CVE-2022-23649, CVE-2022-36056, CVE-2026-22703: an entry that is not bound to signature, key and digest counts for nothing', async () => {
    expect(await judge(logged(p256))).toBe('trusted');
    expect(await judge(logged(stranger))).toBe('no-trusted-key');
    expect(readBundle(jsonBytes(logged(p256))).logEntries).toBe(1);
    const timed = cosignTrust({ keys: [{ publicKey: p256.spki }], timestamps: { anchors: [rootCertificate()], required: true } });
    expect(await judge(logged(p256), timed)).toBe('timestamp-missing');
    const late = cosignTrust({ keys: [{ publicKey: p256.spki, validFrom: 1_600_000_000_000, validUntil: 1_700_000_001_000 }] });
    expect(await judge(logged(p256), late)).toBe('key-not-valid');
  });

  it('CVE-2022-36056: nor does one on the layer of a legacy signature', async () => {
    const set = { SignedEntryTimestamp: logEntry.inclusionPromise.signedEntryTimestamp };
    const payload = { body: logEntry.canonicalizedBody, integratedTime: 1_700_000_000, logIndex: 1, logID: '00' };
    const logEntryAnnotation = { [layerAnnotations.logEntry]: JSON.stringify({ ...set, Payload: payload }) };
    const judged = async (key: typeof p256, options: Partial<CosignTrustKey> = {}) => {
      const { legacy } = signedImage({}, key);
      const signature = base64Text(legacy?.signature as Uint8Array);
      const layer = { annotations: { [layerAnnotations.signature]: signature, ...logEntryAnnotation } };
      const context = { rules: rulesOf(cosignTrust({ keys: [{ publicKey: p256.spki, ...options }] })), now: 1_800_000_000_000 };
      return judgeOne(context, { shape: 'legacy' }, (known) =>
        judgePayload(context, legacy?.payload as Uint8Array, layer, digest, known),
      );
    };
    expect(await judged(p256)).toMatchObject({ status: 'good' });
    expect(await judged(stranger)).toMatchObject({ reason: { code: 'no-trusted-key' } });
    expect(await judged(p256, { validUntil: 1_700_000_001_000 })).toMatchObject({ reason: { code: 'key-not-valid' } });
  });
});

describe('what a good signature is over', () => {
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject: [{ digest: { sha256: 'ab'.repeat(32) } }] };
  const good = { ...statement, predicateType: reviewed, predicate: {} };
  const attested = async (artifact: Parameters<typeof evaluateCosignBlobAttestation>[1]) =>
    verdictOf(await evaluateCosignBlobAttestation({ digest }, artifact, trustIn(p256)));

  it.each([
    ['another type', { ...good, predicateType: 'https://slsa.dev/provenance/v1' }, 'predicate-type'],
    ['the type of image signatures', { ...good, predicateType: 'https://sigstore.dev/cosign/sign/v1' }, 'predicate-type'],
    ['a longer type', { ...good, predicateType: `${reviewed}/x` }, 'predicate-type'],
    ['a type in another case', { ...good, predicateType: reviewed.toUpperCase() }, 'predicate-type'],
    ['no type', { ...statement, predicate: {} }, 'malformed'],
    ['a type that is none', { ...good, predicateType: ['x'] }, 'malformed'],
    ['no predicate', { ...statement, predicateType: reviewed }, 'malformed'],
    ['a text for a predicate', { ...good, predicate: 'x' }, 'malformed'],
    ['no subject', { ...good, subject: [] }, 'malformed'],
    ['garbage', 'garbage', 'malformed'],
    ['nothing', '', 'malformed'],
    ['null', 'null', 'malformed'],
    ['two documents', `${JSON.stringify(good)}${JSON.stringify(good)}`, 'malformed'],
  ])(
    'CVE-2022-35929, CVE-2026-39395: a good signature over %s is refused, in a bundle and in an envelope',
    async (_, what, code) => {
      const signature = signStatement(what);
      expect(await attested({ bundle: jsonBytes(bundleJson(signature)) })).toBe(code);
      expect(await attested({ envelope: jsonBytes(envelopeJson(signature)) })).toBe(code);
      const fine = signStatement(good);
      expect(await attested({ bundle: jsonBytes(bundleJson(fine)) })).toBe('trusted');
      expect(await attested({ envelope: jsonBytes(envelopeJson(fine)) })).toBe('trusted');
    },
  );

  it('CVE-2022-35929, CVE-2026-39395: no attestation is an image signature, and no image signature an attestation', async () => {
    expect(await judge(bundleJson(signStatement(good)))).toBe('predicate-type');
    expect(await attested({ bundle: jsonBytes(bundleJson(signStatement(image))) })).toBe('predicate-type');
    expect(await judge(bundleJson(signStatement(image)))).toBe('trusted');
  });

  it.each(['text/plain', '', 'application/vnd.in-toto+json ', 'application/vnd.in-toto', 'APPLICATION/VND.IN-TOTO+JSON'])(
    'CVE-2022-35929: a good signature over the payload type %j is refused',
    async (payloadType) => {
      const signature = signStatement(good, p256, payloadType);
      const envelope = envelopeJson(signature, payloadType);
      expect(await attested({ envelope: jsonBytes(envelope) })).toBe('malformed');
      expect(await attested({ bundle: jsonBytes({ ...bundleJson(signature), dsseEnvelope: envelope }) })).toBe('malformed');
      expect(await attested({ envelope: jsonBytes({ ...envelope, payloadType: inToto }) })).toBe('no-trusted-key');
    },
  );
});

describe('addresses', () => {
  it('CVE-2026-24117, CVE-2026-22772: what stands in a key or in a document is never asked, and matched whole or not at all', async () => {
    const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('somebody was asked'));
    try {
      const url = 'http://169.254.169.254/cosign.pub';
      expect(thrown(() => readCosignPublicKey(url)).code).toBe('ERR_MALFORMED');
      expect(thrown(() => cosignTrust({ keys: [{ publicKey: url }] })).code).toBe('ERR_MALFORMED');
      const bundle = bundleJson(signStatement(image));
      for (const material of [
        { publicKey: { hint: url } },
        { publicKey: { hint: url, url } },
        { x509CertificateChain: { certificates: [{ url }] } },
      ])
        expect(['trusted', 'malformed']).toContain(await judge({ ...bundle, verificationMaterial: material }));
      const located = {
        _type: 'https://in-toto.io/Statement/v1',
        subject: [{ digest: { sha256: 'ab'.repeat(32) }, uri: url, downloadLocation: url }],
        predicateType: url,
        predicate: { url },
      };
      expect(readStatement(jsonBytes(located)).predicateType).toBe(url);
      const trust = cosignTrust({ keys: [{ publicKey: p256.spki }], predicateTypes: ['https://example.com/reviewed/v.'] });
      const said = signStatement({ ...located, predicateType: reviewed });
      const artifact = { bundle: jsonBytes(bundleJson(said)) };
      expect(verdictOf(await evaluateCosignBlobAttestation({ digest }, artifact, trust))).toBe('predicate-type');
      expect(fetching).not.toHaveBeenCalled();
    } finally {
      fetching.mockRestore();
    }
  });
});
