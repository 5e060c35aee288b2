import { base64Text, equalBytes, publicKeyFromSpki, utf8Bytes } from '@securosys/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import {
  preAuthEncoding,
  readCosignPublicKey,
  readEnvelope,
  readPreAuthEncoding,
  readStatement,
  verifyStoredSignature,
  writeEnvelope,
} from '../../src/index.js';
import { recordedEnvelopes, recordedKey } from '../bundle/recorded.js';
import { inToto, jsonBytes } from '../signing/artifacts.js';

/** Comparing bytes one by one is slow. */
const few = { numRuns: 40 };

describe('the pre-authentication encoding', () => {
  it('is that of the specification of DSSE', () => {
    // protocol.md, "Test Vectors"
    expect(preAuthEncoding('http://example.com/HelloWorld', utf8Bytes('hello world'))).toEqual(
      utf8Bytes('DSSEv1 29 http://example.com/HelloWorld 11 hello world'),
    );
  });

  it('is taken apart into what it was made of, and no two things have the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array(), (payloadType, payload) => {
        expect(readPreAuthEncoding(preAuthEncoding(payloadType, payload))).toEqual({ payloadType, payload });
      }),
      few,
    );
  });

  it.each([
    '',
    'DSSEv1',
    'DSSEv2 1 x 0 ',
    'dssev1 1 x 0 ',
    'DSSEv1 01 x 0 ',
    'DSSEv1 1 x 0 y',
    'DSSEv1 1 x 2 y',
    'DSSEv1 2 x 0 ',
    'DSSEv1 -1 x 0 ',
    'DSSEv1 +1 x 0 ',
    'DSSEv1 1  x 0 ',
    'DSSEv1 99999999999999999 x 0 ',
    'DSSEv1 9 x 0 ',
    'DSSEv1 1 x0 ',
    ' DSSEv1 1 x 0 ',
  ])('is not %j', (text) => {
    expect(thrown(() => readPreAuthEncoding(utf8Bytes(text))).code).toBe('ERR_MALFORMED');
  });
});

describe('an envelope', () => {
  const good = { payload: base64Text(utf8Bytes('{}')), payloadType: inToto, signatures: [{ sig: 'AAEC' }] };
  const code = (value: unknown) =>
    thrown(() => readEnvelope(typeof value === 'string' ? utf8Bytes(value) : jsonBytes(value))).code;

  it('is read back as what was written', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array({ minLength: 1 }), (payload, signature) => {
        expect(readEnvelope(writeEnvelope({ payload, signature }))).toEqual({ payload, signature, keyid: '' });
      }),
      few,
    );
  });

  it.each(Object.entries(recordedEnvelopes))('of cosign %s is read, and its signature verifies', (_, recorded) => {
    const { payload, signature, keyid } = readEnvelope(utf8Bytes(recorded));
    const { spki } = readCosignPublicKey(recordedKey);
    expect(keyid).toBe('');
    expect(readStatement(payload).predicateType).toBe('https://cyclonedx.org/bom');
    const message = preAuthEncoding(inToto, payload);
    expect(verifyStoredSignature(publicKeyFromSpki(spki), 'ecdsa-sha256', message, signature)).toBe(true);
  });

  it('is written as cosign 3.1.1 writes it', () => {
    const recorded = utf8Bytes(recordedEnvelopes['3.1.1']);
    expect(equalBytes(writeEnvelope(readEnvelope(recorded)), recorded)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['without a signature', { ...good, signatures: [] }],
    ['with two signatures', { ...good, signatures: [{ sig: 'AAEC' }, { sig: 'AAEC' }] }],
    ['with an empty signature', { ...good, signatures: [{ sig: '' }] }],
    ['with a signature that is no base64', { ...good, signatures: [{ sig: 'AAE' }] }],
    ['with base64 of another alphabet', { ...good, signatures: [{ sig: '-_-_' }] }],
    ['with a line break in the signature', { ...good, signatures: [{ sig: 'AA\nEC' }] }],
    ['with a certificate beside the signature', { ...good, signatures: [{ sig: 'AAEC', cert: 'x' }] }],
    ['with a key id that is no text', { ...good, signatures: [{ sig: 'AAEC', keyid: null }] }],
    ['with a key id of a megabyte', { ...good, signatures: [{ sig: 'AAEC', keyid: 'x'.repeat(1 << 20) }] }],
    ['of another payload type', { ...good, payloadType: 'text/plain' }],
    ['without a payload type', { payload: good.payload, signatures: good.signatures }],
    ['without a payload', { payloadType: inToto, signatures: good.signatures }],
    ['with a payload that is an object', { ...good, payload: {} }],
    ['with a member that DSSE does not have', { ...good, extra: 1 }],
    ['with a member twice', `{"payloadType":"${inToto}",${JSON.stringify(good).slice(1)}`],
    ['with another one behind it', `${JSON.stringify(good)}${JSON.stringify(good)}`],
    ['that is a list', [good]],
    ['that is nothing', ''],
  ])('%s is refused', (_, value) => {
    expect(code(value)).toBe('ERR_MALFORMED');
    expect(readEnvelope(jsonBytes(good)).keyid).toBe('');
  });
});
