import { base64urlText, parseJsonObject, sha256Hex, utf8Text } from '@securosys/core';
import { evaluateSignature, notationJws, parseJwsEnvelope } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { day, now, rootCertificate, testChain, testKey } from './helpers/certificates.js';
import { jws, jwsNames, notarySpecs, signed, signWith, subject, trusting } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const chainOf = (spec: (typeof notarySpecs)[number]) => testChain({ leafKey: testKey(spec) });
const keyOf = (spec: (typeof notarySpecs)[number]) => ({ spec, spki: testKey(spec).spki, chain: chainOf(spec) });

describe.each(notarySpecs)('a JWS signature with %s', (spec) => {
  const signature = signed({ leafKey: testKey(spec), prepare: { expirySeconds: 3600, annotations: { build: '<1&2>' } } });

  it('is trusted by the verifier', async () => {
    const outcome = await evaluateSignature(signature.envelope, jws, trusting());
    expect(outcome).toMatchObject({
      verdict: 'trusted',
      warnings: [],
      level: 'strict',
      signature: { subject: { digest: subject.digest } },
    });
  });

  it('names the one algorithm of the key and keeps the header order and crit order of §5', () => {
    const header = utf8Text(parseJwsEnvelope(signature.envelope).protected);
    expect(header).toBe(
      `{"alg":"${jwsNames[spec]}","crit":["io.cncf.notary.signingScheme","io.cncf.notary.expiry"],` +
        '"cty":"application/vnd.cncf.notary.payload.v1+json","io.cncf.notary.expiry":"2026-06-01T12:59:59Z",' +
        '"io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-06-01T11:59:59Z"}',
    );
  });

  it('is refused when the signature is of another message', () => {
    const prepared = notationJws.prepare(subject, keyOf(spec), { signingTime: now });
    const other = signWith(testKey(spec), prepared.parts[0]!.algorithm, new TextEncoder().encode('another'));
    expect(thrown(() => prepared.assemble({ signature: other })).code).toBe('ERR_SIGNATURE_MISMATCH');
  });
});

