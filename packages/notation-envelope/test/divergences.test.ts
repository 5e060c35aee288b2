import { createPublicKey } from 'node:crypto';
import { base64urlText, concatBytes, derWrap, spkiOf, utf8Bytes } from '@securosys/core';
import { type EvaluateOptions, evaluateSignature, notationCose, notationJws, openEnvelope } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { epochTime } from '../src/envelope/cose-cbor.js';
import {
  basicConstraints,
  certificate,
  day,
  extension,
  keyUsage,
  now,
  oid,
  rootCertificate,
  rootSubject,
  testChain,
  testKey,
} from './helpers/certificates.js';
import { rawCose } from './helpers/cose-envelope.js';
import { clockAt, cose, jws, policyWith, rawEnvelope, signed, subject, trusting } from './helpers/envelopes.js';
import { fakePlugins, pluginEnvelope, pluginName, revocationCapability } from './helpers/verifiers.js';

/**
 * `notation.md` §20: where Notation's code and its specification part. `docs/notation-divergences.md` says for every row what we do and
 * which test holds it; rows that no other test holds are here.
 */
const verdict = async (envelope: Uint8Array, mediaType = jws, changes: Partial<EvaluateOptions> = {}) => {
  const outcome = await evaluateSignature(envelope, mediaType, trusting(changes));
  return outcome.verdict === 'not-trusted' ? outcome.failures.map(({ reason }) => reason?.code).join() : outcome.verdict;
};
const scheme = 'io.cncf.notary.signingScheme';
const time = 'io.cncf.notary.signingTime';
const authentic = 'io.cncf.notary.authenticSigningTime';
const expiry = 'io.cncf.notary.expiry';
const plugin = 'io.cncf.notary.verificationPlugin';
const compatibility = { unknownCriticalAttributes: true };
const skipRevocation = { trustPolicy: policyWith({}, { override: { revocation: 'skip' } }) };
const revoking = () => ({ plugins: fakePlugins({ metadata: { capabilities: [revocationCapability] } }) });

