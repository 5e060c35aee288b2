import {
  base64Text,
  concatBytes,
  type Descriptor,
  derWrap,
  hashBytes,
  hexBytes,
  type JsonValue,
  parseJsonObject,
  SignError,
  type Timestamper,
  type TimestampHash,
} from '@securosys/core';
import {
  inspectEnvelope,
  type NotationPrepareOptions,
  notationCose,
  notationJws,
  openEnvelope,
  parseCoseEnvelope,
} from '@securosys/notation-envelope';
import { EMULATED_POLICY_OID, parseTimestampToken } from '@securosys/pki';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { now, policy, testChain, testKey } from './helpers/certificates.js';
import { clockAt, signed, signWith, subject } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';
import { stampOf } from './helpers/verifiers.js';

const key = { spec: 'ec-p256' as const, spki: testKey('ec-p256').spki, chain: testChain() };
const plugin = 'io.cncf.notary.verificationPlugin';
const minVersion = 'io.cncf.notary.verificationPluginMinVersion';
const clock = clockAt(now);

const everything: NotationPrepareOptions = {
  signingScheme: 'notary.x509.signingAuthority',
  expirySeconds: 60,
  annotations: { a: 'b' },
  signingAgent: 'acme/1',
  attributes: [
    { name: 'Zebra', value: 'text', critical: true },
    { name: 'apple', value: [1, -2, 1.5, null, true, { deep: { deeper: '<&>\u2028' } }] },
    { name: '__proto__', value: { __proto__: null, constructor: 1 }, critical: true },
    { name: '10', value: {}, critical: false },
  ],
  verificationPlugin: { name: 'com.example.plugin', minVersion: '1.0.0-alpha.1+build.5' },
};

/** A timestamper that answers with a token, or what a test puts in its place, and notes what it was asked. */
function fakeTimestamper(
  answer: (signature: Uint8Array, hash: TimestampHash) => unknown = (signature, hash) => stampOf(signature, { hash }),
) {
  const asked: { signature: Uint8Array; hash: TimestampHash }[] = [];
  const timestamper: Timestamper = {
    async timestamp(signature, hash) {
      asked.push({ signature, hash });
      return answer(signature, hash) as Uint8Array<ArrayBuffer>;
    },
  };
  return { timestamper, asked };
}

