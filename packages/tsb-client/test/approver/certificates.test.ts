import { sign } from 'node:crypto';
import { concatBytes, derWrap, utf8Bytes } from '@securosys/core';
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
  const signature = Uint8Array.from(sign('sha256', made.csr, keyPair.privateKey));
  const algorithm = derWrap(0x30, derWrap(0x06, Uint8Array.of(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02)));
  const bits = derWrap(0x03, concatBytes(Uint8Array.of(0), signature));
  csrPem = pemText(derWrap(0x30, concatBytes(made.csr, algorithm, bits)), 'CERTIFICATE REQUEST');
});

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
    const { approver, view } = await look({ kind: 'selfsign', payload: made.leaf as Uint8Array });
    expect(view).toMatchObject({
      certificate: 'self-signed',
      facts: { details: { validFrom: '2026-01-01T00:00:00Z', validUntil: '2027-01-01T00:00:00Z', mayIssueCertificates: 'no' } },
      mismatches: [],
    });
    await approver.approve(view);
  });

  it('one for somebody else is compared with the request for it', async () => {
    const { view } = await look({ kind: 'issue', payload: made.leaf as Uint8Array, more: { certificateSigningRequest: csrPem } });
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

  it('bytes that are no certificate at all are an unknown format', async () => {
    const { approver, view } = await look({ kind: 'selfsign', payload: Uint8Array.of(0x30, 0x03, 0x02, 0x01, 0x05) });
    expect(risksOf(view)).toEqual(['unknown-format']);
    await expect(approver.approve(view)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
  });
});
