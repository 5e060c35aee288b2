import { constants, sign } from 'node:crypto';
import { base64urlText, ecdsaToDer, utf8Bytes } from '@securosys/core';
import { evaluateSignature, inspectEnvelope, openEnvelope, parseJwsEnvelope } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { basicConstraints, certificate, defaultSubject, keyUsage, testChain, testKey } from './helpers/certificates.js';
import {
  cose,
  jws,
  jwsNames,
  notarySpecs,
  type RawSettings,
  rawEnvelope,
  signWith,
  subject,
  trusting,
  validHeader,
} from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const scheme = 'io.cncf.notary.signingScheme';
const time = 'io.cncf.notary.signingTime';
const authentic = 'io.cncf.notary.authenticSigningTime';
const expiry = 'io.cncf.notary.expiry';
const plugin = 'io.cncf.notary.verificationPlugin';
const when = '2026-06-01T11:59:59Z';
const later = '2027-01-01T00:00:00Z';

const reasonFor = (settings: RawSettings): unknown => {
  const error = thrown(() => openEnvelope(rawEnvelope(settings), jws));
  return error.details.reason ?? error.code;
};
const opens = (settings: RawSettings) => openEnvelope(rawEnvelope(settings), jws);

describe.each(notarySpecs)('an envelope of another writer with %s', (spec) => {
  const key = testKey(spec);

  it('opens', () => {
    expect(opens({ key }).subject).toEqual(subject);
  });

  it.each(Object.values(jwsNames).filter((name) => name !== jwsNames[spec]))(
    'is refused with alg %s, which belongs to another key',
    (alg) => {
      expect(reasonFor({ key, header: { alg } })).toBe('algorithm');
    },
  );
});

describe('alg and key material in the header', () => {
  it.each([
    'none',
    'None',
    'HS256',
    'HS384',
    'HS512',
    'RS256',
    'RS512',
    'EdDSA',
    'ES256K',
    'es256',
    '',
    null,
    7,
    ['ES256'],
    undefined,
  ])('refuses alg %j', (alg) => {
    expect(reasonFor({ header: { alg } })).toBe('algorithm');
  });

  it('refuses an HMAC keyed with the public key', () => {
    expect(reasonFor({ header: { alg: 'HS256' }, signer: () => new Uint8Array(32) })).toBe('algorithm');
  });

  it.each(['jwk', 'jku', 'x5u', 'x5c', 'kid', 'x5t', 'typ', 'zip', 'enc'])(
    'never uses %s: uncritical it is an attribute, critical it is unknown',
    (name) => {
      const { attributes } = opens({ header: { [name]: 'https://attacker.example/key' } });
      expect(attributes.extended.get(name)).toBe('https://attacker.example/key');
      expect(opens({ header: { [name]: 1, crit: [scheme, name] } }).attributes.criticalExtended).toEqual([name]);
    },
  );

  it('does not take a certificate chain from the protected header', () => {
    const chain = testChain().map((der) => Buffer.from(der).toString('base64'));
    expect(reasonFor({ header: { x5c: chain }, change: (envelope) => Object.assign(envelope, { header: {} }) })).toBe(
      'malformed',
    );
  });

  it.each([true, false, null])('refuses b64: %j, critical or not', (b64) => {
    expect(reasonFor({ header: { b64 } })).toBe('malformed');
    expect(reasonFor({ header: { b64, crit: [scheme, 'b64'] } })).toBe('malformed');
  });
});

describe('crit (§5.1 step 6)', () => {
  it.each<[string, Record<string, unknown>]>([
    ['absent', { crit: undefined }],
    ['empty', { crit: [] }],
    ['no list', { crit: scheme }],
    ['a list of numbers', { crit: [scheme, 1] }],
    ['listing alg', { crit: [scheme, 'alg'] }],
    ['listing cty', { crit: [scheme, 'cty'] }],
    ['listing crit', { crit: [scheme, 'crit'] }],
    ['listing the signing time', { crit: [scheme, time] }],
    ['listing an absent expiry', { crit: [scheme, expiry] }],
    ['listing an absent attribute', { crit: [scheme, 'absent'] }],
    ['listing a system header twice', { crit: [scheme, scheme] }],
    ['listing an attribute twice', { crit: [scheme, 'a', 'a'], a: 1 }],
    ['without the signing scheme', { crit: ['a'], a: 1 }],
    ['without a present expiry', { [expiry]: later }],
    ['without a present authentic time', { [scheme]: 'notary.x509.signingAuthority', [time]: undefined, [authentic]: when }],
    ['without a present plugin', { [plugin]: 'p' }],
  ])('is refused %s', (_, header) => {
    expect(reasonFor({ header })).toBe('critical');
  });

  it('is accepted in any order when complete', () => {
    const header = { crit: ['b', expiry, scheme, 'a'], [expiry]: later, a: 1, b: { c: [] } };
    expect(opens({ header }).attributes).toMatchObject({ criticalExtended: ['b', 'a'], expiry: Date.parse(later) });
  });
});