describe('envelopes, both formats (§20.1)', () => {
  it('#1: an unknown critical attribute is refused, with no plugin and with one that has nothing to run, unless that is allowed', async () => {
    const header = [
      [2, [scheme, 'x']],
      ['x', 1],
    ] as const;
    for (const [envelope, type] of [
      [rawEnvelope({ header: { crit: [scheme, 'x'], x: 1 } }), jws],
      [rawCose({ header }), cose],
    ] as const) {
      expect(await verdict(envelope, type)).toBe('unknown-critical-attribute');
      expect(await verdict(envelope, type, { compatibility })).toBe('trusted');
    }
    const named = [
      [pluginEnvelope({ x: 1 }, { critical: ['x'] }), jws],
      [rawCose({ header: [...header, [2, [scheme, plugin, 'x']], [plugin, pluginName]] }), cose],
    ] as const;
    for (const [envelope, type] of named) {
      expect(await verdict(envelope, type, { ...skipRevocation, ...revoking() })).toBe('unknown-critical-attribute');
      expect(await verdict(envelope, type, { ...skipRevocation, ...revoking(), compatibility })).toBe('trusted');
      expect(await verdict(envelope, type, revoking())).toBe('trusted');
    }
  });

  it('#3: a critical attribute with an integer for a name is refused, with a plugin too; one that is not critical says nothing', async () => {
    const named = [
      [2, [scheme, plugin, 99]],
      [plugin, pluginName],
      [99, 1],
    ] as const;
    expect(
      await verdict(
        rawCose({
          header: [
            [2, [scheme, 99]],
            [99, 1],
          ],
        }),
        cose,
      ),
    ).toBe('unknown-critical-attribute');
    expect(await verdict(rawCose({ header: named }), cose, { plugins: fakePlugins() })).toBe('unknown-critical-attribute');
    expect(await verdict(rawCose({ header: named }), cose, { plugins: fakePlugins(), compatibility })).toBe('trusted');
    const plugins = fakePlugins();
    const uncritical = rawCose({ header: [...named, [2, [scheme, plugin]]] });
    expect(await verdict(uncritical, cose, { plugins })).toBe('trusted');
    expect(plugins.requests[0]?.signature.unprocessedAttributes).toEqual([]);
  });

  it('#4: the signing time, which nobody vouches for, is not held against the certificates, but against a limit where one is set', async () => {
    const future = rawEnvelope({ header: { [time]: '2099-01-01T00:00:00Z' } });
    expect(await verdict(future)).toBe('trusted');
    expect(await verdict(future, jws, { maxSignatureAgeMs: day })).toBe('too-old');
  });

  it('#5: a signature has expired at its expiry', async () => {
    const until = Date.UTC(2026, 6, 1);
    const envelopes = [
      [rawEnvelope({ header: { crit: [scheme, expiry], [expiry]: '2026-07-01T00:00:00Z' } }), jws],
      [
        rawCose({
          header: [
            [2, [scheme, expiry]],
            [expiry, epochTime(until)],
          ],
        }),
        cose,
      ],
    ] as const;
    for (const [envelope, type] of envelopes) {
      expect(await verdict(envelope, type, { clock: clockAt(until - 1) })).toBe('trusted');
      expect(await verdict(envelope, type, { clock: clockAt(until) })).toBe('expired');
    }
  });

  it('#6: fractions of a second are read behind a point, not behind a comma, and in COSE not at all', async () => {
    expect(await verdict(rawEnvelope({ header: { [time]: '2026-06-01T11:59:59.5Z' } }))).toBe('trusted');
    expect(await verdict(rawEnvelope({ header: { [time]: '2026-06-01T11:59:59,5Z' } }))).toBe('malformed');
    expect(await verdict(rawCose({ header: [[time, 1_780_315_199.5]] }), cose)).toBe('malformed');
  });

  it('#7: the signing agent names us and decides nothing', async () => {
    const agent = (text: string) =>
      rawEnvelope({ change: ({ header }) => Object.assign(header as object, { 'io.cncf.notary.signingAgent': text }) });
    for (const text of ['', 'notation-go/1.3.2', '\u0000']) expect(await verdict(agent(text))).toBe('trusted');
    expect(openEnvelope(signed().envelope, jws).signingAgent).toMatch(/^securosys-sign\//);
  });

  it('#8: opening an envelope checks the content type of its payload', async () => {
    expect(await verdict(rawEnvelope({ header: { cty: 'application/json' } }))).toBe('content-type');
    expect(await verdict(rawCose({ header: [[3, 'application/json']] }), cose)).toBe('content-type');
  });
});

describe('JWS (§20.2)', () => {
  const text = (object: object) => JSON.stringify(object).slice(1, -1);
  const header = {
    alg: 'ES256',
    crit: [scheme],
    cty: 'application/vnd.cncf.notary.payload.v1+json',
    [scheme]: 'notary.x509',
    [time]: '2026-06-01T11:59:59Z',
  };

  it('#9: a member that stands twice, or in two cases, makes header, payload and envelope unreadable', async () => {
    for (const extra of ['"alg":"ES256"', '"ALG":"ES256"', '"Cty":"x"', '"io.cncf.notary.SigningScheme":"x"'])
      for (const document of [`{${text(header)},${extra}}`, `{${extra},${text(header)}}`])
        expect(await verdict(rawEnvelope({ header: document })), document).toBe('malformed');
    const target = text(subject);
    for (const payload of [
      `{"targetArtifact":{${target},"size":942}}`,
      `{"targetArtifact":{${target},"Size":942}}`,
      `{"TargetArtifact":{${target}}}`,
    ])
      expect(await verdict(rawEnvelope({ payload })), payload).toBe('malformed');
    const envelope = new TextDecoder().decode(rawEnvelope());
    expect(await verdict(utf8Bytes(envelope.replace('{', '{"Payload":"e30",')))).toBe('malformed');
  });

  it('#10: a size that JSON numbers do not hold exactly is neither signed nor read, and the bytes signed are the bytes written', async () => {
    const size = 2 ** 53;
    expect(await verdict(rawEnvelope({ payload: JSON.stringify({ targetArtifact: { ...subject, size } }) }))).toBe('malformed');
    for (const format of [notationJws, notationCose]) expect(() => signed({ of: { ...subject, size }, format })).toThrow();
    expect(await verdict(rawEnvelope({ payload: ` { "targetArtifact" : ${JSON.stringify(subject)} } ` }))).toBe('trusted');
  });

  it('#11: a payload that is no JSON object is refused in both formats', async () => {
    for (const payload of ['[]', '"x"', '1', 'null', ''])
      for (const [envelope, type] of [
        [rawEnvelope({ payload }), jws],
        [rawCose({ payload }), cose],
      ] as const)
        expect(await verdict(envelope, type), payload).toBe('malformed');
  });

  it('#13: base64url that is not canonical is refused', async () => {
    for (const change of [(t: string) => `${t}=`, (t: string) => `${t.slice(0, 8)}\n${t.slice(8)}`, (t: string) => `${t} `])
      expect(await verdict(rawEnvelope({ change: (e) => Object.assign(e, { signature: change(e.signature as string) }) }))).toBe(
        'malformed',
      );
    const loose = `${base64urlText(utf8Bytes('{}')).slice(0, -1)}1`;
    expect(await verdict(rawEnvelope({ change: (e) => Object.assign(e, { payload: loose }) }))).toBe('malformed');
  });

  it('#14: crit may list neither the signing time nor anything twice, in COSE as in JWS', async () => {
    for (const crit of [
      [scheme, time],
      [scheme, scheme],
    ]) {
      expect(await verdict(rawEnvelope({ header: { crit } }))).toBe('critical');
      expect(await verdict(rawCose({ header: [[2, crit]] }), cose)).toBe('critical');
    }
  });

  it('#15: times with an offset are read, and written in UTC', async () => {
    const open = openEnvelope(rawEnvelope({ header: { [time]: '2026-06-01T19:59:59+08:00' } }), jws);
    expect(open.attributes.signingTime).toBe(now - 1000);
    const written = JSON.parse(new TextDecoder().decode(signed().envelope)) as { protected: string };
    expect(Buffer.from(written.protected, 'base64url').toString()).toContain(
      '"io.cncf.notary.signingTime":"2026-06-01T11:59:59Z"',
    );
  });

  it('#16: kid, x5t and the like are attributes, unknown when critical; b64 is refused', async () => {
    for (const name of ['kid', 'x5t', 'typ']) {
      expect(await verdict(rawEnvelope({ header: { [name]: 'x' } }))).toBe('trusted');
      expect(await verdict(rawEnvelope({ header: { [name]: 'x', crit: [scheme, name] } }))).toBe('unknown-critical-attribute');
    }
    expect(await verdict(rawEnvelope({ header: { b64: true } }))).toBe('malformed');
  });
});

describe('COSE (§20.3)', () => {
  it('a plain envelope is trusted, so that what follows fails for its own reason', async () => {
    expect(await verdict(rawCose(), cose)).toBe('trusted');
  });

  it('#12: a PSS salt is as long as the hash, in JWS as in COSE', async () => {
    const key = testKey('rsa-2048');
    const { sign, constants } = await import('node:crypto');
    const salted = (saltLength: number) => (message: Uint8Array) =>
      Uint8Array.from(sign('sha256', message, { key: key.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));
    for (const saltLength of [0, 20, 48, 222])
      expect(await verdict(rawEnvelope({ key, signer: salted(saltLength) }))).toBe('signature');
    expect(await verdict(rawEnvelope({ key, signer: salted(32) }))).toBe('trusted');
  });

  it('#17: certificates stand in the unprotected map, as a list', async () => {
    const chain = testChain();
    expect(await verdict(rawCose({ unprotected: [[33, chain[0]]] }), cose)).toBe('malformed');
    expect(await verdict(rawCose({ header: [[33, chain]], unprotected: [[33, undefined]] }), cose)).toBe('malformed');
  });

  it('#18: the time of the other scheme is refused, critical or not', async () => {
    for (const crit of [[scheme], [scheme, authentic]])
      expect(
        await verdict(
          rawCose({
            header: [
              [2, crit],
              [authentic, epochTime(now)],
            ],
          }),
          cose,
        ),
      ).not.toBe('trusted');
    const other = rawCose({
      header: [
        [scheme, 'notary.x509.signingAuthority'],
        [2, [scheme, authentic]],
        [authentic, epochTime(now)],
      ],
    });
    expect(await verdict(other, cose)).toBe('malformed');
  });

  it('#19: an envelope without tag 18, with another, or with a tag in its unprotected map is refused', async () => {
    const bytes = rawCose();
    expect(await verdict(bytes.slice(1), cose)).toBe('malformed');
    expect(await verdict(rawCose({ tag: 0xd1 }), cose)).toBe('malformed');
    expect(await verdict(concatBytes(Uint8Array.of(0xd8, 18), bytes.slice(1)), cose)).toBe('malformed');
    expect(await verdict(rawCose({ unprotected: [['x', epochTime(now)]] }), cose)).toBe('malformed');
  });

  it('#20: a time is a whole number of seconds under tag 1', async () => {
    for (const value of ['2026-06-01T11:59:59Z', 1_780_315_199, null])
      expect(await verdict(rawCose({ header: [[time, value]] }), cose)).toBe('malformed');
  });

  it('#21: an algorithm that is not that of the key has one reason in both formats', async () => {
    expect(await verdict(rawEnvelope({ header: { alg: 'ES384' } }))).toBe('algorithm');
    expect(await verdict(rawCose({ header: [[1, -35]] }), cose)).toBe('algorithm');
  });

  it('#22: the attributes of a verification plugin have the same names in COSE', async () => {
    const header = [
      [2, [scheme, plugin, `${plugin}MinVersion`]],
      [plugin, pluginName],
      [`${plugin}MinVersion`, '1.0.0'],
    ] as const;
    expect(await verdict(rawCose({ header }), cose)).toBe('verification-plugin');
    expect(await verdict(rawCose({ header }), cose, { plugins: fakePlugins() })).toBe('trusted');
    expect(await verdict(rawCose({ header }), cose, { plugins: fakePlugins({ metadata: { version: '0.9.0' } }) })).toBe(
      'plugin-version',
    );
  });
});

describe('certificates (§20.4)', () => {
  const usages = (...oids: string[]) => extension('2.5.29.37', false, derWrap(0x30, concatBytes(...oids.map(oid))));
  const leafWith = (extensions: readonly Uint8Array[]) => {
    const leaf = certificate({
      key: testKey('ec-p256'),
      issuerKey: testKey('ec-p256', 'root'),
      extensions: [keyUsage('0780'), ...extensions],
    });
    return rawEnvelope({ chain: [leaf, rootCertificate()] });
  };
  const codeSigning = '1.3.6.1.5.5.7.3.3';

  it('#23: a signing certificate for any purpose is refused, alone and beside code signing', async () => {
    expect(await verdict(leafWith([usages(codeSigning)]))).toBe('trusted');
    expect(await verdict(leafWith([usages('2.5.29.37.0')]))).toBe('chain');
    expect(await verdict(leafWith([usages(codeSigning, '2.5.29.37.0')]))).toBe('chain');
  });

  it('#24: a signing certificate that may sign OCSP responses is refused', async () => {
    expect(await verdict(leafWith([usages(codeSigning, '1.3.6.1.5.5.7.3.9')]))).toBe('chain');
  });

  it('#25: a CA whose basic constraints are not critical is refused', async () => {
    const key = testKey('ec-p256', 'root');
    const lax = extension('2.5.29.19', false, derWrap(0x30, Uint8Array.of(1, 1, 0xff)));
    const root = (constraints: Uint8Array) =>
      certificate({ subject: rootSubject, key, issuerKey: key, extensions: [constraints, keyUsage('0204')] });
    const under = (der: Uint8Array) => rawEnvelope({ chain: [testChain()[0], der] });
    expect(await verdict(under(root(lax)))).toBe('chain');
    expect(await verdict(under(root(basicConstraints(true))))).toBe('not-anchored');
  });

  it('#26: an RSA key of 2,047 bits is none of the six key types', async () => {
    const signer = () => new Uint8Array(256).fill(1);
    const envelope = (first: number) => {
      const n = Buffer.alloc(256, 0xff).fill(first, 0, 1).toString('base64url');
      const spki = spkiOf(createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' }));
      const key = { ...testKey('ec-p256'), spki };
      const leaf = certificate({ key, issuerKey: testKey('ec-p256', 'root'), extensions: [keyUsage('0780')] });
      return rawEnvelope({ chain: [leaf, rootCertificate()], header: { alg: 'PS256' }, signer });
    };
    expect(await verdict(envelope(0x7f))).toBe('algorithm');
    expect(await verdict(envelope(0xff))).toBe('signature');
  });
});
