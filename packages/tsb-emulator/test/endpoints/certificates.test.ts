import { X509Certificate } from 'node:crypto';
import { base64Text, type JsonObject, utf8Text } from '@securosys/core';
import { isEmulated, parseCertificate, pemBytes, pemText } from '@securosys/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { approvers, createWorld, fetchTasks, rule, type World } from '../support.js';
import { hasOpenssl, openssl } from './openssl.js';

const ecdsa = { signatureAlgorithm: 'SHA256_WITH_ECDSA' };
const subject = { commonName: 'release', country: 'CH', organizationName: 'Example', surname: 'Müller', email: 'a@example.org' };
const newer = { ...ecdsa, standardCertificateAttributes: subject };
let world: World;

const post = (path: string, body: object) => world.call('POST', path, body);
const label = 'synchronous';
const certificateOf = async (key: string) => {
  const { body } = await world.call('GET', `/v1/certificate/${encodeURIComponent(key)}`);
  return body.certificate === undefined ? undefined : pemText(Buffer.from(body.certificate as string, 'base64'), 'CERTIFICATE');
};

beforeAll(async () => {
  world = createWorld();
  for (const name of ['synchronous', 'ca', 'other']) await world.tsb.addKey({ label: name, spec: 'ec-p256' });
  await post('/v1/certificate/synchronous/selfsign', {
    signKeyName: 'ca',
    ...newer,
    validity: 30,
    certificateAuthority: true,
    keyUsage: ['KEY_CERT_SIGN', 'CRL_SIGN'],
  });
});