describe.each([
  ['JWS', notationJws],
  ['COSE', notationCose],
])('signing %s', (_, format) => {
  const open = (prepare?: NotationPrepareOptions) => {
    const { envelope, mediaType } = signed({ format, ...(prepare && { prepare }) });
    return openEnvelope(envelope, mediaType);
  };

  it('writes every attribute there is, and reads it back', () => {
    const { attributes, signingAgent } = open(everything);
    expect(signingAgent).toBe('acme/1');
    expect(attributes).toMatchObject({ scheme: 'notary.x509.signingAuthority', signingTime: now - 1000, expiry: now + 59_000 });
    expect(attributes.criticalExtended).toEqual([plugin, minVersion, 'Zebra', '__proto__']);
    expect(Object.fromEntries(attributes.extended)).toEqual({
      [plugin]: 'com.example.plugin',
      [minVersion]: '1.0.0-alpha.1+build.5',
      Zebra: 'text',
      apple: [1, -2, 1.5, null, true, { deep: { deeper: '<&>\u2028' } }],
      ['__proto__']: { constructor: 1 },
      10: {},
    });
  });

  it('shows every attribute to whoever approves', () => {
    const { facts } = format.prepare(subject, key, { signingTime: now, ...everything }).parts[0]!;
    expect(facts.details).toMatchObject({
      scheme: 'notary.x509.signingAuthority',
      [`critical attribute ${plugin}`]: '"com.example.plugin"',
      'critical attribute Zebra': '"text"',
      'attribute 10': '{}',
    });
  });

  it('takes any JSON as the value of an attribute and gives it back', () => {
    const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }));
    const { value: values } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        numbers,
        fc.boolean(),
        fc.constant(null),
        tie('list'),
        tie('object'),
      ),
      list: fc.array(tie('value'), { maxLength: 4 }),
      object: fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { maxKeys: 4 }),
    }));
    fc.assert(
      fc.property(values, (value) => {
        // What JSON itself does not keep: negative zero.
        const plain = JSON.parse(JSON.stringify(value)) as JsonValue;
        const prepared = format.prepare(subject, key, { signingTime: now, attributes: [{ name: 'x', value: plain }] });
        const { message } = prepared.parts[0]!.input;
        const signature = signWith(testKey('ec-p256'), 'ecdsa-sha256', message);
        const { envelope, mediaType } = format.restore(prepared.toJSON()).assemble({ signature });
        expect(JSON.parse(JSON.stringify(openEnvelope(envelope, mediaType).attributes.extended.get('x')))).toEqual(plain);
      }),
      { numRuns: 40, seed: 7 },
    );
  });

  it.each<[string, object]>([
    ['another scheme', { signingScheme: 'notary.x509.other' }],
    ['a reserved attribute', { attributes: [{ name: 'io.cncf.notary.mine', value: 1 }] }],
    ['a reserved attribute in other case', { attributes: [{ name: 'IO.CNCF.notary.expiry', value: 1 }] }],
    [
      'an attribute twice',
      {
        attributes: [
          { name: 'a', value: 1 },
          { name: 'a', value: 2 },
        ],
      },
    ],
    [
      'an attribute twice, in another case',
      {
        attributes: [
          { name: 'ak', value: 1 },
          { name: 'a\u212a', value: 2 },
        ],
      },
    ],
    ['an attribute without a name', { attributes: [{ name: '', value: 1 }] }],
    ['an attribute whose name is a number', { attributes: [{ name: 7, value: 1 }] }],
    ['a name of over 256 characters', { attributes: [{ name: 'n'.repeat(257), value: 1 }] }],
    ['a name with a lone surrogate', { attributes: [{ name: '\ud800', value: 1 }] }],
    ['a value with a lone surrogate', { attributes: [{ name: 'a', value: ['\udfff'] }] }],
    ['a value that is not finite', { attributes: [{ name: 'a', value: Number.NaN }] }],
    ['a value beyond 2^53', { attributes: [{ name: 'a', value: 2 ** 53 }] }],
    ['negative zero', { attributes: [{ name: 'a', value: -0 }] }],
    ['bytes as value', { attributes: [{ name: 'a', value: new Uint8Array(1) }] }],
    ['a date as value', { attributes: [{ name: 'a', value: new Date(0) }] }],
    ['no value', { attributes: [{ name: 'a' }] }],
    ['a value of nine levels', { attributes: [{ name: 'a', value: [[[[[[[[[1]]]]]]]]] }] }],
    ['an option that an attribute does not have', { attributes: [{ name: 'a', value: 1, crit: true }] }],
    ['critical that is a text', { attributes: [{ name: 'a', value: 1, critical: 'no' }] }],
    ['attributes that are no list', { attributes: { a: 1 } }],
    ['over 100 attributes', { attributes: Array.from({ length: 101 }, (__, i) => ({ name: `a${i}`, value: 1 })) }],
    ['a plugin without a name', { verificationPlugin: {} }],
    ['a plugin whose name no verifier takes', { verificationPlugin: { name: 'a..b' } }],
    ['a minimum version that no verifier takes', { verificationPlugin: { name: 'p', minVersion: `1.0.0-${'a'.repeat(251)}` } }],
    ['a list with a hole as value', { attributes: [{ name: 'a', value: new Array(2) }] }],
    ['annotations in a map', { annotations: new Map([['a', 'b']]) }],
    ['annotations in a list', { annotations: ['b'] }],
    ['annotations that are a text', { annotations: 'b' }],
    ['a signing time in text', { signingTime: String(now) }],
    ['a signing time that is a date', { signingTime: new Date(now) }],
    ['a signing time beyond numbers', { signingTime: 5n }],
    ['an expiry in text', { expiresAt: String(now + 1_000) }],
    ['a signing agent that is a number', { signingAgent: 5 }],
    ['a plugin whose name is a path', { verificationPlugin: { name: '../evil' } }],
    ['a minimum version with a v', { verificationPlugin: { name: 'p', minVersion: 'v1.0.0' } }],
    ['a minimum version of two parts', { verificationPlugin: { name: 'p', minVersion: '1.0' } }],
    ['a minimum version with a leading zero', { verificationPlugin: { name: 'p', minVersion: '1.01.0' } }],
    ['a plugin with an unknown member', { verificationPlugin: { name: 'p', version: '1.0.0' } }],
  ])('refuses %s', (__, options) => {
    expect(thrown(() => format.prepare(subject, key, { signingTime: now, ...options })).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it.each<[string, NotationPrepareOptions]>([
    ['nothing', {}],
    ['everything', everything],
    ['an expiry', { expirySeconds: 1 }],
    ['a plugin', { verificationPlugin: { name: 'p' } }],
    ['the other scheme', { signingScheme: 'notary.x509.signingAuthority' }],
  ])('goes on after days in another process with %s', (__, options) => {
    const prepared = format.prepare(subject, key, { signingTime: now, ...options });
    const again = format.restore(parseJsonObject(JSON.stringify(prepared.toJSON())));
    expect(again.parts).toEqual(prepared.parts);
    const signature = signWith(testKey('ec-p256'), 'ecdsa-sha256', again.parts[0]!.input.message);
    expect(again.assemble({ signature })).toEqual(prepared.assemble({ signature }));
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['annotations in a map', { ...subject, annotations: new Map([['a', 'b']]) }],
    ['annotations that are no texts', { ...subject, annotations: { a: 1 } }],
  ])('refuses a descriptor with %s', (__, descriptor) => {
    expect(thrown(() => format.prepare(descriptor as Descriptor, key, { signingTime: now })).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('S34: keeps the mark of an emulator in the signing agent, also when it is restored', () => {
    const chain = testChain({ extensions: [policy(EMULATED_POLICY_OID)] });
    const json = format.prepare(subject, { ...key, chain, assurance: 'emulated' }, { signingTime: now }).toJSON();
    expect(json.signingAgent).toMatch(/ emulated\/1$/);
    expect(format.restore(json).toJSON()).toEqual(json);
    expect(thrown(() => format.restore({ ...json, signingAgent: 'acme/1' })).code).toBe('ERR_MALFORMED');
  });

  it('restores nothing that it would not have written', () => {
    const json = format.prepare(subject, key, { signingTime: now, attributes: [{ name: 'a', value: 1 }] }).toJSON();
    for (const change of [
      { format: 'cosign' },
      { version: 2 },
      { extra: 1 },
      { signingInput: 'AA' },
      { signingInput: '' },
      { signingInput: 7 },
      { signingInput: notationJws.prepare(subject, key, { signingTime: now }).toJSON().format as string },
      { chain: [] },
      { chain: ['AA=='] },
      { signingAgent: 'a\nb' },
    ]) {
      const hostile = parseJsonObject(JSON.stringify({ ...json, ...change }));
      expect(['ERR_MALFORMED', 'ERR_CHAIN_INVALID', 'ERR_INVALID_ARGUMENT']).toContain(
        thrown(() => format.restore(hostile)).code,
      );
    }
    expect(format.restore(json).parts).toHaveLength(1);
  });
});

describe.each([
  ['JWS', notationJws],
  ['COSE', notationCose],
])('finishing %s', (_, format) => {
  it.each([
    ['ec-p256', 'sha256'],
    ['ec-p384', 'sha384'],
    ['ec-p521', 'sha512'],
    ['rsa-3072', 'sha384'],
  ] as const)('asks for a timestamp of the signature of %s by %s, and adds it', async (spec, hash) => {
    const { timestamper, asked } = fakeTimestamper();
    const before = signed({ format, leafKey: testKey(spec), prepare: { annotations: { a: 'b' } } });
    const after = await format.finish!(before, { clock, timestamper });
    const opened = openEnvelope(after.envelope, after.mediaType);
    const { signature } = openEnvelope(before.envelope, before.mediaType);
    expect(asked).toEqual([{ signature, hash }]);
    expect(parseTimestampToken(opened.timestamp as Uint8Array).imprint).toEqual(hashBytes(hash, signature));
    expect({ ...after, envelope: undefined }).toEqual({ ...before, envelope: undefined });
    const shown = inspectEnvelope(after.envelope, after.mediaType);
    expect({ ...shown, timestamp: undefined }).toEqual({
      ...inspectEnvelope(before.envelope, before.mediaType),
      timestamp: undefined,
    });
    expect(shown.timestamp).toBe(base64Text(opened.timestamp as Uint8Array));
  });

  it('changes nothing without a timestamper, under a signing authority, or twice', async () => {
    const { timestamper, asked } = fakeTimestamper();
    const plain = signed({ format });
    expect(await format.finish!(plain, { clock })).toBe(plain);
    const authority = signed({ format, prepare: { signingScheme: 'notary.x509.signingAuthority' } });
    expect(await format.finish!(authority, { clock, timestamper })).toBe(authority);
    expect(asked).toEqual([]);
    const once = await format.finish!(plain, { clock, timestamper });
    expect(await format.finish!(once, { clock, timestamper })).toBe(once);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['nothing', () => undefined],
    ['no bytes', () => new Uint8Array(0)],
    ['a text', () => 'MAMCAQU='],
    ['over 1 MiB', () => new Uint8Array(1024 * 1024 + 1)],
    ['no token', () => Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05)],
    ['a whole response', (signature: Uint8Array) => derWrap(0x30, concatBytes(hexBytes('3003020100'), stampOf(signature)))],
    ['a token about something else', () => stampOf(new Uint8Array(64))],
    ['a token about another hash than that of the key', (signature: Uint8Array) => stampOf(signature, { hash: 'sha512' })],
  ])('refuses a timestamper that answers with %s', async (__, answer) => {
    const { timestamper } = fakeTimestamper(answer);
    const error = await format.finish!(signed({ format }), { clock, timestamper }).catch((caught: unknown) => caught);
    expect(SignError.is(error, 'ERR_PROTOCOL')).toBe(true);
  });

  it('hands on what the timestamper throws, and the signal', async () => {
    const failing: Timestamper = {
      timestamp: async (__, ___, options) => {
        options?.signal?.throwIfAborted();
        throw new SignError('ERR_NETWORK', 'no route');
      },
    };
    await expect(format.finish!(signed({ format }), { clock, timestamper: failing })).rejects.toMatchObject({
      code: 'ERR_NETWORK',
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(format.finish!(signed({ format }), { clock, timestamper: failing, signal })).rejects.toThrow('enough');
  });

  it('refuses an artifact that has been changed meanwhile', async () => {
    const { timestamper, asked } = fakeTimestamper();
    const { envelope, ...rest } = signed({ format });
    const damaged = envelope.slice();
    damaged[damaged.byteLength - 20] = (damaged[damaged.byteLength - 20] as number) ^ 1;
    await expect(format.finish!({ ...rest, envelope: damaged }, { clock, timestamper })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_(SIGNATURE_MISMATCH|MALFORMED)$/),
    });
    expect(asked).toEqual([]);
  });
});

describe('the order of crit', () => {
  it('is that of each writer in Go: extended attributes come second in JWS and last in COSE', () => {
    const prepare = { expirySeconds: 5, attributes: [{ name: 'mine', value: 1, critical: true }] };
    const header = JSON.parse(atob(JSON.parse(new TextDecoder().decode(signed({ prepare }).envelope)).protected));
    expect(header.crit).toEqual(['io.cncf.notary.signingScheme', 'mine', 'io.cncf.notary.expiry']);
    const cose = parseCoseEnvelope(signed({ format: notationCose, prepare }).envelope).protected;
    const text = new TextDecoder('latin1').decode(cose);
    const at = ['signingScheme', 'expiry', 'mine'].map((name) => text.indexOf(name));
    expect(at).toEqual([...at].sort((a, b) => a - b));
  });

  it('says the same whichever envelope carries it', () => {
    const [a, b] = [notationJws, notationCose].map((format) => {
      const { envelope, mediaType } = signed({ format, prepare: everything });
      return openEnvelope(envelope, mediaType).attributes;
    });
    expect({ ...a, extended: Object.fromEntries(a!.extended) }).toEqual({ ...b, extended: Object.fromEntries(b!.extended) });
  });
});
