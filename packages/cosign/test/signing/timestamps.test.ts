import { hashBytes, hexBytes, systemClock, utf8Bytes } from '@securosys/core';
import { parseTimestampToken } from '@securosys/pki';
import type { FakeTsa } from '@securosys/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { thrown } from '../../../notation-envelope/test/helpers/thrown.js';
import { cosignAttestation, cosignBlob, cosignImage, timestampResponse, timestampToken, writeEnvelope } from '../../src/index.js';
import { p256, signAll, signedImage, subject } from './artifacts.js';
import { sharedTsa } from './tsa.js';

let tsa: FakeTsa;
beforeAll(async () => {
  tsa = await sharedTsa();
});
const clock = systemClock;
const imprintOf = (response: Uint8Array | undefined) => {
  const { hash, imprint } = parseTimestampToken(timestampToken(response as Uint8Array));
  return [hash, imprint];
};
const imprint = (bytes: Uint8Array) => ['sha256', hashBytes('sha256', bytes)];

describe('timestamps', () => {
  it('of an image are about the raw signature of each shape', async () => {
    const { legacy, bundle } = (await cosignImage.finish?.(signedImage(), { clock, timestamper: tsa })) ?? {};
    expect(imprintOf(legacy?.timestamp)).toEqual(imprint(legacy?.signature as Uint8Array));
    expect(imprintOf(bundle?.timestamp)).toEqual(imprint(bundle?.signature as Uint8Array));
  });

  it('of an attestation are about the signature for a bundle, and about the JSON of the envelope for a layer', async () => {
    const prepared = cosignAttestation.prepare(subject, p256, { type: 'https://example.com/reviewed/v1', predicate: {} });
    const artifact = prepared.assemble(signAll(prepared));
    const { envelope = artifact.envelope } = (await cosignAttestation.finish?.(artifact, { clock, timestamper: tsa })) ?? {};
    expect(imprintOf(envelope.timestamp)).toEqual(imprint(envelope.signature));
    expect(imprintOf(envelope.envelopeTimestamp)).toEqual(imprint(writeEnvelope(envelope)));
  });

  it('of a blob are about its signature; nobody asked, nothing added; one that is there stays', async () => {
    const prepared = cosignBlob.prepare(utf8Bytes('blob'), p256);
    const signature = prepared.assemble(signAll(prepared));
    const finished = await cosignBlob.finish?.(signature, { clock, timestamper: tsa });
    expect(imprintOf(finished?.timestamp)).toEqual(imprint(signature.signature));
    expect(await cosignBlob.finish?.(signature, { clock })).toEqual(signature);
    expect(await cosignBlob.finish?.(finished as never, { clock, timestamper: tsa })).toEqual(finished);
  });

  it('about something else, or no timestamps at all, are refused', async () => {
    const about = (text: string) => ({ timestamp: () => tsa.timestamp(utf8Bytes(text), 'sha256') });
    const giving = (token: unknown) => ({ timestamp: async () => token as never });
    for (const timestamper of [about('other'), giving(Uint8Array.of(0x30, 0)), giving(undefined), giving(new Uint8Array())])
      await expect(cosignImage.finish?.(signedImage(), { clock, timestamper })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
    await expect(cosignImage.finish?.(signedImage(), { clock, timestampers: tsa } as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});

describe('a stored timestamp response', () => {
  const token = Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05);

  it('is a status and the token', () => {
    expect(timestampResponse(token)).toEqual(hexBytes('300a3003020100 3003020105'.replace(' ', '')));
    expect(timestampToken(timestampResponse(token))).toEqual(token);
    expect(timestampToken(hexBytes('300a30030201013003020105'))).toEqual(token);
  });

  it.each([
    ['', 'nothing'],
    ['3003020105', 'a bare token'],
    ['300530030201 00'.replace(' ', ''), 'no token'],
    ['300a30030201023003020105', 'a rejection'],
    ['300b3004020200003003020105', 'a status in two octets'],
    ['300a30030201003003020105 00'.replace(' ', ''), 'bytes behind it'],
    ['300f300302010030030201053003020105', 'two tokens'],
    ['30813003', 'a length that is not minimal'],
  ])('%s (%s) is none', (hex) => {
    expect(thrown(() => timestampToken(hexBytes(hex))).code).toBe('ERR_MALFORMED');
  });
});
