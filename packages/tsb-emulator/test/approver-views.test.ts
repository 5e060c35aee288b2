import { constants, createPrivateKey, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { base64Text, spkiOf, utf8Bytes } from '@securosys/core';
import { certificateFormat } from '@securosys/pki';
import {
  approverKeyFromCertificate,
  approverKeyFromPrivateKey,
  bindMetadata,
  createApprover,
  encodeMetadata,
  type TaskRisk,
  type TaskView,
} from '@securosys/tsb-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { rsaPair } from '../../../tests/rsa-key.js';
import { approvers, createWorld, message, rule, type World } from './support.js';

type Person = ReturnType<typeof approvers>[number];
const [ada, bob] = approvers(2) as [Person, Person];
const rsa = rsaPair();
const open = { ruleUse: rule([ada], 1), ruleBlock: rule([ada], 1), ruleUnblock: rule([ada], 1), ruleModify: rule([ada], 1) };
const other = { ...open, ruleUse: rule([ada, bob], 2) };
const encrypt = (bytes: Uint8Array, oaepHash = 'sha256') =>
  base64Text(publicEncrypt({ key: rsa.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, bytes));

/** A description by whoever asks, bound as far as it can know. */
const described = (operation: string, keyLabel: string, n: number) => ({
  metaData: base64Text(
    encodeMetadata({
      facts: {},
      claims: { reason: operation },
      binding: bindMetadata({ operation, keyLabel, nonce: new Uint8Array(16).fill(n), expiresAt: Date.UTC(2100, 0) }),
    }),
  ),
});

let world: World;
beforeAll(async () => {
  world = createWorld();
  const only = { sign: false, decrypt: true, unwrap: true };
  await world.tsb.addKey({ label: 'signs', spec: 'ec-p256', policy: open });
  await world.tsb.addKey({
    label: 'opens',
    privateKey: createPrivateKey(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })),
    policy: open,
    attributes: only,
  });
});

const asApprover = (key = approverKeyFromPrivateKey(ada.privateKey), more: Partial<Parameters<typeof createApprover>[0]> = {}) =>
  createApprover({
    url: world.tsb.url,
    auth: { type: 'none' },
    fetch: world.tsb.fetch,
    clock: world.clock,
    key,
    formats: [
      { id: 'text', explain: (bytes) => (Buffer.from(bytes).equals(message) ? { format: 'text', title: 'a text' } : undefined) },
    ],
    pinnedTimestampKey: world.tsb.timestampKey,
    attestationKeys: [world.tsb.attestationKey],
    ...more,
  });

const secretKey = utf8Bytes('0123456789abcdef');
const newAttributes = { decrypt: true, sign: false, unwrap: false, encrypt: true };
const csrAttributes = { commonName: 'signs' };

/** Path, inner object, and what an approver sees of it; in an order in which all of them can be executed. */
const requests: readonly [string, string, Record<string, unknown>, Partial<TaskView>, readonly TaskRisk[]][] = [
  [
    '/v1/sign',
    'signRequest',
    { signKeyName: 'signs', payload: base64Text(message), signatureAlgorithm: 'SHA256_WITH_ECDSA' },
    { operation: 'sign', facts: { format: 'text', title: 'a text' } },
    [],
  ],
  [
    '/v1/decrypt',
    'decryptRequest',
    { decryptKeyName: 'opens', encryptedPayload: encrypt(secretKey), cipherAlgorithm: 'RSA_PADDING_OAEP_WITH_SHA256' },
    { operation: 'decrypt' },
    ['decrypt'],
  ],
  [
    '/v1/unwrap',
    'unwrapKeyRequest',
    {
      unwrapKeyName: 'opens',
      wrappedKey: encrypt(secretKey, 'sha1'),
      label: 'new',
      attributes: newAttributes,
      wrapMethod: 'RSA_WRAP_OAEP',
    },
    { operation: 'unwrap', asked: expect.objectContaining({ label: 'new', 'attributes.decrypt': 'true' }) },
    ['unwrap'],
  ],
  [
    '/v1/certificate/request',
    'csrSignRequest',
    { signKeyName: 'signs', signatureAlgorithm: 'SHA256_WITH_ECDSA', standardCertificateAttributes: csrAttributes },
    { operation: 'certificate', certificate: 'request' },
    [],
  ],
  [
    '/v1/certificate/selfsign',
    'selfSignCertificateRequest',
    {
      signKeyName: 'signs',
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      validity: 30,
      standardCertificateAttributes: csrAttributes,
      certificateAuthority: true,
    },
    { operation: 'certificate', certificate: 'self-signed' },
    ['ca-certificate'],
  ],
  ['/v1/block', 'blockRequest', { blockKeyName: 'signs' }, { operation: 'block' }, []],
  ['/v1/unblock', 'unblockRequest', { unblockKeyName: 'signs' }, { operation: 'unblock' }, ['unblock']],
  [
    '/v1/modify',
    'modifyRequest',
    { modifyKeyName: 'signs', policy: other },
    { operation: 'modify' },
    ['policy-weaker', 'policy-change'],
  ],
];