describe('signed attributes', () => {
  const authority = { [scheme]: 'notary.x509.signingAuthority', [time]: undefined, [authentic]: when, crit: [scheme, authentic] };

  it('takes the authentic time of a signing authority as the signing time', () => {
    expect(opens({ header: authority }).attributes).toMatchObject({
      scheme: 'notary.x509.signingAuthority',
      signingTime: Date.parse(when),
    });
  });

  it.each<[string, Record<string, unknown>]>([
    ['another scheme', { [scheme]: 'notary.x509.other' }],
    ['no scheme', { [scheme]: undefined, crit: ['a'], a: 1 }],
    ['no signing time', { [time]: undefined }],
    ['an authentic time in notary.x509', { [authentic]: when, crit: [scheme, authentic] }],
    ['a signing time of an authority', { ...authority, [time]: when }],
    ['an authority without authentic time', { ...authority, [authentic]: undefined, crit: [scheme] }],
    ['an expiry at the signing time', { [expiry]: when, crit: [scheme, expiry] }],
    ['an expiry before it', { [expiry]: '2020-01-01T00:00:00Z', crit: [scheme, expiry] }],
    ['an expiry of null', { [expiry]: null, crit: [scheme, expiry] }],
    ['a blank plugin', { [plugin]: ' ', crit: [scheme, plugin] }],
    ['a plugin that is no text', { [plugin]: 1, crit: [scheme, plugin] }],
  ])('refuses %s', (_, header) => {
    expect(reasonFor({ header })).toBe('malformed');
  });

  it.each([
    ['2026-06-01T19:59:59+08:00', Date.parse(when)],
    ['2026-06-01T11:59:59.25Z', Date.parse(when) + 250],
    ['2026-06-01T11:59:59.123456789Z', Date.parse(when) + 123],
    ['2099-12-31T23:59:59-00:30', Date.parse('2100-01-01T00:29:59Z')],
  ])('reads the time %s', (text, expected) => {
    expect(opens({ header: { [time]: text } }).attributes.signingTime).toBe(expected);
  });

  it.each([
    '2026-06-01t11:59:59Z',
    '2026-06-01T11:59:59z',
    '2026-06-01 11:59:59Z',
    '2026-06-01T11:59:59',
    '2026-06-01T11:59:59+0800',
    '2026-06-01T11:59Z',
    '2026-06-01T24:00:00Z',
    '2026-06-01T11:59:60Z',
    '2026-02-30T11:59:59Z',
    '2026-13-01T11:59:59Z',
    '2026-06-01T11:59:59+24:00',
    '0001-01-01T00:00:00Z',
    // Date.UTC would take these years for 1970 and 1999.
    '0070-06-01T11:59:59Z',
    '0099-12-31T23:59:59Z',
    // Behind the last second that RFC 3339 can write.
    '9999-12-31T23:59:59-00:01',
    1780315199,
    null,
  ])('refuses the time %j', (text) => {
    expect(reasonFor({ header: { [time]: text } })).toBe('malformed');
  });

  it('refuses another content type, and none', () => {
    for (const cty of ['application/vnd.cncf.notary.payload.v2+json', 'text/plain', '', undefined, 1])
      expect(reasonFor({ header: { cty } })).toBe('content-type');
  });
});

