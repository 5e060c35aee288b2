import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SignError, spkiOf, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { issue, testKey } from '../../../pki/test/issue.js';
import { decodePacket, encodePacket } from '../../src/packets/packet.js';
import { providerRecipient } from '../../src/packets/provider-recipient.js';
import { handleKeyProvider } from '../../src/provider/handle-key-provider.js';
import { readRequest } from '../../src/provider/request.js';
import { readPackets } from '../../src/recipients/annotations.js';
import { jweRecipient } from '../../src/recipients/jwe/jwe-recipient.js';
import { readJwe } from '../../src/recipients/jwe/read-jwe.js';
import { backendSymmetricKey } from '../../src/recipients/keys/symmetric-key.js';
import { pkcs7Recipient } from '../../src/recipients/pkcs7/pkcs7-recipient.js';
import { readPkcs7 } from '../../src/recipients/pkcs7/read-pkcs7.js';
import { readPkcs11 } from '../../src/recipients/pkcs11/pkcs11-packet.js';
import { pkcs11Recipient } from '../../src/recipients/pkcs11/pkcs11-recipient.js';
import { goUnwrap, goWrap } from '../provider/requests.js';
import { sampleOptions } from '../recipients/vectors.js';

const numRuns = process.env.SLOW ? 25_000 : 300;
const publicKey = createPublicKey(rsaKey());
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey;
const keys = [
  { kid: 'k1', spki: spkiOf(publicKey) },
  { kid: 'k2', spki: spkiOf(ec) },
];

const wrap = async (recipient: ReturnType<typeof jweRecipient>) => (await recipient.startImage({})).wrap(sampleOptions(), {});
const packet = await wrap(providerRecipient({ name: 'p', keys }));
const symmetric = createMemoryBackend();
const sealing = symmetric.addSymmetricKey({ label: 'k1' });
const sealed = await wrap(
  providerRecipient({ name: 'p', keys: [{ kid: 'k1', key: backendSymmetricKey(symmetric, sealing.ref) }, ...keys.slice(1)] }),
);
const jwe = await wrap(jweRecipient({ keys: [{ publicKey }, { publicKey: ec }] }));
const pkcs7 = await wrap(pkcs7Recipient({ certificates: [(await issue(testKey('rsa-2048'))).der] }));
const pkcs11 = await wrap(pkcs11Recipient({ keys: [publicKey] }));

/** What a reader said, or `not ours` for an error that nobody could act on. */
function said(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    return SignError.is(error) ? error.code : `not ours: ${error}`;
  }
}

type Change = (bytes: Uint8Array) => Uint8Array;
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Uint8Array, where: number) => Math.floor(where * bytes.byteLength);
/** One change: a byte, a piece less, a piece twice, or JSON values put in other places. */
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.nat(255)).map(
    ([where, byte]): Change =>
      (bytes) =>
        bytes.with(at(bytes, where), byte),
  ),
  place.map(
    (where): Change =>
      (bytes) =>
        bytes.subarray(0, at(bytes, where)),
  ),
  fc.tuple(place, place).map(
    ([from, to]): Change =>
      (bytes) =>
        Uint8Array.of(...bytes.subarray(0, at(bytes, from)), ...bytes.subarray(at(bytes, to))),
  ),
  fc.tuple(place, fc.jsonValue()).map(
    ([where, value]): Change =>
      (bytes) => {
        const text = Buffer.from(bytes).toString();
        const commas = [...text.matchAll(/:/g)].map(({ index }) => index);
        const cut = commas[Math.floor(where * commas.length)];
        return cut === undefined
          ? bytes
          : utf8Bytes(`${text.slice(0, cut + 1)}${JSON.stringify(value)}${text.slice(cut + 1).replace(/^[^,}\]]*/, '')}`);
      },
  ),
);

const readers: readonly [name: string, sample: Uint8Array, read: (bytes: Uint8Array) => unknown][] = [
  ['packets', packet, decodePacket],
  ['packets for a symmetric key', sealed, decodePacket],
  ['jwe packets', jwe, readJwe],
  ['pkcs7 packets', pkcs7, readPkcs7],
  ['pkcs11 packets', pkcs11, readPkcs11],
  ['requests to wrap', goWrap({ p: ['k1'], privkeys: ['x'] }, sampleOptions()), (bytes) => readRequest(bytes, 'p')],
  ['requests to unwrap', goUnwrap({ p: ['k1'] }, packet), (bytes) => readRequest(bytes, 'p')],
  ['annotations', utf8Bytes('eyJ2IjoxfQ==,AAAA'), (bytes) => readPackets('a', Buffer.from(bytes).toString('latin1'))],
];

