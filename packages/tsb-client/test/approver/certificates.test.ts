import { sign } from 'node:crypto';
import { concatBytes, derBytes, derChildren, derWrap, readDer, utf8Bytes } from '@securosys/core';
import { pemText, prepareCertificate, prepareCsr } from '@securosys/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import type { TaskRisk, TaskView } from '../../src/index.js';
import { approverBefore, keyPair, spki, type TaskPlan, taskOf } from './task.js';

const key = { spki: spki(keyPair.publicKey) };
const validity = { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2027, 0) };

/** To-be-signed bytes as a TSB makes them. */
const made: Record<string, Uint8Array> = {};
let csrPem = '';

beforeAll(async () => {
  const bytesOf = async (prepared: ReturnType<typeof prepareCertificate> | ReturnType<typeof prepareCsr>) =>
    (await prepared).parts[0]?.input.message as Uint8Array;
  made.leaf = await bytesOf(prepareCertificate({ subject: 'CN=release,O=Acme,ST=Zurich,C=CH', key, validity, profile: 'leaf' }));
  made.ca = await bytesOf(prepareCertificate({ subject: 'CN=release', key, validity, profile: 'ca' }));
  made.csr = await bytesOf(prepareCsr({ subject: 'CN=release', key }));
  csrPem = signedPem(made.csr);
});

/** A certification request around its signed bytes. */
function signedPem(info: Uint8Array): string {
  const signature = Uint8Array.from(sign('sha256', info, keyPair.privateKey));
  const algorithm = derWrap(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
  const bits = derWrap(0x03, concatBytes(Uint8Array.of(0), signature));
  return pemText(derWrap(0x30, concatBytes(info, algorithm, bits)), 'CERTIFICATE REQUEST');
}

const oid = (...contents: number[]) => derWrap(0x06, Uint8Array.from(contents));
const seq = (...parts: Uint8Array[]) => derWrap(0x30, concatBytes(...parts));
const critical = Uint8Array.of(0x01, 0x01, 0xff);
const extension = (id: Uint8Array, value: Uint8Array, ...flag: Uint8Array[]) => seq(id, ...flag, derWrap(0x04, value));
const partsOf = (der: Uint8Array): Uint8Array[] => derChildren(der, readDer(der, 0)).map((part) => derBytes(der, part));

/** To-be-signed bytes of a certificate with another subject (self-signed: issuer too), or with more extensions. */
function changed(tbs: Uint8Array, { subject, extensions = [] }: { subject?: Uint8Array; extensions?: Uint8Array[] }): Uint8Array {
  const parts = partsOf(tbs);
  const old = parts[7] as Uint8Array;
  const list = partsOf(partsOf(old)[0] as Uint8Array);
  if (subject) [parts[3], parts[5]] = [subject, subject];
  return seq(...parts.slice(0, 7), derWrap(0xa3, seq(...list, ...extensions)));
}
/** Signed bytes of a certification request that asks for extensions. */
const asking = (...extensions: Uint8Array[]) => {
  const request = seq(oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14), derWrap(0x31, seq(...extensions)));
  return seq(...partsOf(made.csr as Uint8Array).slice(0, 3), derWrap(0xa0, request));
};
/** Names of an explicit kind: 1 email, 2 DNS, 6 URI, 7 IP (RFC 5280 §4.2.1.6). */
const alternatives = (...names: [kind: number, value: string | number[]][]) =>
  extension(
    oid(0x55, 0x1d, 17),
    seq(
      ...names.map(([kind, value]) =>
        derWrap(0x80 | kind, typeof value === 'string' ? utf8Bytes(value) : Uint8Array.from(value)),
      ),
    ),
  );
const unknown = extension(oid(0x2a, 3, 4, 5), derWrap(0x0c, utf8Bytes('evil')), critical);
const name = (...attributes: [type: number, value: string][]) =>
  seq(...attributes.map(([type, value]) => derWrap(0x31, seq(oid(0x55, 4, type), derWrap(0x0c, utf8Bytes(value))))));
const acme = { commonName: 'release', organizationName: 'Acme', stateOrProvinceName: 'Zurich', country: 'CH' };
const asAcme = { standardCertificateAttributes: acme };

