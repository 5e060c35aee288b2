import { readFileSync } from 'node:fs';
import { base64Bytes, base64urlBytes, hexText, isJsonObject, parseJsonObject, utf8Text } from '@securosys/core';
import { evaluateSignature, openEnvelope, type SignatureOutcome, trustStoreFromCertificates } from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { encodeJwsHeader, parseJwsHeader } from '../src/envelope/jws-header.js';
import { clockAt, jws, policyWith, trusting } from './helpers/envelopes.js';
import { thrown } from './helpers/thrown.js';

const vector = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(`./vectors/notation/${name}`, import.meta.url)));

const chainOf = (bytes: Uint8Array): Uint8Array[] => {
  const { header } = parseJsonObject(bytes);
  const x5c = isJsonObject(header) ? header.x5c : [];
  return (x5c as string[]).map((text) => base64Bytes(text));
};

const target = {
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  digest: 'sha256:60043cf45eaebc4c0867fea485a039b598f52fd09fd5b07b0b2d2f88fad9d74e',
  size: 528,
};

/** Judged as notation-go's tests do: the root of the vector itself is trusted, and its subject. */
function judge(name: string, store: 'ca' | 'signingAuthority', at: number, subject = target): Promise<SignatureOutcome> {
  const bytes = vector(name);
  return evaluateSignature(
    bytes,
    jws,
    trusting({
      subject,
      clock: clockAt(at),
      trustPolicy: policyWith({ trustStores: [`${store}:v`], trustedIdentities: ['x509.subject:C=US,ST=WA,L=Seattle,O=Notary'] }),
      trustStore: trustStoreFromCertificates({ [`${store}:v`]: chainOf(bytes).slice(-1) }),
    }),
  );
}

describe('the JWS conformance file of notation-core-go', () => {
  const file = parseJsonObject(vector('conformance.json'));
  const header = utf8Text(base64urlBytes(file.protected as string));

  it('has the very protected header that we write for its attributes', () => {
    const bytes = encodeJwsHeader({
      algorithm: 'ecdsa-sha256',
      scheme: 'notary.x509',
      signingTime: Date.UTC(2022, 7, 29, 13, 50),
      expiry: Date.UTC(2099, 7, 30, 13, 50),
      criticalExtended: ['signedCritKey1'],
      extended: new Map([
        ['signedKey4', 'signedValue1'],
        ['signedKey3', 'signedValue1'],
        ['signedKey2', 'signedValue1'],
        ['signedKey1', 'signedValue1'],
        ['signedCritKey1', 'signedCritValue1'],
      ]),
    });
    expect(utf8Text(bytes)).toBe(header);
  });

  it('is read as what it was made of', () => {
    expect(parseJwsHeader(base64urlBytes(file.protected as string))).toMatchObject({
      algorithm: 'ecdsa-sha256',
      signingTime: Date.parse('2022-08-29T13:50:00Z'),
      expiry: Date.parse('2099-08-30T13:50:00Z'),
      criticalExtended: ['signedCritKey1'],
    });
  });
});

describe('envelopes of notation-go', () => {
  const today = Date.UTC(2026, 10, 21);

  it.each([
    ['ca', 'ca'],
    ['sa', 'signingAuthority'],
  ] as const)('%s_valid is trusted through its %s store, and through no other', async (prefix, store) => {
    expect(await judge(`${prefix}_valid_sig_env.json`, store, today)).toMatchObject({
      verdict: 'trusted',
      signature: { subject: target },
    });
    const other = store === 'ca' ? 'signingAuthority' : 'ca';
    expect(await judge(`${prefix}_valid_sig_env.json`, other, today)).toMatchObject({
      verdict: 'not-trusted',
      failures: [{ type: 'authenticity', reason: { code: 'not-anchored' } }],
    });
  });

  it.each(['ca', 'sa'] as const)('%s_invalid fails the integrity check and nothing of it is shown', async (prefix) => {
    const outcome = await judge(`${prefix}_invalid_sig_env.json`, prefix === 'ca' ? 'ca' : 'signingAuthority', today);
    // Its signature is not canonical base64url, so the strict decoder is the first to refuse it.
    expect(outcome).toMatchObject({ verdict: 'not-trusted', failures: [{ type: 'integrity', reason: { code: 'malformed' } }] });
    expect(outcome).not.toHaveProperty('signature');
  });

  it.each(['ca', 'sa'] as const)('%s_expired fails the expiry check and nothing else', async (prefix) => {
    const outcome = await judge(`${prefix}_expired_sig_env.json`, prefix === 'ca' ? 'ca' : 'signingAuthority', today);
    expect(outcome).toMatchObject({ verdict: 'not-trusted', failures: [{ type: 'expiry', reason: { code: 'expired' } }] });
    expect(outcome.verdict === 'not-trusted' && outcome.failures).toHaveLength(1);
  });

  it.each(['ca_plugin_sig_env.json', 'sa_plugin_sig_env.json'])('%s needs a plugin and is refused without one', async (name) => {
    const outcome = await judge(name, name.startsWith('ca') ? 'ca' : 'signingAuthority', today);
    expect(outcome).toMatchObject({
      verdict: 'not-trusted',
      failures: [{ reason: { code: 'verification-plugin' } }],
    });
  });

  it('sig_env_with_metadata is read with its offset, and fails by its expired certificate alone', async () => {
    const bytes = vector('sig_env_with_metadata.json');
    const { attributes, subject } = openEnvelope(bytes, jws);
    expect(attributes.signingTime).toBe(Date.parse('2023-01-11T18:02:54Z'));
    expect(subject.annotations).toEqual({ 'io.wabbit-networks.buildId': '123', 'io.wabbit-networks.buildTime': '1672944615' });
    const at = (ms: number) => judge('sig_env_with_metadata.json', 'ca', ms, subject as typeof target);
    expect(await at(today)).toMatchObject({
      verdict: 'not-trusted',
      failures: [{ type: 'authenticTimestamp', reason: { code: 'certificate-expired' } }],
    });
    expect(await at(Date.UTC(2023, 0, 12))).toMatchObject({ verdict: 'trusted' });
  });

  it('jws_signature.sig is of the manifest in its layout', () => {
    const { subject, attributes, chain } = openEnvelope(vector('jws_signature.sig'), jws);
    expect(subject).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: 'sha256:19dbd2e48e921426ee8ace4dc892edfb2ecdc1d1a72d5416c83670c30acecef0',
      size: 481,
    });
    expect([attributes.algorithm, chain.length]).toEqual(['rsa-pss-sha256', 1]);
    expect(hexText(chain[0].spki).length).toBe(588);
  });

  it('is not opened under the media type of the other envelope', () => {
    expect(thrown(() => openEnvelope(vector('jws_signature.sig'), 'application/cose')).details.reason).toBe('malformed');
    for (const type of ['application/json', 'application/jose+json; charset=utf-8', 'Application/Jose+JSON', ''])
      expect(thrown(() => openEnvelope(vector('jws_signature.sig'), type)).details.reason).toBe('media-type');
  });
});
