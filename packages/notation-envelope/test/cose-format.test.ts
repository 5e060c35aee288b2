import { readFileSync } from 'node:fs';
import { hexBytes, hexText, isJsonObject, parseJsonObject, utf8Bytes, utf8Text } from '@securosys/core';
import { evaluateSignature, notationCose, openEnvelope, parseCoseEnvelope } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { coseCodec } from '../src/envelope/cose-codec.js';
import { encodeCoseHeader, parseCoseHeader } from '../src/envelope/cose-header.js';
import { now, testChain, testKey } from './helpers/certificates.js';
import { cose, jws, notarySpecs, signed, signWith, subject, trusting } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const vector = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./vectors/notation/${name}`, import.meta.url)));
const conformance = parseJsonObject(vector('cose_conformance.json'));
const hexOf = (name: string): string => {
  const member = conformance[name];
  return isJsonObject(member) ? String(member.cborHex).toLowerCase() : '';
};

describe.each(notarySpecs)('a COSE signature with %s', (spec) => {
  const signature = signed({
    format: notationCose,
    leafKey: testKey(spec),
    prepare: { expirySeconds: 3600, annotations: { a: '1' } },
  });

  it('is trusted by the verifier', async () => {
    expect(signature.mediaType).toBe(cose);
    expect(await evaluateSignature(signature.envelope, cose, trusting())).toMatchObject({
      verdict: 'trusted',
      signature: { subject: { digest: subject.digest, annotations: { a: '1' } } },
    });
  });

  it('is refused when the signature is of another message', () => {
    const key = { spec, spki: testKey(spec).spki, chain: testChain({ leafKey: testKey(spec) }) };
    const prepared = notationCose.prepare(subject, key, { signingTime: now });
    const other = signWith(testKey(spec), prepared.parts[0]!.algorithm, utf8Bytes('another'));
    expect(thrown(() => prepared.assemble({ signature: other })).code).toBe('ERR_SIGNATURE_MISMATCH');
  });
});

describe('the COSE conformance file of notation-core-go', () => {
  const attributes = {
    algorithm: 'rsa-pss-sha384' as const,
    scheme: 'notary.x509' as const,
    signingTime: (conformance.signingTime as number) * 1000,
    expiry: (conformance.expiry as number) * 1000,
    extended: new Map([
      ['signedKey1', 'signedValue1'],
      ['signedCritKey1', 'signedCritValue1'],
    ]),
    criticalExtended: ['signedCritKey1'],
  };

  it('has the very protected header that we write for its attributes', () => {
    expect(hexText(encodeCoseHeader(attributes))).toBe(hexOf('protectedHeaders'));
  });

  it('is read as what it was made of', () => {
    expect(parseCoseHeader(hexBytes(hexOf('protectedHeaders')))).toMatchObject({ ...attributes, extended: expect.any(Map) });
  });

  it('has the very envelope that we write, but for the certificates, which it does not have', () => {
    const whole = hexBytes(hexOf('expectedOutput'));
    const signingInput = coseCodec.encodeSigningInput({
      protected: hexBytes(hexOf('protectedHeaders')),
      payload: hexBytes(String(conformance.payload).toLowerCase()),
    });
    const parts = { signingInput, signature: whole.subarray(-384), signingAgent: 'NotationConformanceTest/1.0.0' };
    const ours = hexText(coseCodec.encode({ ...parts, certificates: [] }));
    // A map of one member in place of ours of two, of which label 33 with no certificates is the first.
    expect(ours.replace('a2182180', 'a1')).toBe(hexText(whole));
  });
});

describe('COSE envelopes of notation', () => {
  it('cose_signature.sig is of the manifest in its layout, and its header has the bytes of the worked example', () => {
    const bytes = vector('cose_signature.sig');
    const { subject: signedSubject, attributes, chain, mediaType } = openEnvelope(bytes, cose);
    expect(signedSubject).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:19dbd2e48e921426ee8ace4dc892edfb2ecdc1d1a72d5416c83670c30acecef0',
      size: 481,
    });
    expect([attributes.algorithm, chain.length, mediaType]).toEqual(['rsa-pss-sha256', 1, cose]);
    const header = parseCoseEnvelope(bytes).protected;
    expect(header.byteLength).toBe(158);
    expect(hexText(encodeCoseHeader(attributes))).toBe(hexText(header));
  });

  it('is not opened under the media type of the other envelope', () => {
    expect(thrown(() => openEnvelope(vector('cose_signature.sig'), jws)).code).toBe('ERR_MALFORMED');
    expect(thrown(() => openEnvelope(vector('jws_signature.sig'), cose)).details.reason).toBe('malformed');
  });

  it('coseWithTimestamp.sig and jwsWithTimestamp.sig hand out their timestamps', () => {
    for (const [name, mediaType] of [
      ['coseWithTimestamp.sig', cose],
      ['jwsWithTimestamp.sig', jws],
    ] as const)
      expect(openEnvelope(vector(name), mediaType).timestamp?.[0]).toBe(0x30);
  });
});

describe('preparing COSE', () => {
  const key = { spec: 'ec-p256' as const, spki: testKey('ec-p256').spki, chain: testChain() };

  it('signs a Sig_structure in the domain of COSE, with facts from its bytes', () => {
    const [part] = notationCose.prepare(subject, key, { signingTime: now, expirySeconds: 60, annotations: { run: '7' } }).parts;
    expect(part).toMatchObject({ domain: 'cose-sign', algorithm: 'ecdsa-sha256' });
    expect(hexText(part!.input.message).startsWith('846a5369676e617475726531')).toBe(true);
    expect(part!.facts).toEqual(notationCose.explain(part!.input.message));
    expect(part!.facts).toMatchObject({
      format: 'notation-cose',
      subject: { ...subject, annotations: { run: '7' } },
      signedAt: '2026-06-01T12:00:00Z',
      expiresAt: '2026-06-01T12:01:00Z',
    });
  });

  it('writes the payload in the order of the descriptor, annotations sorted, escaped as Go does', () => {
    const { envelope } = signed({ format: notationCose, prepare: { annotations: { z: '<', a: '&' } } });
    expect(utf8Text(parseCoseEnvelope(envelope).payload)).toBe(
      `{"targetArtifact":{"mediaType":"${subject.mediaType}","digest":"${subject.digest}","size":942,"annotations":{"a":"\\u0026","z":"\\u003c"}}}`,
    );
  });

  it.each([
    ['nothing', ''],
    ['text', '6568656c6c6f'],
    ['a Sig_structure of COSE_Sign', '84695369676e617475726540404040'],
    ['one with external data', '846a5369676e61747572653141a0410041ff'],
    ['one without header', '846a5369676e6174757265314040417b'],
    ['one that goes on', '846a5369676e61747572653141a040417b00'],
  ])('has nothing to say about %s', (_, hex) => {
    expect(notationCose.explain(hexBytes(hex))).toBeUndefined();
  });
});