describe('preparing', () => {
  const key = keyOf('ec-p256');

  it('gives the same bytes for the same input', () => {
    const make = () => notationJws.prepare(subject, key, { signingTime: now, expiresAt: now + day }).parts[0]!.input.message;
    expect(make()).toEqual(make());
  });

  it('signs media type, digest, size and annotations only, members sorted and escaped as Go does', () => {
    const rich = { ...subject, artifactType: 'a/b', platform: { os: 'linux' }, annotations: { z: '<' } };
    const { message } = notationJws.prepare(rich, key, { signingTime: now, annotations: { a: '&' } }).parts[0]!.input;
    const payload = `{"targetArtifact":{"annotations":{"a":"\\u0026","z":"\\u003c"},"digest":"${subject.digest}","mediaType":"${subject.mediaType}","size":942}}`;
    expect(utf8Text(message).split('.')[1]).toBe(base64urlText(new TextEncoder().encode(payload)));
  });

  it('hands the whole message to the signer, in the domain of JWS, with facts from the bytes', () => {
    const [part] = notationJws.prepare(subject, key, {
      signingTime: now + 999,
      expirySeconds: 60,
      annotations: { run: '7' },
    }).parts;
    expect(part).toMatchObject({ domain: 'jws', algorithm: 'ecdsa-sha256' });
    expect(part!.facts).toEqual(notationJws.explain(part!.input.message));
    expect(part!.facts).toMatchObject({
      format: 'notation-jws',
      subject: { ...subject, annotations: { run: '7' } },
      signedAt: '2026-06-01T12:00:00Z',
      expiresAt: '2026-06-01T12:01:00Z',
      details: { scheme: 'notary.x509', 'annotation run': '7' },
    });
  });

  it.each([
    ['a reserved annotation', { annotations: { 'io.cncf.notary.x': '1' } }],
    ['an annotation that the descriptor has', { annotations: { present: '1' } }],
    ['an expiry at the signing time', { expiresAt: now }],
    ['an expiry inside the second of signing', { expiresAt: now + 999 }],
    ['two expiries', { expiresAt: now + day, expirySeconds: 5 }],
    ['half a second', { expirySeconds: 0.5 }],
    ['an expiry of zero seconds', { expirySeconds: 0 }],
    ['a signing agent with a line break', { signingAgent: 'a\nb' }],
    ['an unknown option', { expiry: '1d' }],
  ])('refuses %s', (_, options) => {
    const described = { ...subject, annotations: { present: '0' } };
    expect(thrown(() => notationJws.prepare(described, key, { signingTime: now, ...options })).code).toBe('ERR_INVALID_ARGUMENT');
  });

  it('refuses a leaf for another key, a chain that was not valid then, and no chain', () => {
    const other = testKey('ec-p256', 'other');
    expect(thrown(() => notationJws.prepare(subject, { ...key, spki: other.spki }, { signingTime: now })).details.rule).toBe(
      'leaf-key',
    );
    expect(thrown(() => notationJws.prepare(subject, key, { signingTime: now + 400 * day })).code).toBe('ERR_CHAIN_INVALID');
    expect(thrown(() => notationJws.prepare(subject, { ...key, chain: [] }, { signingTime: now })).code).toBe(
      'ERR_CHAIN_INVALID',
    );
    expect(thrown(() => notationJws.prepare(subject, { ...key, chain: [key.chain[0]!] }, { signingTime: now })).code).toBe(
      'ERR_CHAIN_INVALID',
    );
  });

  it('refuses a key for which the Notary Project has no algorithm', () => {
    const leafKey = testKey('ed25519');
    const edKey = { spec: leafKey.spec, spki: leafKey.spki, chain: testChain({ leafKey }) };
    expect(thrown(() => notationJws.prepare(subject, edKey, { signingTime: now })).code).toBe('ERR_ALGORITHM_UNSUPPORTED');
  });

  it('refuses missing, unknown and surplus signatures', () => {
    const prepared = notationJws.prepare(subject, key, { signingTime: now });
    const sets: Record<string, Uint8Array>[] = [
      {},
      { other: new Uint8Array(64) },
      { signature: new Uint8Array(64), other: new Uint8Array(64) },
    ];
    for (const set of sets) expect(thrown(() => prepared.assemble(set)).code).toBe('ERR_INVALID_ARGUMENT');
  });
});

describe('restoring', () => {
  const key = keyOf('ec-p384');
  const prepared = notationJws.prepare(subject, key, { signingTime: now, expirySeconds: 60, annotations: { a: 'b' } });
  const json = () => parseJsonObject(JSON.stringify(prepared.toJSON()));

  it('gives the same parts and assembles the same artifact', () => {
    const again = notationJws.restore(json());
    expect(again.parts).toEqual(prepared.parts);
    const signature = signWith(testKey('ec-p384'), 'ecdsa-sha384', again.parts[0]!.input.message);
    expect(again.assemble({ signature })).toEqual(prepared.assemble({ signature }));
  });

  const header = (change: Record<string, unknown>) => {
    const [head, body] = (prepared.toJSON().signingInput as string).split('.');
    const members = JSON.parse(Buffer.from(head!, 'base64url').toString());
    return `${Buffer.from(JSON.stringify({ ...members, ...change })).toString('base64url')}.${body}`;
  };

  it.each<[string, Record<string, unknown>]>([
    ['an unknown member', { url: 'https://registry.example' }],
    ['another format', { format: 'cosign' }],
    ['another version', { version: 2 }],
    ['no signing input', { signingInput: undefined }],
    ['a signing input that is not base64url', { signingInput: 'a.b.c' }],
    ['a hidden attribute', { signingInput: header({ hidden: 1 }) }],
    ['another algorithm', { signingInput: header({ alg: 'PS256' }) }],
    ['another content type', { signingInput: header({ cty: 'text/plain' }) }],
    ['no chain', { chain: [] }],
    ['a chain of numbers', { chain: [1] }],
    ['a chain for a key of another kind', { chain: chainOf('ec-p256').map((der) => Buffer.from(der).toString('base64')) }],
    ['a signing agent that is no text', { signingAgent: 5 }],
    ['a signing agent with a line break', { signingAgent: 'a\r\nb' }],
  ])('refuses %s', (_, change) => {
    const hostile = parseJsonObject(JSON.stringify({ ...prepared.toJSON(), ...change }));
    expect(['ERR_MALFORMED', 'ERR_CHAIN_INVALID', 'ERR_INVALID_ARGUMENT']).toContain(
      thrown(() => notationJws.restore(hostile)).code,
    );
  });
});