describe('changed input', () => {
  it.each(readers)('gives %s or a typed error, and nothing else', (name, sample, read) => {
    const histogram = new Map<string, number>();
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const code = said(() => read(changes.reduce((bytes, one) => (bytes.byteLength === 0 ? bytes : one(bytes)), sample)));
        histogram.set(code, (histogram.get(code) ?? 0) + 1);
        expect(code).toMatch(/^read$|^ERR_(?:MALFORMED|LIMIT|ALGORITHM_UNSUPPORTED)$/);
      }),
      { numRuns },
    );
    expect(said(() => read(sample))).toBe('read');
    if (process.env.SLOW) console.log(name, Object.fromEntries(histogram));
  });

  const pairs = createMemoryBackend();
  const { ref } = pairs.addKey({ label: 'k1', privateKey: rsaKey(), purpose: 'decrypt' });
  it.each([
    ['of a key pair', pairs, { ref }, packet],
    ['of a symmetric key', symmetric, { ref: sealing.ref, algorithm: 'A256GCMKW' as const }, sealed],
  ])(
    'gives a whole provider %s one line, and never a result for a packet that was changed',
    async (_, backend, known, packet) => {
      const plugin = {
        name: 'p',
        key: (kid: string) => (kid === 'k1' ? known : undefined),
        open: () => ({ ...backend, close: async () => undefined }),
      };
      await fc.assert(
        fc.asyncProperty(change, async (one) => {
          const changed = one(packet);
          fc.pre(!Buffer.from(changed).equals(packet));
          const { stdout, stderr, exitCode } = await handleKeyProvider({ stdin: goUnwrap({}, changed), env: {} }, plugin);
          expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 1 });
          expect(stderr).toMatch(
            /^p: [^\n]+ \(ERR_(?:MALFORMED|LIMIT|ALGORITHM_UNSUPPORTED|KEY_NOT_FOUND|KEY_CHANGED|REQUEST_FAILED)\)/,
          );
        }),
        { numRuns: process.env.SLOW ? 25_000 : 60 },
      );
    },
  );

  it('what was read is written again byte for byte', () => {
    for (const one of [packet, sealed]) expect(encodePacket(decodePacket(one))).toEqual(one);
  });
});

describe('the published schema', () => {
  const schema = JSON.parse(readFileSync(new URL('../../../../docs/schemas/ocicrypt-packet-1.json', import.meta.url), 'utf8'));

  it('names the members that packets have, and no others', () => {
    const { kek, ...rest } = JSON.parse(Buffer.from(packet).toString());
    expect(Object.keys({ ...rest, kek }).sort()).toEqual([...schema.required].sort());
    expect(Object.keys(schema.properties).sort()).toEqual([...schema.required].sort());
    const [first, second] = kek;
    expect(Object.keys(first).sort()).toEqual([...schema.$defs.key.required].sort());
    expect(Object.keys(second).sort()).toEqual(Object.keys(schema.$defs.key.properties).sort());
    for (const { alg } of kek) expect(schema.$defs.key.properties.alg.enum).toContain(alg);
    for (const text of [rest.iv, rest.ct, rest.tag, first.ek, second.epk])
      expect(text).toMatch(new RegExp(schema.$defs.base64.pattern));
    expect([rest.iv.length, rest.tag.length]).toEqual([schema.properties.iv.maxLength, schema.properties.tag.maxLength]);
    expect(rest).toMatchObject({ v: schema.properties.v.const, enc: schema.properties.enc.const });
  });

  it('of version 2 names those of a symmetric key, too', () => {
    const second = JSON.parse(readFileSync(new URL('../../../../docs/schemas/ocicrypt-packet-2.json', import.meta.url), 'utf8'));
    const { v, kek } = JSON.parse(Buffer.from(sealed).toString());
    const { key, symmetricKey } = second.$defs;
    expect({ key, required: second.required }).toEqual({ key: schema.$defs.key, required: schema.required });
    expect(v).toBe(second.properties.v.const);
    const { check, ek, alg } = kek[0];
    expect(Object.keys(kek[0]).sort()).toEqual(Object.keys(symmetricKey.properties).sort());
    expect([alg, ek.length]).toEqual([symmetricKey.properties.alg.const, symmetricKey.properties.ek.maxLength]);
    expect(check).toMatch(new RegExp(symmetricKey.properties.check.pattern));
  });
});
