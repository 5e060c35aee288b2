import { constants, sign } from 'node:crypto';
import { concatBytes, ecdsaToDer, hexBytes, hexText, utf8Bytes } from '@securosys/core';
import { type OpenEnvelopeOptions, openEnvelope, parseCoseEnvelope } from '@securosys/notation-envelope';
import { encode, Tagged } from 'cborg';
import { describe, expect, it } from 'vitest';
import { now, testChain, testKey } from './helpers/certificates.js';
import {
  type CoseSettings,
  cborTime,
  cose,
  coseEnvelope,
  coseNumbers,
  notarySpecs,
  signWith,
  subject,
} from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const scheme = 'io.cncf.notary.signingScheme';
const time = 'io.cncf.notary.signingTime';
const authentic = 'io.cncf.notary.authenticSigningTime';
const expiry = 'io.cncf.notary.expiry';
const plugin = 'io.cncf.notary.verificationPlugin';
const minVersion = 'io.cncf.notary.verificationPluginMinVersion';
const agent = 'io.cncf.notary.signingAgent';
const timestamp = 'io.cncf.notary.timestampSignature';
const authority = 'notary.x509.signingAuthority';
const seconds = (now - 1000) / 1000;
const later = cborTime(seconds + 60);

const opens = (settings: CoseSettings = {}, options?: OpenEnvelopeOptions) => openEnvelope(coseEnvelope(settings), cose, options);
const reasonOf = (bytes: Uint8Array): unknown => {
  const error = thrown(() => openEnvelope(bytes, cose));
  return error.details.reason ?? error.code;
};
const reasonFor = (settings: CoseSettings): unknown => reasonOf(coseEnvelope(settings));
/** Header with these labels set; `undefined` removes one. */
const header =
  (changes: readonly (readonly [string | number, unknown])[]) =>
  (labels: Map<string | number, unknown>): void => {
    for (const [label, value] of changes) value === undefined ? labels.delete(label) : labels.set(label, value);
  };

describe.each(notarySpecs)('a COSE envelope of another writer with %s', (spec) => {
  const key = testKey(spec);

  it('opens', () => {
    expect(opens({ key }).subject).toEqual(subject);
  });

  it.each(Object.values(coseNumbers).filter((number) => number !== coseNumbers[spec]))(
    'is refused with algorithm %i, which belongs to another key',
    (number) => {
      expect(reasonFor({ key, header: header([[1, number]]) })).toBe('algorithm');
    },
  );
});

describe('the algorithm', () => {
  it.each([-257, -258, -259, -8, -47, 5, 0, 'ES256', 'PS256', null, undefined, [-7]])('refuses %j', (value) => {
    expect(reasonFor({ header: header([[1, value]]) })).toBe('algorithm');
  });
});