async function look(plan: TaskPlan) {
  const { approver } = approverBefore([taskOf(plan)]);
  const [view] = await approver.tasks();
  if (!view) throw new Error('no view');
  return { approver, view };
}

const risksOf = (view: TaskView): TaskRisk[] => view.risks.filter((risk) => risk !== 'unknown-requester');

describe('certificates, by their to-be-signed bytes:', () => {
  it('a request for one shows name and key', async () => {
    const { approver, view } = await look({ kind: 'csr', payload: made.csr as Uint8Array });
    expect(view).toMatchObject({
      operation: 'certificate',
      certificate: 'request',
      facts: { format: 'x509-request', details: { subject: 'CN=release' } },
      mismatches: [],
    });
    expect(risksOf(view)).toEqual([]);
    await approver.approve(view);
  });

  it('a self-signed one shows validity and that it issues nothing', async () => {
    const { approver, view } = await look({ kind: 'selfsign', payload: made.leaf as Uint8Array, more: asAcme });
    expect(view).toMatchObject({
      certificate: 'self-signed',
      facts: { details: { validFrom: '2026-01-01T00:00:00Z', validUntil: '2027-01-01T00:00:00Z', mayIssueCertificates: 'no' } },
      mismatches: [],
    });
    await approver.approve(view);
  });

  it('one for somebody else is compared with the request for it', async () => {
    const more = { ...asAcme, certificateSigningRequest: csrPem };
    const { view } = await look({ kind: 'issue', payload: made.leaf as Uint8Array, more });
    expect(view).toMatchObject({ certificate: 'issued', mismatches: [], asked: { certificateAuthority: 'false' } });
  });

  it('a CA certificate is a risk of its own, in a plain signature too', async () => {
    const own = await look({ kind: 'selfsign', payload: made.ca as Uint8Array, more: { certificateAuthority: true } });
    expect(own.view.mismatches).toEqual([]);
    expect(risksOf(own.view)).toEqual(['ca-certificate']);
    const plain = await look({ payload: made.ca as Uint8Array });
    expect(plain.view).toMatchObject({ operation: 'sign', mismatches: [], facts: { format: 'x509-certificate' } });
    expect(risksOf(plain.view)).toEqual(['ca-certificate']);
  });

  it.each<[string, () => TaskPlan, string]>([
    [
      'a CA where none was asked for',
      () => ({ kind: 'selfsign', payload: made.ca as Uint8Array }),
      'the request does not ask for a CA, the bytes say otherwise',
    ],
    [
      'none where a CA was asked for',
      () => ({ kind: 'selfsign', payload: made.leaf as Uint8Array, more: { certificateAuthority: true } }),
      'the request asks for a CA, the bytes say otherwise',
    ],
    [
      'another name',
      () => ({ kind: 'csr', payload: made.csr as Uint8Array, more: { standardCertificateAttributes: { commonName: 'other' } } }),
      'the certificate is for another name than the request',
    ],
    [
      'another name, in the older field',
      () => ({
        kind: 'selfsign',
        payload: made.leaf as Uint8Array,
        more: { commonName: 'other', standardCertificateAttributes: null },
      }),
      'the certificate is for another name than the request',
    ],
    [
      'another locality',
      () => ({ kind: 'selfsign', payload: changed(made.leaf as Uint8Array, { subject: name([3, 'release'], [7, 'Bern']) }) }),
      'the subject of the certificate has another locality than the request',
    ],
    [
      'a part of the name that is missing',
      () => ({ kind: 'csr', payload: made.csr as Uint8Array, more: asAcme }),
      'the subject of the certificate has another organizationName than the request',
    ],
    [
      'a part of the name that no request can ask for',
      () => ({ kind: 'selfsign', payload: changed(made.leaf as Uint8Array, { subject: name([3, 'release'], [17, '8000']) }) }),
      'the subject of the certificate has another attribute 2.5.4.17 than the request',
    ],
    [
      'two common names',
      () => ({ kind: 'selfsign', payload: changed(made.leaf as Uint8Array, { subject: name([3, 'release'], [3, 'admin']) }) }),
      'the certificate is for another name than the request',
    ],
    [
      'one common name twice, as its signing request has it',
      () => {
        const subject = name([3, 'release'], [3, 'release']);
        const [version, , ...rest] = partsOf(made.csr as Uint8Array);
        const certificateSigningRequest = signedPem(seq(version as Uint8Array, subject, ...rest));
        const more = { standardCertificateAttributes: null, certificateSigningRequest };
        return { kind: 'issue', payload: changed(made.leaf as Uint8Array, { subject }), more };
      },
      'the certificate is for another name than the request',
    ],
    [
      'a name that a text would hide behind a longer one',
      () => ({
        kind: 'selfsign',
        payload: changed(made.leaf as Uint8Array, { subject: name([11, `${'x'.repeat(300)},CN=release`], [3, 'admin']) }),
      }),
      'the certificate is for another name than the request',
    ],
    [
      'an alternative name that nobody asked for',
      () => ({
        kind: 'selfsign',
        payload: changed(made.leaf as Uint8Array, { extensions: [alternatives([2, 'admin.bank.example'])] }),
        more: asAcme,
      }),
      'the certificate has alternative names that the request does not ask for',
    ],
    [
      'an alternative name in a signing request that nobody asked for',
      () => ({ kind: 'csr', payload: asking(alternatives([2, 'admin.bank.example'])) }),
      'the certificate has alternative names that the request does not ask for',
    ],
    [
      'an alternative name of another kind than asked for',
      () => ({
        kind: 'issue',
        payload: changed(made.leaf as Uint8Array, { extensions: [alternatives([6, 'bank.example'])] }),
        more: {
          ...asAcme,
          certificateSigningRequest: csrPem,
          subjectAlternativeNames: [
            { sanType: 'DNS', sanValue: 'bank.example' },
            { sanType: 'OTHERNAME', sanValue: 'bank.example' },
          ],
        },
      }),
      'the certificate has alternative names that the request does not ask for',
    ],
    [
      'a key that may sign certificates where no CA was asked for',
      () => {
        const parts = partsOf(made.ca as Uint8Array);
        const kept = partsOf(partsOf(parts[7] as Uint8Array)[0] as Uint8Array).filter(
          (one) => !Buffer.from(one).includes('\x55\x1d\x13', 0, 'latin1'),
        );
        return { kind: 'selfsign', payload: seq(...parts.slice(0, 7), derWrap(0xa3, seq(...kept))) };
      },
      'the request does not ask for a CA, the bytes say otherwise',
    ],
    [
      'a certificate where a request for one was asked for',
      () => ({ kind: 'csr', payload: made.leaf as Uint8Array }),
      'the bytes are something else than the request asks for',
    ],
    [
      'a message of another format',
      () => ({ kind: 'selfsign', payload: utf8Bytes(`toy:sha256:${'a'.repeat(64)}`) }),
      'the bytes are something else than the request asks for',
    ],
    [
      'another key than the certificate is asked for',
      () => ({ kind: 'issue', payload: made.leaf as Uint8Array, more: { certificateSigningRequest: 'no PEM' } }),
      'the certificate holds another public key than the request',
    ],
    [
      'bytes to decrypt that are a certificate',
      () => ({ kind: 'decrypt', payload: made.leaf as Uint8Array }),
      'the bytes to decrypt are a message that could be signed',
    ],
  ])('%s cannot be approved', async (_, plan, line) => {
    const { approver, view } = await look(plan());
    expect(view.mismatches).toContain(line);
    await expect(approver.approve(view, { allowBlind: true })).rejects.toMatchObject({ code: 'ERR_FACTS_MISMATCH' });
  });

  it('alternative names are shown, and those that the request asks for can be approved', async () => {
    const found = alternatives(
      [2, 'Bank.example'],
      [7, [192, 0, 2, 7]],
      [7, [0x20, 1, 0x0d, 0xb8, ...Array(11).fill(0), 7]],
      [1, 'a@bank.example'],
    );
    const subjectAlternativeNames = [
      { sanType: 'DNS', sanValue: 'bank.example' },
      { sanType: 'IP', sanValue: '2001:DB8::0:7' },
      { sanType: 'IP', sanValue: '192.0.2.7' },
      { sanType: 'EMAIL', sanValue: 'a@bank.example' },
      { sanType: 'URI', sanValue: 'https://not.there' },
    ];
    const more = { ...asAcme, certificateSigningRequest: csrPem, subjectAlternativeNames };
    const { approver, view } = await look({
      kind: 'issue',
      payload: changed(made.leaf as Uint8Array, { extensions: [found] }),
      more,
    });
    expect(view.mismatches).toEqual([]);
    expect(view.facts?.details?.subjectAltName).toBe('DNS:Bank.example, IP:192.0.2.7, IP:2001:db8::7, email:a@bank.example');
    await approver.approve(view);
  });

  it('alternative names that are copied from the signing request can be approved', async () => {
    const names = alternatives([2, 'bank.example'], [6, 'https://bank.example']);
    const more = { ...asAcme, certificateSigningRequest: signedPem(asking(names)) };
    const payload = changed(made.leaf as Uint8Array, { extensions: [names] });
    expect((await look({ kind: 'issue', payload, more: { ...more, copyExtensions: 'COPY' } })).view.mismatches).toEqual([]);
    for (const copyExtensions of ['NO_COPY', null, undefined])
      expect((await look({ kind: 'issue', payload, more: { ...more, copyExtensions } })).view.mismatches).toEqual([
        'the certificate has alternative names that the request does not ask for',
      ]);
  });

  it('an issued certificate without a name of its own is for whom its signing request is', async () => {
    const unnamed = { standardCertificateAttributes: null, certificateSigningRequest: csrPem };
    const own = changed(made.leaf as Uint8Array, { subject: name([3, 'release']) });
    expect((await look({ kind: 'issue', payload: own, more: unnamed })).view.mismatches).toEqual([]);
    expect((await look({ kind: 'issue', payload: made.leaf as Uint8Array, more: unnamed })).view.mismatches).toHaveLength(3);
  });

  it('names that need escapes, and the mark of an emulator, are compared as they are', async () => {
    const subject = name([3, 'Müller, "AG"+\u202e'], [5, 'EMULATED']);
    const more = { standardCertificateAttributes: { commonName: 'Müller, "AG"+\u202e', title: '', locality: null } };
    const { view } = await look({ kind: 'selfsign', payload: changed(made.leaf as Uint8Array, { subject }), more });
    expect(view.mismatches).toEqual([]);
  });

  it.each<[string, () => Uint8Array, TaskRisk[]]>([
    ['CA:true', () => asking(extension(oid(0x55, 0x1d, 19), seq(critical), critical)), ['ca-certificate']],
    ['keyCertSign', () => asking(extension(oid(0x55, 0x1d, 15), Uint8Array.of(3, 2, 2, 4), critical)), ['ca-certificate']],
    ['digitalSignature', () => asking(extension(oid(0x55, 0x1d, 15), Uint8Array.of(3, 2, 7, 0x80), critical)), []],
  ])('a request for %s has the risks of what it asks for, in a plain signature too', async (_, payload, risks) => {
    const { view } = await look({ kind: 'csr', payload: payload() });
    expect(view.mismatches).toEqual([]);
    expect(risksOf(view)).toEqual(risks);
    expect(risksOf((await look({ payload: payload() })).view)).toEqual(risks);
  });

  it.each<[string, () => TaskPlan]>([
    [
      'in a certificate',
      () => ({ kind: 'selfsign', payload: changed(made.leaf as Uint8Array, { extensions: [unknown] }), more: asAcme }),
    ],
    ['in a request for one', () => ({ kind: 'csr', payload: asking(unknown) })],
    ['in a plain signature', () => ({ payload: changed(made.leaf as Uint8Array, { extensions: [unknown] }) })],
  ])('a critical extension that nobody here understands, %s, leaves it unexplained', async (_, plan) => {
    const { approver, view } = await look(plan());
    expect(view.facts).toBeUndefined();
    expect(risksOf(view)).toEqual(['unknown-format']);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });

  it('bytes that are no certificate at all are an unknown format', async () => {
    const { approver, view } = await look({ kind: 'selfsign', payload: Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05) });
    expect(risksOf(view)).toEqual(['unknown-format']);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });
});