describe('certificates (§2.7)', () => {
  it('a signing request has the subject, the asked uses and the mark, in a form that OpenSSL verifies', async () => {
    const body = { signKeyName: label, ...newer, keyUsage: ['DIGITAL_SIGNATURE'], extendedKeyUsage: ['CODE_SIGNING'] };
    const { status, body: answer } = await post('/v1/certificate/synchronous/request', body);
    expect([status, answer.label]).toEqual([200, label]);
    const pem = answer.certificateSigningRequest as string;
    expect(pem).toMatch(/^-----BEGIN NEW CERTIFICATE REQUEST-----\n/);
    if (!hasOpenssl) return;
    const text = openssl(['req', '-in', 'r.pem', '-verify', '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus'], {
      'r.pem': pem,
    });
    expect(text).toContain('C=CH,O=Example,SN=Müller,CN=release,emailAddress=a@example.org,serialNumber=EMULATED');
    expect(text).toMatch(/Key Usage: critical\s+Digital Signature/);
    expect(text).toContain('Code Signing');
  });

  it('a plain key gets a self-signed certificate with its request, and keeps one that it has (1.16.1)', async () => {
    const first = await certificateOf(label);
    expect(first).toBeDefined();
    await post('/v1/certificate/synchronous/request', { signKeyName: label, ...newer });
    expect(await certificateOf(label)).toBe(first);
  });

  it('the download is the same request as a file', async () => {
    const response = await world.tsb.fetch(`${world.tsb.url}/v1/certificate/synchronous/request/download`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.tsb.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ signKeyName: label, ...newer }),
    });
    expect(response.headers.get('content-type')).toBe('application/octet-stream');
    expect(utf8Text(new Uint8Array(await response.arrayBuffer()))).toContain('NEW CERTIFICATE REQUEST');
  });

  it.each([
    ['up to 2.2', { commonName: 'release' }, 'CN=release\nserialNumber=EMULATED'],
    [
      'newer',
      { standardCertificateAttributes: { commonName: 'release', country: 'CH' } },
      'C=CH\nCN=release\nserialNumber=EMULATED',
    ],
  ])('self-signs bodies of servers %s, and keeps what it signed', async (_, named, expected) => {
    const body = { signKeyName: 'other', ...ecdsa, ...named, validity: 90, certificateAuthority: false };
    const { body: answer } = await post('/v1/certificate/synchronous/selfsign', body);
    const certificate = new X509Certificate(answer.certificate as string);
    expect(certificate.subject).toBe(expected);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)).toBe(90 * 86_400_000);
    expect(await certificateOf('other')).toBe(answer.certificate);
    expect(isEmulated(parseCertificate(new Uint8Array(certificate.raw)))).toBe(true);
  });

  it('takes isCertificateAuthority, as the server’s classes call it (§8, 3)', async () => {
    const body = { signKeyName: 'other', ...newer, validity: 1, isCertificateAuthority: true };
    const { body: answer } = await post('/v1/certificate/synchronous/selfsign', body);
    expect(new X509Certificate(answer.certificate as string).ca).toBe(true);
  });

  it('signs a request of another key: OpenSSL builds the chain', async () => {
    const request = (
      await post('/v1/certificate/synchronous/request', { signKeyName: label, ...newer, keyUsage: ['KEY_AGREEMENT'] })
    ).body.certificateSigningRequest;
    const body = {
      signKeyName: 'ca',
      ...ecdsa,
      certificateAuthority: false,
      certificateSigningRequest: request,
      keyUsage: ['DIGITAL_SIGNATURE'],
      extendedKeyUsage: ['SERVER_AUTH'],
      copyExtensions: 'COPY',
      keyName: label,
      subjectAlternativeNames: [
        { sanType: 'DNS', sanValue: 'example.org' },
        { sanType: 'IP', sanValue: '192.0.2.1' },
        { sanType: 'EMAIL', sanValue: 'a@example.org' },
        { sanType: 'URI', sanValue: 'https://example.org/' },
      ],
    };
    const { body: answer } = await post('/v1/certificate/synchronous/sign', body);
    expect(answer.label).toBe('ca');
    const leaf = new X509Certificate(answer.certificate as string);
    const ca = new X509Certificate((await certificateOf('ca')) ?? '');
    expect([leaf.verify(ca.publicKey), leaf.checkIssued(ca), ca.ca]).toEqual([true, true, true]);
    expect(leaf.subjectAltName).toBe('DNS:example.org, IP Address:192.0.2.1, email:a@example.org, URI:https://example.org/');
    expect(await certificateOf(label)).toBe(answer.certificate);
    const parsed = parseCertificate(pemBytes(answer.certificate as string, 'CERTIFICATE')[0] ?? new Uint8Array());
    expect([...(parsed.keyUsage?.bits ?? [])]).toEqual(['digitalSignature']);
    if (!hasOpenssl) return;
    const files = { 'ca.pem': ca.toString(), 'leaf.pem': leaf.toString() };
    const at = String(Math.floor(world.clock.now() / 1000) + 60);
    expect(openssl(['verify', '-x509_strict', '-attime', at, '-CAfile', 'ca.pem', 'leaf.pem'], files)).toContain('leaf.pem: OK');
  });

  it('copies the extensions that a request asks for only when told to', async () => {
    const asked = { signKeyName: 'other', ...newer, extendedKeyUsage: ['EMAIL_PROTECTION'] };
    const request = (await post('/v1/certificate/synchronous/request', asked)).body.certificateSigningRequest;
    const body = { signKeyName: 'ca', ...ecdsa, certificateAuthority: false, certificateSigningRequest: request };
    const usages = async (more: object) => {
      const { body: answer } = await post('/v1/certificate/synchronous/sign', { ...body, ...more });
      return new X509Certificate(answer.certificate as string).keyUsage;
    };
    expect(await usages({})).toBeUndefined();
    expect(await usages({ copyExtensions: 'COPY' })).toEqual(['1.3.6.1.5.5.7.3.4']);
  });

  it('refuses requests that are none, are not signed, or are for another key', async () => {
    const pem = (await post('/v1/certificate/synchronous/request', { signKeyName: label, ...newer })).body
      .certificateSigningRequest as string;
    const [der] = pemBytes(pem, 'NEW CERTIFICATE REQUEST');
    der![der!.byteLength - 1] = (der!.at(-1) ?? 0) ^ 1;
    const sign = async (certificateSigningRequest: string, more: object = {}) => {
      const body = { signKeyName: 'ca', ...ecdsa, certificateAuthority: false, certificateSigningRequest, ...more };
      return (await post('/v1/certificate/synchronous/sign', body)).body.errorCode;
    };
    expect(await sign('nonsense')).toBe(628);
    expect(await sign((await certificateOf('ca')) ?? '')).toBe(628);
    expect(await sign(pemText(der!, 'CERTIFICATE REQUEST'))).toBe(411);
    expect(await sign(pem, { keyName: 'other' })).toBe(402);
    await world.tsb.addKey({ label: 'no certificate', spec: 'ec-p256' });
    expect(await sign(pem, { signKeyName: 'no certificate' })).toBe(402);
    expect(await sign(pem, { signatureAlgorithm: 'SHA256_WITH_RSA' })).toBe(607);
  });

  it.each(['ed25519', 'ml-dsa-44', 'ec-secp256k1'] as const)('certifies keys of type %s', async (spec) => {
    const algorithm = { ed25519: 'EDDSA', 'ml-dsa-44': 'ML_DSA', 'ec-secp256k1': 'SHA384_WITH_ECDSA' }[spec];
    await world.tsb.addKey({ label: spec, spec });
    const body = { signKeyName: spec, signatureAlgorithm: algorithm, commonName: spec, validity: 1, certificateAuthority: false };
    const { body: created } = await post('/v1/certificate/selfsign', { selfSignCertificateRequest: body });
    const { body: answer } = await world.call('GET', `/v1/request/${created.signRequestId as string}`);
    expect(answer.status).toBe('EXECUTED');
    const certificate = new X509Certificate(answer.result as string);
    if (spec !== 'ml-dsa-44') expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('DELETE takes the certificate from the key', async () => {
    expect((await world.call('DELETE', '/v1/certificate/other')).status).toBe(200);
    expect(await certificateOf('other')).toBeUndefined();
  });
});