describe('COSE_Sign1_Tagged (§6)', () => {
  const good = coseEnvelope();

  it('is an array under tag 18 in one byte, and nothing else', () => {
    expect(hexText(good.subarray(0, 2))).toBe('d284');
    expect(openEnvelope(good, cose).subject).toEqual(subject);
  });

  it.each<[string, Uint8Array]>([
    ['untagged', good.subarray(1)],
    ['tagged in two bytes', concatBytes(hexBytes('d812'), good.subarray(1))],
    ['tagged as COSE_Sign', concatBytes(hexBytes('d862'), good.subarray(1))],
    ['tagged as COSE_Mac0', concatBytes(hexBytes('d1'), good.subarray(1))],
    ['tagged twice', concatBytes(hexBytes('d2'), good)],
    ['behind the tag of self-described CBOR', concatBytes(hexBytes('d9d9f7'), good)],
    ['an indefinite array', concatBytes(hexBytes('d29f'), good.subarray(2), hexBytes('ff'))],
    ['followed by a byte', concatBytes(good, hexBytes('00'))],
    ['cut', good.subarray(0, -1)],
    ['empty', new Uint8Array(0)],
    ['a JWS', utf8Bytes('{"payload":"e30"}')],
    ['of three members', coseEnvelope({ members: (members) => members.slice(0, 3) })],
    ['of five members', coseEnvelope({ members: (members) => [...members, null] })],
  ])('is refused %s', (_, bytes) => {
    expect(thrown(() => openEnvelope(bytes, cose)).code).toBe('ERR_MALFORMED');
  });

  it.each<[string, (members: unknown[]) => unknown[]]>([
    ['a protected header that is a map', (m) => [new Map(), ...m.slice(1)]],
    ['an empty protected header', (m) => [new Uint8Array(0), ...m.slice(1)]],
    ['an unprotected header in bytes', (m) => [m[0], encode(new Map()), ...m.slice(2)]],
    ['a detached payload', (m) => [m[0], m[1], null, m[3]]],
    ['an empty payload', (m) => [m[0], m[1], new Uint8Array(0), m[3]]],
    ['a payload in text', (m) => [m[0], m[1], 'payload', m[3]]],
    ['an empty signature', (m) => [m[0], m[1], m[2], new Uint8Array(0)]],
    ['a signature in text', (m) => [m[0], m[1], m[2], 'signature']],
  ])('is refused with %s', (_, members) => {
    expect(reasonFor({ members })).toBe('malformed');
  });

  it('is refused over 4 MiB before anything in it is read', () => {
    expect(thrown(() => parseCoseEnvelope(new Uint8Array(4 * 1024 * 1024 + 1))).code).toBe('ERR_LIMIT');
  });

  it('is refused when a length has more bytes than it needs, which the Notation programs pass over', () => {
    const length = good[2] === 0x58 ? 3 : 2;
    const longer = concatBytes(good.subarray(0, 2), hexBytes('5900'), good.subarray(length));
    expect(good[2]).toBe(0x58);
    expect(thrown(() => openEnvelope(longer, cose)).message).toContain('shortest form');
  });

  it('is refused when it nests without end', () => {
    let nested: unknown = 0;
    for (let depth = 0; depth < 500; depth++) nested = [nested];
    const extra: [string, unknown][] = [['nested', nested]];
    expect(thrown(() => opens({ extra })).code).toBe('ERR_LIMIT');
    expect(thrown(() => opens({ unprotected: (labels) => labels.set('nested', nested) })).code).toBe('ERR_LIMIT');
  });
});

