import { X509Certificate } from 'node:crypto';
import { base64Bytes } from '@securosys/core';
import { decodeApprovalChallenge } from '@securosys/tsb-client/api';
import { policyOf, rule } from '../policies.js';
import { expect, type Probe } from '../probe.js';
import { said } from '../world.js';

const standardCertificateAttributes = { commonName: 'live probe', organizationName: 'live suite' };
const signatureAlgorithm = 'SHA256_WITH_ECDSA' as const;

const pemOf = ({ certificate, rawCertificate }: { certificate?: string | undefined; rawCertificate?: string | undefined }) =>
  certificate ?? rawCertificate ?? '';

/** PEM, or base64 of DER. */
const read = (text: string) => new X509Certificate(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64'));

export const probe: Probe = {
  name: 'certificates',
  async run(world, step) {
    let csr = '';
    await step('a signing request is made, with and without a validity', async () => {
      const label = await world.key();
      const { answer, error } = await world.tried('synchronousCsr', {
        signKeyName: label,
        signatureAlgorithm,
        standardCertificateAttributes,
      });
      world.settle('csrValidity', error === undefined, said(error));
      const made =
        answer ??
        (await world.call('synchronousCsr', {
          signKeyName: label,
          signatureAlgorithm,
          standardCertificateAttributes,
          validity: 30,
        }));
      csr = made.certificateSigningRequest;
      expect(csr.includes('CERTIFICATE REQUEST'), 'no PEM');
      await world.tried('csrDownload', { signKeyName: label, signatureAlgorithm, standardCertificateAttributes });
    });
    const ca = await world.key();
    await step('a key signs its own certificate', async () => {
      const common = { signKeyName: ca, signatureAlgorithm, validity: 30, certificateAuthority: true } as const;
      const { answer, error } = await world.tried('synchronousSelfSign', { ...common, standardCertificateAttributes });
      world.settle('subjectGeneration', error === undefined, said(error));
      const made = answer ?? (await world.call('synchronousSelfSign', { ...common, commonName: 'live probe' }));
      expect(read(pemOf(made)).subject.includes('live probe'), 'another subject');
    });
    await step('a signing request is signed', async () => {
      const made = await world.call('synchronousSignCertificate', {
        signKeyName: ca,
        signatureAlgorithm,
        certificateAuthority: false,
        certificateSigningRequest: csr,
        standardCertificateAttributes,
      });
      expect(pemOf(made).includes('CERTIFICATE'), 'no certificate');
    });
    await step('a certificate is read, imported and deleted', async () => {
      const answer = await world.call('certificate', undefined, { keyName: ca });
      const form = answer.certificate?.includes('-----BEGIN') ? 'PEM' : 'base64 of DER';
      world.settle('rawCertificate', answer.certificate !== undefined, `${Object.keys(answer).join(', ')}; ${form}`);
      const der = read(pemOf(answer)).raw.toString('base64');
      await world.call('importCertificate', { label: ca, certificate: der });
      await world.call('deleteCertificate', undefined, { keyName: ca });
    });
    await step('certificates are made by approval', async () => {
      const one = world.approver();
      const label = await world.key({ policy: policyOf(rule(1, one)) });
      const { signRequestId } = await world.call('csr', {
        csrSignRequest: { signKeyName: label, signatureAlgorithm, standardCertificateAttributes },
      });
      const { tasks } = await world.call('signTasks', { ...(await world.login(one)), requestId: signRequestId });
      world.settle('certificateTasksWhere', tasks.length === 1, `${tasks.length} tasks`);
      const [task] = await world.tasks(one, signRequestId);
      const { payload } = decodeApprovalChallenge(base64Bytes(task?.approvalToBeSigned ?? '', 'challenge'));
      if (task) await world.approve(one, task);
      const { result } = await world.call('request', undefined, { id: signRequestId });
      const body = Buffer.from((result ?? '').replace(/-----[^-]+-----|\s/g, ''), 'base64');
      const inside = payload !== undefined && body.includes(Buffer.from(payload.bytes));
      world.settle('challengeOfCsr', inside, payload ? `${payload.bytes.byteLength} bytes` : 'no payload');
      const self = {
        signKeyName: label,
        signatureAlgorithm,
        validity: 30,
        certificateAuthority: false,
        standardCertificateAttributes,
      } as const;
      const { signRequestId: selfId } = await world.call('selfSign', { selfSignCertificateRequest: self });
      const [selfTask] = await world.tasks(one, selfId);
      if (selfTask) await world.approve(one, selfTask);
      const answer = (await world.call('request', undefined, { id: selfId })).result ?? '';
      world.settle('selfSignAnswer', answer.includes('BEGIN CERTIFICATE'), answer.slice(0, 30));
      const { signRequestId: signId } = await world.call('signCertificate', {
        signCertificateRequest: {
          signKeyName: label,
          signatureAlgorithm,
          certificateAuthority: false,
          certificateSigningRequest: csr,
          standardCertificateAttributes,
        },
      });
      const [signTask] = await world.tasks(one, signId);
      if (signTask) await world.approve(one, signTask);
      expect(((await world.call('request', undefined, { id: signId })).result ?? '').includes('CERTIFICATE'), 'no certificate');
    });
  },
};