describe('one document, one reading', () => {
  const text = JSON.stringify(validHeader('ES256')).slice(1, -1);

  it.each([
    ['alg beside ALG', `{${text},"ALG":"ES256"}`],
    ['ALG alone', `{${text.replace('"alg"', '"ALG"')}}`],
    ['a duplicate alg', `{${text},"alg":"ES256"}`],
    ['a Kelvin sign for a k', `{${text},"a\u212a":1,"ak":2}`],
    ['an expiry in other case', `{${text},"IO.CNCF.NOTARY.EXPIRY":"2020-01-01T00:00:00Z"}`],
    ['a byte-order mark', `\ufeff{${text}}`],
    ['data after the header', `{${text}}{}`],
    ['no object', `[${text.length}]`],
  ])('refuses a protected header with %s', (_, header) => {
    expect(['malformed', 'algorithm', 'ERR_MALFORMED']).toContain(reasonFor({ header }));
  });

  const target = JSON.stringify(subject).slice(1, -1);
  it.each([
    ['a second member', `{"targetArtifact":{${target}},"other":1}`],
    ['a duplicate target', `{"targetArtifact":{${target}},"targetArtifact":{${target}}}`],
    ['the target in other case', `{"TargetArtifact":{${target}}}`],
    ['a digest in two cases', `{"targetArtifact":{${target},"Digest":"sha256:${'00'.repeat(32)}"}}`],
    ['a duplicate digest', `{"targetArtifact":{${target},"digest":"sha256:${'00'.repeat(32)}"}}`],
    ['no target', '{}'],
    ['a list', '[]'],
    ['a size in text', `{"targetArtifact":{${target.replace('942', '"942"')}}}`],
    ['a size with a fraction', `{"targetArtifact":{${target.replace('942', '942.0')}}}`],
    ['a size with an exponent', `{"targetArtifact":{${target.replace('942', '9.42e2')}}}`],
    ['a negative size', `{"targetArtifact":{${target.replace('942', '-1')}}}`],
    ['half a byte', `{"targetArtifact":{${target.replace('942', '0.5')}}}`],
    ['a size over 2^53', `{"targetArtifact":{${target.replace('942', '9007199254740993')}}}`],
    ['a digest in upper case', `{"targetArtifact":{${target.replaceAll('5a', '5A')}}}`],
    ['a digest with a path', `{"targetArtifact":{${target.replace(/sha256:5a5a5a/, 'sha256:../..')}}}`],
    ['SHA-1', `{"targetArtifact":{${target.replace(/sha256:[0-9a-f]{64}/, `sha1:${'00'.repeat(20)}`)}}}`],
    ['an annotation that is no text', `{"targetArtifact":{${target},"annotations":{"a":1}}}`],
    ['a media type with a line break', `{"targetArtifact":{${target.replace('application/', 'application/\\n')}}}`],
  ])('refuses a payload with %s', (_, payload) => {
    expect(['malformed', 'ERR_MALFORMED']).toContain(reasonFor({ payload }));
  });

  it('ignores members of the descriptor that OCI may add', () => {
    expect(
      opens({ payload: `{"targetArtifact":{${target},"urls":["https://x.example"],"artifactType":"a/b"}}` }).subject,
    ).toEqual({
      ...subject,
      artifactType: 'a/b',
    });
  });
});