describe('the protected header (§6.1)', () => {
  it.each<[string, (labels: Map<string | number, unknown>) => void, string]>([
    ['no content type', header([[3, undefined]]), 'content-type'],
    ['a content type that is a number', header([[3, 50]]), 'content-type'],
    ['another content type', header([[3, 'application/json']]), 'content-type'],
    ['a content type with a space', header([[3, ' application/vnd.cncf.notary.payload.v1+json']]), 'content-type'],
    [
      'no signing scheme',
      header([
        [scheme, undefined],
        [2, ['a']],
        ['a', 1],
      ]),
      'malformed',
    ],
    ['another signing scheme', header([[scheme, 'notary.x509.other']]), 'malformed'],
    ['a signing scheme that is a number', header([[scheme, 1]]), 'malformed'],
    ['no signing time', header([[time, undefined]]), 'malformed'],
    [
      'no authentic time in the other scheme',
      header([
        [scheme, authority],
        [time, undefined],
      ]),
      'malformed',
    ],
    ['an authentic time in notary.x509', header([[authentic, later]]), 'malformed'],
    [
      'an authentic time in notary.x509, critical',
      header([
        [authentic, later],
        [2, [scheme, authentic]],
      ]),
      'malformed',
    ],
    [
      'a signing time in the other scheme',
      header([
        [scheme, authority],
        [authentic, later],
        [2, [scheme, authentic]],
      ]),
      'malformed',
    ],
    [
      'an expiry at the signing time',
      header([
        [expiry, cborTime(seconds)],
        [2, [scheme, expiry]],
      ]),
      'malformed',
    ],
    [
      'a blank plugin',
      header([
        [plugin, ' '],
        [2, [scheme, plugin]],
      ]),
      'malformed',
    ],
    [
      'a plugin that is no text',
      header([
        [plugin, 1],
        [2, [scheme, plugin]],
      ]),
      'malformed',
    ],
    [
      'a minimum version that is no text',
      header([
        [plugin, 'p'],
        [minVersion, 1],
        [2, [scheme, plugin, minVersion]],
      ]),
      'malformed',
    ],
    ['a key id in text', header([[4, 'kid']]), 'malformed'],
    // Registered labels that go-cose holds to their types and places.
    ['a countersignature', header([[7, [new Uint8Array(1), new Map(), new Uint8Array(1)]]]), 'malformed'],
    ['an abbreviated countersignature', header([[9, new Uint8Array(1)]]), 'malformed'],
    ['a countersignature of RFC 9338', header([[11, [new Uint8Array(1), new Map(), new Uint8Array(1)]]]), 'malformed'],
    ['an abbreviated countersignature of RFC 9338', header([[12, new Uint8Array(1)]]), 'malformed'],
    ['a type that is no media type', header([[16, 'jws']]), 'malformed'],
    ['a type that is bytes', header([[16, new Uint8Array(1)]]), 'malformed'],
    ['an attribute over 2^63 - 1', header([['big', 2n ** 63n]]), 'malformed'],
    ['an IV in text', header([[5, 'iv']]), 'malformed'],
    [
      'an IV and a Partial IV',
      header([
        [5, new Uint8Array(1)],
        [6, new Uint8Array(1)],
      ]),
      'malformed',
    ],
    ['a label that stands in the other header too', header([[33, [new Uint8Array(1)]]]), 'malformed'],
    ['a label of 64 bits', (labels) => labels.set((2n ** 60n) as unknown as number, 1), 'malformed'],
  ])('refuses %s', (_, change, reason) => {
    expect(reasonFor({ header: change })).toBe(reason);
  });

  it.each<[string, unknown]>([
    ['a bare integer', seconds],
    ['a text under tag 0', new Tagged(0, '2026-06-01T11:59:59Z')],
    ['a text', '2026-06-01T11:59:59Z'],
    ['a text under tag 1', cborTime('2026')],
    ['bytes under tag 1', cborTime(new Uint8Array(1))],
    ['a fraction', cborTime(seconds + 0.5)],
    ['a negative number', cborTime(-1)],
    ['a second after the year 9999', cborTime(253_402_300_800)],
    ['64 bits', cborTime(2n ** 60n)],
    ['a time in a time', cborTime(cborTime(seconds))],
    ['null', null],
    ['tag 100', new Tagged(100, seconds)],
  ])('refuses the signing time as %s', (_, value) => {
    expect(['malformed', 'ERR_MALFORMED']).toContain(reasonFor({ header: header([[time, value]]) }));
  });

  it.each<[string, string]>([
    ['a whole number written as a float', 'fb41da8775dfc0000000'],
    ['not a number', 'f97e00'],
    ['a bignum', 'c24101'],
  ])('refuses the signing time as %s', (_, value) => {
    const good = hexText(parseCoseEnvelope(coseEnvelope()).protected);
    const at = good.indexOf(`c11a${seconds.toString(16)}`);
    expect(at).toBeGreaterThan(0);
    const changed = hexBytes(`${good.slice(0, at)}c1${value}${good.slice(at + 12)}`);
    expect(['malformed', 'ERR_MALFORMED']).toContain(reasonFor({ protected: changed }));
  });

  it('reads the first and the last second that there are', () => {
    expect(opens({ header: header([[time, cborTime(0)]]) }).attributes.signingTime).toBe(0);
    expect(opens({ header: header([[time, cborTime(253_402_300_799)]]) }).attributes.signingTime).toBe(253_402_300_799_000);
  });

  it('reads both schemes, expiry, plugins and attributes of every type', () => {
    const change = header([
      [scheme, authority],
      [time, undefined],
      [authentic, cborTime(seconds)],
      [expiry, later],
      [plugin, 'p'],
      [minVersion, '1.0.0'],
      [2, [expiry, minVersion, scheme, 70, plugin, authentic]],
      [70, new Uint8Array([9])],
      ['list', [1, -1, 1.5, null, true, { a: 'b' }]],
    ]);
    const { attributes } = opens({ header: change });
    expect(attributes).toMatchObject({ scheme: authority, signingTime: now - 1000, expiry: now + 59_000 });
    expect(attributes.criticalExtended).toEqual([minVersion, 70, plugin]);
    expect(attributes.extended.get(70)).toEqual(new Uint8Array([9]));
    expect(attributes.extended.get('list')).toEqual([1, -1, 1.5, null, true, { a: 'b' }]);
  });

  it.each<[string, string]>([
    ['a label twice', 'a20126013824'],
    ['an indefinite map', 'bf0126ff'],
    ['no map', '83010203'],
    ['a label that is bytes', 'a1410126'],
    ['a label that is not minimal', 'a1180126'],
    ['bytes behind the map', 'a1012600'],
    ['an attribute under a tag', 'a201266161c001'],
  ])('refuses %s', (_, hex) => {
    expect(thrown(() => opens({ protected: hexBytes(hex) })).code).toBe('ERR_MALFORMED');
  });

  it('refuses an attribute under tag 1, which is for times only', () => {
    expect(reasonFor({ extra: [['when', cborTime(1)]] })).toBe('malformed');
    expect(reasonFor({ extra: [['when', [cborTime(1)]]] })).toBe('malformed');
  });

  it('takes labels in any order only where that is asked for', () => {
    const good = parseCoseEnvelope(coseEnvelope()).protected;
    // The first two entries, alg and crit, change places.
    const crit = good.subarray(3, 3 + 2 + 30);
    const unsorted = concatBytes(good.subarray(0, 1), crit, good.subarray(1, 3), good.subarray(35));
    expect(thrown(() => opens({ protected: unsorted })).message).toContain('keys out of order');
    expect(opens({ protected: unsorted }, { compatibility: { unsortedMaps: true } }).subject).toEqual(subject);
  });
});