describe('the approver’s side of the client, over an emulated broker', () => {
  it.each(requests.map((request, n) => [request[0], request, n] as const))(
    'reads and approves %s',
    async (path, [, wrapper, inner, expected, risks], n) => {
      const label = String(
        inner.signKeyName ??
          inner.unwrapKeyName ??
          inner.decryptKeyName ??
          inner.blockKeyName ??
          inner.unblockKeyName ??
          inner.modifyKeyName,
      );
      const operation = String(expected.operation);
      const bound = ['sign', 'decrypt', 'unwrap'].includes(operation) ? {} : described(operation, label, n);
      const created = await world.call('POST', path, { [wrapper]: { ...inner, ...bound } });
      expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
      const approver = asApprover();
      const [view, ...more] = await approver.tasks({ detailLevel: 'level6' });
      expect(more).toEqual([]);
      expect(view).toMatchObject({
        ...expected,
        keyLabel: label,
        mismatches: [],
        progress: { status: 'PENDING', approvedBy: [] },
      });
      expect(view?.progress?.notYetApprovedBy).toMatchObject([{ name: 'approver 1' }]);
      expect(view?.risks.filter((risk) => risk !== 'unknown-requester')).toEqual(risks);
      if (operation === 'modify') expect(view?.policyChanges?.length).toBeGreaterThan(0);
      await approver.approve(view as TaskView);
      expect(world.tsb.requests.at(-1)?.status).toBe('EXECUTED');
    },
  );
});

describe('a request with a key password', () => {
  it('hides no task, whatever the password’s characters, and shows none of them', async () => {
    const password = 'p😀w';
    await world.tsb.addKey({ label: 'locked', spec: 'ec-p256', policy: open, password });
    const body = { signKeyName: 'locked', payload: base64Text(message), signatureAlgorithm: 'SHA256_WITH_ECDSA' };
    const created = await world.call('POST', '/v1/sign', { signRequest: { ...body, keyPassword: password.split('') } });
    expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
    const approver = asApprover();
    const view = (await approver.tasks({ detailLevel: 'level6' })).find(({ keyLabel }) => keyLabel === 'locked');
    expect(view).toMatchObject({ mismatches: [], risks: expect.arrayContaining(['password-in-request']) });
    expect(JSON.stringify(view)).not.toMatch(/\\ud83d|😀/i);
    await approver.reject(view as TaskView);
  });
});

describe('a certificate for somebody else', () => {
  it('is compared with the request that it was asked for with', async () => {
    const csr = {
      signKeyName: 'named',
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      standardCertificateAttributes: { commonName: 'named' },
    };
    await world.tsb.addKey({ label: 'named', spec: 'ec-p256' });
    const { body } = await world.call('POST', '/v1/certificate/synchronous/request', csr);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const certificate = await world.tsb.certificateAuthority.issue({
      spki: spkiOf(privateKey),
      subject: 'CN=issuer,O=Acme,ST=Zurich,C=CH',
    });
    await world.tsb.addKey({ label: 'issuer', privateKey, policy: open, certificate });
    const inner = {
      ...csr,
      signKeyName: 'issuer',
      certificateAuthority: false,
      certificateSigningRequest: body.certificateSigningRequest,
    };
    const created = await world.call('POST', '/v1/certificate/sign', { signCertificateRequest: inner });
    expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
    const approver = asApprover();
    const view = (await approver.tasks()).find(({ keyLabel }) => keyLabel === 'issuer');
    expect(view).toMatchObject({ operation: 'certificate', certificate: 'issued', mismatches: [] });
    expect(view?.facts?.details?.subject).toContain('CN=named');
    await approver.approve(view as TaskView);
    expect(world.tsb.requests.at(-1)?.status).toBe('EXECUTED');
  });
});

describe('an approver by certificate', () => {
  it('is known by exactly the certificate of the policy', async () => {
    const certificate = await world.tsb.certificateAuthority.issue({ spki: ada.spki, subject: 'CN=Ada,O=Acme,ST=Zurich,C=CH' });
    const groups = [{ name: 'g', quorum: 1, approvals: [{ type: 'certificate', value: base64Text(certificate) }] }];
    const ruleUse = { tokens: [{ name: 't', timelock: 0, timeout: 3600, groups }] };
    await world.tsb.addKey({ label: 'by certificate', spec: 'ec-p256', policy: { ...open, ruleUse } as never });
    const inner = { signKeyName: 'by certificate', payload: base64Text(message), signatureAlgorithm: 'SHA256_WITH_ECDSA' };
    await world.call('POST', '/v1/sign', { signRequest: inner });
    const approver = asApprover(approverKeyFromCertificate(certificate, ada.privateKey), { formats: [certificateFormat] });
    const view = (await approver.tasks()).find(({ keyLabel }) => keyLabel === 'by certificate');
    expect(view).toMatchObject({ mismatches: [] });
    await expect(asApprover().approve(view as TaskView)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    await approver.approve(view as TaskView, { allowBlind: true });
    expect(world.tsb.requests.at(-1)?.status).toBe('EXECUTED');
  });
});