describe('the envelope', () => {
  const broken = (change: (envelope: Record<string, unknown>) => void) => reasonFor({ change });
  const header = (envelope: Record<string, unknown>) => envelope.header as Record<string, unknown>;

  it.each<[string, (envelope: Record<string, unknown>) => void]>([
    ['an unknown member', (e) => Object.assign(e, { extra: 1 })],
    ['general serialization', (e) => Object.assign(e, { signatures: [] })],
    ['a member in another case', (e) => Object.assign(e, { Payload: e.payload })],
    ['no header', (e) => delete e.header],
    ['no signature', (e) => delete e.signature],
    ['an empty signature', (e) => Object.assign(e, { signature: '' })],
    ['an empty payload', (e) => Object.assign(e, { payload: '' })],
    ['a dot in the payload', (e) => Object.assign(e, { payload: `${e.payload}.e30` })],
    ['a padded payload', (e) => Object.assign(e, { payload: `${e.payload}==` })],
    ['a line break in the payload', (e) => Object.assign(e, { payload: `\n${e.payload}` })],
    ['unused bits in the signature', (e) => Object.assign(e, { signature: (e.signature as string).replace(/.$/, 'B') })],
    ['no certificates', (e) => Object.assign(header(e), { x5c: [] })],
    ['x5c and X5C', (e) => Object.assign(header(e), { X5C: header(e).x5c })],
    [
      'certificates in base64url',
      (e) =>
        Object.assign(header(e), { x5c: (header(e).x5c as string[]).map((c) => c.replaceAll('+', '-').replaceAll('/', '_')) }),
    ],
    ['a certificate that is no text', (e) => Object.assign(header(e), { x5c: [1] })],
    ['17 certificates', (e) => Object.assign(header(e), { x5c: Array(17).fill((header(e).x5c as string[])[0]) })],
    ['a signing agent that is no text', (e) => Object.assign(header(e), { 'io.cncf.notary.signingAgent': 1 })],
    ['a signing agent in another case that is no text', (e) => Object.assign(header(e), { 'io.cncf.notary.SigningAgent': 1 })],
    ['a timestamp that is no text', (e) => Object.assign(header(e), { 'io.cncf.notary.timestampSignature': {} })],
  ])('is refused with %s', (_, change) => {
    expect(['malformed', 'ERR_MALFORMED']).toContain(broken(change));
  });

  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['a byte-order mark', '\ufeff{}'],
    ['data behind it', '{}x'],
    ['endless nesting', `{"header":${'['.repeat(10_000)}`],
  ])('is refused when it is %s', (_, text) => {
    expect(['ERR_MALFORMED', 'ERR_LIMIT']).toContain(thrown(() => parseJwsEnvelope(utf8Bytes(text))).code);
  });

  it('keeps no more than 256 KiB of what a stranger had signed', () => {
    const noted = (length: number) =>
      JSON.stringify({ targetArtifact: { ...subject, annotations: { note: 'x'.repeat(length) } } });
    expect(opens({ payload: noted(250_000) }).subject.annotations?.note).toHaveLength(250_000);
    expect(reasonFor({ payload: noted(270_000) })).toBe('ERR_LIMIT');
  });

  it('is refused over 4 MiB before anything in it is read', () => {
    expect(thrown(() => parseJwsEnvelope(new Uint8Array(4 * 1024 * 1024 + 1))).code).toBe('ERR_LIMIT');
  });

  it.each<unknown>([undefined, null, 'text', [], new ArrayBuffer(9)])(
    'that is no Uint8Array but %j is wrong use and no verdict',
    async (bytes) => {
      for (const type of [jws, cose]) {
        expect(thrown(() => openEnvelope(bytes as Uint8Array, type)).code).toBe('ERR_INVALID_ARGUMENT');
        expect(thrown(() => inspectEnvelope(bytes as Uint8Array, type)).code).toBe('ERR_INVALID_ARGUMENT');
        await expect(evaluateSignature(bytes as Uint8Array, type, trusting())).rejects.toMatchObject({
          code: 'ERR_INVALID_ARGUMENT',
        });
      }
    },
  );

  it('hands out memory of its own', () => {
    const { payload, signature, signingInput } = parseJwsEnvelope(rawEnvelope());
    for (const bytes of [payload, signature, signingInput]) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });
});

describe('the signature itself', () => {
  it.each([0, 20, 48, 222])('refuses a PSS salt of %i bytes, which only lax verifiers take', (saltLength) => {
    const key = testKey('rsa-2048');
    const signer = (message: Uint8Array) =>
      Uint8Array.from(sign('sha256', message, { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));
    expect(reasonFor({ key, signer })).toBe('signature');
  });

  it('refuses PKCS#1 v1.5, DER, a padded r‖s and zeros', () => {
    const rsa = testKey('rsa-2048');
    expect(reasonFor({ key: rsa, signer: (message) => signWith(rsa, 'rsa-pkcs1-sha256', message) })).toBe('signature');
    const ec = testKey('ec-p256');
    const good = (message: Uint8Array) => signWith(ec, 'ecdsa-sha256', message);
    expect(reasonFor({ signer: (message) => ecdsaToDer(good(message)) })).toBe('signature');
    expect(reasonFor({ signer: (m) => Uint8Array.of(0, ...good(m).subarray(0, 32), 0, ...good(m).subarray(32)) })).toBe(
      'signature',
    );
    expect(reasonFor({ signer: () => new Uint8Array(64) })).toBe('signature');
  });

  it('refuses a chain that breaks a rule, although the signature is good', () => {
    const [leaf, root] = testChain();
    expect(reasonFor({ chain: [leaf] })).toBe('ERR_CHAIN_INVALID');
    expect(reasonFor({ chain: [leaf, root, root] })).toBe('ERR_CHAIN_INVALID');
    const key = testKey('ec-p256');
    const alone = (extensions: Uint8Array[]) => [certificate({ key, issuerKey: key, issuer: defaultSubject, extensions })];
    expect(opens({ chain: alone([keyUsage('0780')]) }).chain).toHaveLength(1);
    expect(reasonFor({ chain: alone([basicConstraints(true), keyUsage('0204')]) })).toBe('ERR_CHAIN_INVALID');
  });

  it('covers the exact text of header and payload', () => {
    const envelope = parseJwsEnvelope(rawEnvelope());
    expect(new TextDecoder().decode(envelope.signingInput)).toBe(
      `${base64urlText(envelope.protected)}.${base64urlText(envelope.payload)}`,
    );
  });
});