describe('crit in COSE', () => {
  it.each<[string, (labels: Map<string | number, unknown>) => void]>([
    ['absent', header([[2, undefined]])],
    ['empty', header([[2, []]])],
    ['no list', header([[2, scheme]])],
    ['a list of bytes', header([[2, [scheme, new Uint8Array(1)]]])],
    ['listing a label of 64 bits', header([[2, [scheme, 2n ** 60n]]])],
    ['listing the algorithm', header([[2, [scheme, 1]]])],
    ['listing itself', header([[2, [scheme, 2]]])],
    ['listing the content type', header([[2, [scheme, 3]]])],
    ['listing the signing time', header([[2, [scheme, time]]])],
    ['listing what is absent', header([[2, [scheme, 'absent']]])],
    ['listing an absent expiry', header([[2, [scheme, expiry]]])],
    ['listing a label twice', header([[2, [scheme, scheme]]])],
    [
      'listing an attribute twice',
      header([
        [2, [scheme, 'a', 'a']],
        ['a', 1],
      ]),
    ],
    [
      'without the signing scheme',
      header([
        [2, ['a']],
        ['a', 1],
      ]),
    ],
    ['without a present expiry', header([[expiry, later]])],
    [
      'without a present authentic time',
      header([
        [scheme, authority],
        [time, undefined],
        [authentic, later],
      ]),
    ],
    ['without a present plugin', header([[plugin, 'p']])],
    [
      'without a present minimum version',
      header([
        [plugin, 'p'],
        [minVersion, '1.0.0'],
        [2, [scheme, plugin]],
      ]),
    ],
    [
      'telling the label 70 as text',
      header([
        [2, [scheme, '70']],
        [70, new Uint8Array(1)],
      ]),
    ],
  ])('is refused %s', (_, change) => {
    expect(reasonFor({ header: change })).toBe('critical');
  });

  it('is refused in the unprotected header', () => {
    expect(reasonFor({ unprotected: (labels) => labels.set(2, [scheme]) })).toBe('critical');
  });
});