describe('certificates that people have to approve (§2.5)', () => {
  it.each([
    ['request', 'csrSignRequest', 'signedCertificateRequestRequest', {}],
    [
      'selfsign',
      'selfSignCertificateRequest',
      'signedSelfSignCertificateRequestDto',
      { validity: 9, certificateAuthority: true },
    ],
  ])('certificate/%s: the bytes to be signed are shown, and just these are signed', async (path, wrapper, shownAs, more) => {
    const [boss] = approvers(1);
    await world.tsb.addKey({ label: path, spec: 'ec-p256', policy: { ruleUse: rule([boss!], 1) } });
    const body = { [wrapper]: { signKeyName: path, ...newer, ...more } };
    const { status, body: created } = await post(`/v1/certificate/${path}`, body);
    expect(status).toBe(201);
    const [task] = await fetchTasks(world, boss!, { detailLevel: 'level3' });
    expect(task).toMatchObject({ [shownAs]: body, signedSignRequest: null });
    world.clock.advance(60_000);
    await world.tsb.approve(created.signRequestId as string, boss!);
    const { result } = (await world.call('GET', `/v1/request/${created.signRequestId as string}`)).body as { result: string };
    const [der] = pemBytes(result, path === 'request' ? 'NEW CERTIFICATE REQUEST' : 'CERTIFICATE');
    expect(base64Text(der!)).not.toBe('');
    expect(Buffer.from(der!).includes(Buffer.from(task?.payload as string, 'base64'))).toBe(true);
    expect((await certificateOf(path)) === undefined).toBe(path === 'request');
  });

  it('synchronous calls on such a key are refused without approvals, and nothing is attached', async () => {
    const refused = await post('/v1/certificate/synchronous/request', { signKeyName: 'request', ...newer });
    expect((refused.body as JsonObject).errorCode).toBe(401);
    expect(await certificateOf('request')).toBeUndefined();
  });
});
