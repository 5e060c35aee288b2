import { generateKeyPairSync, sign } from 'node:crypto';
import { base64Text, createSigner, ecdsaToDer, utf8Bytes } from '@securosys/core';
import { createMemoryBackend } from '@securosys/core/memory';
import { prepareCertificate } from '@securosys/pki';
import { describe, expect, it } from 'vitest';
import { expectOwnMemory } from '../../../testing/src/index.js';
import * as wire from '../../src/api/index.js';
import * as client from '../../src/index.js';
import { approverBefore, approverKey, taskOf } from '../approver/task.js';
import { real, traceXml } from '../attestation/recorded.js';
import { clientOf, json, quickClock, routes, version } from '../fake-fetch.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = Uint8Array.from(pair.publicKey.export({ format: 'der', type: 'spki' }));
const message = utf8Bytes('hello');
const der = Uint8Array.from(sign('sha256', message, pair.privateKey));
const raw = Uint8Array.from(sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));
/** Short enough to come from Node's pool, as a certificate's text would. */
const certificate = Buffer.from('3003020101', 'hex');

const server = (signature: Uint8Array) =>
  clientOf(
    routes({
      '/v1/versionInfo': () => json(version),
      '/v1/key/attributes': () =>
        json({ json: { label: 'k', algorithm: 'EC', publicKey: base64Text(spki), attributes: { sign: true }, policy: null } }),
      '/v1/synchronousSign': () => json({ signature: base64Text(signature) }),
      '/v1/certificate/': () => json({ label: 'k', certificate: base64Text(certificate) }),
    }).fetch,
  );
const backend = (signature = raw) => client.createTsbBackend({ client: server(signature), clock: quickClock });
const operation = { kind: 'sign', key: { label: 'k' }, algorithm: 'ecdsa-sha256', input: { message } } as const;
const rule = client.quorum(1, [{ spki }], { timeoutSeconds: 600 });
const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule, keyStatus: { blocked: false } };
const timestamp = { payload: { kind: 'use', bytes: message }, seconds: 1_700_000_000, keyName: 'time' } as const;
const challenge = {
  operation: 'use',
  label: 'k',
  timestamp,
  timestampSignature: der,
  payload: timestamp.payload,
} as const;

/** Every exported function that gives out bytes, with a call of it. */
const samples: Readonly<Record<string, () => unknown>> = {
  applicationKeyFromPrivateKey: async () => {
    const key = client.applicationKeyFromPrivateKey(pair.privateKey);
    return [key.spki, await key.sign(message)];
  },
  approverKeyFromPrivateKey: async () => {
    const key = client.approverKeyFromPrivateKey(pair.privateKey, { certificate });
    return [key, await key.sign(message)];
  },
  approverKeyFromCertificate: async () => {
    const prepared = await prepareCertificate({
      subject: 'CN=Ada',
      key: { spki },
      validity: { notBefore: 0, notAfter: Date.UTC(2030, 0) },
      profile: 'ca',
    });
    const tbs = prepared.parts[0]?.input.message ?? message;
    const p1363 = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    const own = prepared.assemble({ certificate: Uint8Array.from(sign('sha256', tbs, p1363)) });
    const key = client.approverKeyFromCertificate(Buffer.from(own), pair.privateKey);
    return [key, await key.sign(message)];
  },
  approverKeyFromSigner: async () => {
    const memory = createMemoryBackend();
    await memory.createKey({ label: 'ada', spec: 'ec-p256' });
    const key = await client.approverKeyFromSigner(createSigner(memory, { label: 'ada' }));
    return [key, await key.sign(utf8Bytes('2026-11-21T11:59:55Z'))];
  },
  // What an approver gives out is what the person's key is asked to sign.
  createApprover: async () => {
    const asked: Uint8Array[] = [];
    const key = {
      ...approverKey,
      sign: async (bytes: Uint8Array) => {
        asked.push(bytes);
        return approverKey.sign(bytes);
      },
    };
    const { approver } = approverBefore([taskOf()], { key });
    for (const view of await approver.tasks()) await approver.approve(view);
    return asked;
  },
  createTsbBackend: async () => [
    await backend().describeKey({ label: 'k' }),
    await backend().begin(operation),
    await backend(ecdsaToDer(raw)).begin(operation),
    await backend().certificates?.({ label: 'k' }),
  ],
  createTsbClient: async () => [
    await server(raw).sign.synchronous({ payload: 'aGk=', signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA' }),
    await server(raw).certificates.get('k'),
  ],
  decodePreimage: () => client.decodePreimage(client.encodePreimage(message)),
  encodeMetadata: () => client.encodeMetadata({ facts: {}, claims: { tag: 'v1' } }),
  encodeApprovalChallenge: () => wire.encodeApprovalChallenge(challenge),
  decodeApprovalChallenge: () => wire.decodeApprovalChallenge(Buffer.from(wire.encodeApprovalChallenge(challenge))),
  encodeHsmTimestamp: () => wire.encodeHsmTimestamp(timestamp),
  decodeHsmTimestamp: () => wire.decodeHsmTimestamp(Buffer.from(wire.encodeHsmTimestamp(timestamp))),
  wrapTimestampSignature: () => wire.wrapTimestampSignature(der),
  unwrapTimestampSignature: () => wire.unwrapTimestampSignature(Buffer.from(wire.wrapTimestampSignature(der))),
  parseAttestation: () => client.parseAttestation(traceXml),
  innerBytesOf: () => wire.innerBytesOf(Buffer.from('{"signRequest":{}}'), 'signRequest'),
  encodePolicyFrame: () => wire.encodePolicyFrame(policy),
  verifyAttestation: () => client.verifyAttestation(real, { roots: [real.root], maxAgeMs: Number.POSITIVE_INFINITY }),
};
const withoutBytes = [
  'allOf',
  'anyOf',
  'assertPolicySafe',
  'assertPolicyValid',
  'atLeast',
  'batchSha256',
  'bindMetadata',
  'buildModifyPolicy',
  'buildPolicy',
  'createRequestLookup',
  'decodeMetadata',
  'decodePolicyFrame',
  'diffPolicies',
  'encodePreimage',
  'explainPolicy',
  'fromCharArray',
  'meaningOf',
  'nameApprovers',
  'never',
  'openApiDocument',
  'policyProblems',
  'policyWeaknesses',
  'quorum',
  'requestData',
  'requestText',
  'risksToAccept',
  'ruleStrength',
  'signMetadata',
  'taskText',
  'timeLeftText',
  'toCharArray',
];

describe('bytes that are given out have memory of their own (S39):', () => {
  it.each(Object.keys(samples))('%s', async (name) => {
    expect(expectOwnMemory(await samples[name]?.())).toBeGreaterThan(0);
  });

  it('every exported function is known to give out bytes, or not to', () => {
    const exported = Object.entries({ ...client, ...wire }).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(exported.filter((name) => !(name in samples) && !withoutBytes.includes(name))).toEqual([]);
  });
});