describe('the unprotected header', () => {
  it.each<[string, (labels: Map<string | number, unknown>) => void]>([
    ['no certificates', header([[33, undefined]])],
    ['an empty list of certificates', header([[33, []]])],
    ['one certificate without a list', header([[33, testChain()[0]]])],
    ['certificates in base64', header([[33, ['MIIB']]])],
    ['an empty certificate', header([[33, [new Uint8Array(0)]]])],
    ['17 certificates', header([[33, Array(17).fill(testChain()[0])]])],
    ['a signing agent that is no text', header([[agent, 1]])],
    ['a timestamp that is no bytes', header([[timestamp, 'MIIB']])],
    ['an empty timestamp', header([[timestamp, new Uint8Array(0)]])],
    ['an algorithm', header([[1, -7]])],
    ['a content type', header([[3, 'application/vnd.cncf.notary.payload.v1+json']])],
    ['a signing scheme', header([[scheme, 'notary.x509']])],
    ['a countersignature that is text', header([[7, 'x']])],
    ['a countersignature of two members', header([[11, [new Uint8Array(1), new Map()]]])],
    ['an empty list of countersignatures', header([[7, []]])],
    ['an abbreviated countersignature that is text', header([[9, 'x']])],
    ['an abbreviated countersignature of RFC 9338 that is text', header([[12, 'x']])],
    ['a type that is no media type', header([[16, 'x']])],
    ['a key id in text', header([[4, 'kid']])],
  ])('refuses %s', (_, unprotected) => {
    expect(reasonFor({ unprotected })).toBe('malformed');
  });

  it('refuses certificates in the protected header only', () => {
    expect(reasonFor({ extra: [[33, testChain()]], unprotected: header([[33, undefined]]) })).toBe('malformed');
  });

  it.each<[string, unknown]>([
    ['a time', cborTime(1)],
    ['a COSE_Sign1', new Tagged(18, [])],
    ['a tag in a list', [new Tagged(100, 0)]],
  ])('refuses %s: a tag', (_, value) => {
    expect(thrown(() => opens({ unprotected: header([['x', value]]) })).message).toContain('a tag that is not allowed');
  });

  it('ignores labels that it does not know', () => {
    const { signingAgent, timestamp: token } = opens({
      unprotected: header([
        ['x', [1]],
        [4, new Uint8Array(1)],
        [agent, 'a'],
        [timestamp, hexBytes('30')],
      ]),
    });
    expect([signingAgent, token]).toEqual(['a', hexBytes('30')]);
  });
});

describe('the signature of COSE itself', () => {
  it.each([0, 20, 48, 222])('refuses a PSS salt of %i bytes', (saltLength) => {
    const key = testKey('rsa-2048');
    const signer = (message: Uint8Array) =>
      Uint8Array.from(sign('sha256', message, { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));
    expect(reasonFor({ key, signer })).toBe('signature');
  });

  it('refuses DER, a padded r‖s, zeros, and the payload alone', () => {
    const key = testKey('ec-p256');
    const good = (message: Uint8Array) => signWith(key, 'ecdsa-sha256', message);
    const wrong: ((message: Uint8Array) => Uint8Array)[] = [
      (message) => ecdsaToDer(good(message)),
      (m) => Uint8Array.of(0, ...good(m).subarray(0, 32), 0, ...good(m).subarray(32)),
      () => new Uint8Array(64),
      () => good(utf8Bytes(JSON.stringify({ targetArtifact: subject }))),
    ];
    for (const signer of wrong) expect(reasonFor({ signer })).toBe('signature');
  });

  it('refuses a signature made in the context of COSE_Sign or with external data', () => {
    const key = testKey('ec-p256');
    const other = (context: string, external: Uint8Array) =>
      coseEnvelope({
        signer: (message) => {
          const text = hexText(message).slice(24, -2 * JSON.stringify({ targetArtifact: subject }).length);
          const head = hexText(encode(context));
          const input = `84${head}${text.slice(0, text.lastIndexOf('40'))}${hexText(encode(external))}`;
          return signWith(
            key,
            'ecdsa-sha256',
            concatBytes(hexBytes(input), encode(utf8Bytes(JSON.stringify({ targetArtifact: subject })))),
          );
        },
      });
    expect(openEnvelope(other('Signature1', new Uint8Array(0)), cose).subject).toEqual(subject);
    expect(reasonOf(other('Signature', new Uint8Array(0)))).toBe('signature');
    expect(reasonOf(other('CounterSignature', new Uint8Array(0)))).toBe('signature');
    expect(reasonOf(other('Signature1', hexBytes('00')))).toBe('signature');
  });

  it('refuses a chain that breaks a rule, although the signature is good', () => {
    const [leaf, root] = testChain();
    expect(reasonFor({ chain: [leaf] })).toBe('ERR_CHAIN_INVALID');
    expect(reasonFor({ chain: [leaf, root, root] })).toBe('ERR_CHAIN_INVALID');
  });

  it.each(['{}', '[]', '"text"', 'hello COSE', `{"targetArtifact":${JSON.stringify(subject)},"x":1}`])(
    'refuses the payload %s',
    (payload) => {
      expect(['malformed', 'ERR_MALFORMED']).toContain(reasonFor({ payload }));
    },
  );
});