describe('explaining', () => {
  it.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a bare digest', 'aa'.repeat(32)],
    ['a JWS of another content type', `${base64urlText(new TextEncoder().encode('{"alg":"ES256","cty":"text/plain"}'))}.e30`],
    ['a third segment', 'e30.e30.e30'],
  ])('has nothing to say about %s', (_, text) => {
    expect(notationJws.explain(new TextEncoder().encode(text))).toBeUndefined();
  });

  it('shows hostile annotations escaped', () => {
    const signature = signed({ prepare: { annotations: { 'a\u202eb': 'x\u001b[2J' } } });
    const facts = notationJws.explain(parseJwsEnvelope(signature.envelope).signingInput);
    expect(facts?.details?.['annotation a\\u{202e}b']).toBe('x\\u{1b}[2J');
  });

  it('shows every annotation, whole, however alike the names are', () => {
    const long = `${'n'.repeat(300)}`;
    const text = `${'t'.repeat(500)} sha256:${'c'.repeat(64)}`;
    const annotations = { [`${long}1`]: 'one', [`${long}2`]: 'two', 'a\u202eb': 'raw', 'a\\u{202e}b': 'escaped', note: text };
    const { message } = notationJws.prepare(subject, keyOf('ec-p256'), { signingTime: now, annotations }).parts[0]!.input;
    const details = notationJws.explain(message)?.details ?? {};
    expect(details).toMatchObject({
      [`annotation ${long}1`]: 'one',
      [`annotation ${long}2`]: 'two',
      'annotation note': text,
    });
    const alike = Object.entries(details).filter(([name]) => name.startsWith('annotation a'));
    expect(alike.map(([name]) => name).sort()).toEqual(['annotation a\\u{202e}b', 'annotation a\\u{202e}b (2)']);
    expect(alike.map(([, value]) => value).sort()).toEqual(['escaped', 'raw']);
  });
});

describe('a finished signature', () => {
  it('carries thumbprints and creation time for its manifest', () => {
    expect(signed().annotations).toMatchObject({
      'io.cncf.notary.x509chain.thumbprint#S256': expect.stringMatching(/^\["[0-9a-f]{64}","[0-9a-f]{64}"\]$/),
      'org.opencontainers.image.created': '2026-06-01T11:59:59Z',
    });
    expect(signed().annotations['io.cncf.notary.x509chain.thumbprint#S256']).toContain(sha256Hex(rootCertificate()));
  });

  it('is stale from its expiry on, and outside the validity of its certificates', () => {
    const signature = signed({ prepare: { expiresAt: now + 60_000 } });
    const { check } = notationJws;
    expect(check!(signature, now)).toBeUndefined();
    expect(thrown(() => check!(signature, Number.NaN)).code).toBe('ERR_INVALID_ARGUMENT');
    expect(check!(signature, now + 59_999)).toBeUndefined();
    expect(check!(signature, now + 60_000)?.code).toBe('expired');
    const endless = signed();
    expect(check!(endless, now + 265 * day)).toBeUndefined();
    expect(check!(endless, now + 265 * day + 1)?.code).toBe('certificate-expired');
    expect(check!(endless, now - 101 * day)?.code).toBe('not-yet-valid');
  });
});
