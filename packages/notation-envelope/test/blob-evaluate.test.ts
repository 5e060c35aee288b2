import { createHash } from 'node:crypto';
import type { HashName, KeySpec } from '@securosys/core';
import {
  type BlobDigester,
  type EvaluateBlobOptions,
  evaluateBlobSignature,
  parseBlobTrustPolicy,
  type SignatureOutcome,
  trustStoreFromCertificates,
} from '@securosys/notation-envelope';
import { describe, expect, it } from 'vitest';
import { day, now, rootCertificate, testKey } from './helpers/certificates.js';
import { clockAt, identity, jws, signed } from './helpers/envelopes.js';

const blob = new TextEncoder().encode('a release of a tool');
const statement = (changes: Record<string, unknown> = {}) => ({
  name: 'test',
  globalPolicy: true,
  signatureVerification: { level: 'strict' },
  trustStores: ['ca:acme'],
  trustedIdentities: [identity],
  ...changes,
});
const policy = (...statements: unknown[]) => parseBlobTrustPolicy({ version: '1.0', trustPolicies: statements });
const hashOf: Partial<Record<KeySpec, HashName>> = { 'ec-p256': 'sha256', 'ec-p384': 'sha384', 'ec-p521': 'sha512' };

function signedBlob(spec: KeySpec = 'ec-p256', hash = hashOf[spec] as HashName, prepare = {}) {
  const digest = `${hash}:${createHash(hash).update(blob).digest('hex')}`;
  const of = { mediaType: 'application/gzip', digest, size: blob.byteLength };
  return signed({ of, leafKey: testKey(spec), prepare: { annotations: { build: '7' }, ...prepare } }).envelope;
}
const judge = (envelope: Uint8Array, changes: Partial<EvaluateBlobOptions> = {}) =>
  evaluateBlobSignature(envelope, jws, {
    blob,
    trustPolicy: policy(statement()),
    trustStore: trustStoreFromCertificates({ 'ca:acme': [rootCertificate()] }),
    clock: clockAt(now),
    ...changes,
  });
const said = (outcome: SignatureOutcome) =>
  outcome.verdict === 'not-trusted' ? outcome.failures.map(({ type, reason }) => `${type}: ${reason?.code}`) : outcome.verdict;
async function* pieces(bytes: Uint8Array) {
  for (let at = 0; at < bytes.byteLength; at += 5) yield bytes.subarray(at, at + 5);
}

describe('the detached signature of a blob (§12, §15.3)', () => {
  it.each(['ec-p256', 'ec-p384', 'ec-p521'] as const)(
    'is held against the blob by the hash of its own algorithm: %s',
    async (spec) => {
      const envelope = signedBlob(spec);
      const digester: BlobDigester = {
        digest: async (algorithm) => ({ digest: createHash(algorithm).update(blob).digest(), size: blob.byteLength }),
      };
      for (const source of [blob, pieces(blob), digester])
        expect((await judge(envelope, { blob: source })).verdict).toBe('trusted');
      for (const source of [blob.slice(1), pieces(blob.slice(1))])
        expect(said(await judge(envelope, { blob: source }))).toEqual(['subject: subject-mismatch']);
    },
  );

  it('whose digest is of another hash than its algorithm has is refused', async () => {
    expect(said(await judge(signedBlob('ec-p256', 'sha512')))).toEqual(['subject: subject-mismatch']);
  });

  it('is held against the size as well', async () => {
    const digester: BlobDigester = { digest: async (hash) => ({ digest: createHash(hash).update(blob).digest(), size: 1 }) };
    expect(said(await judge(signedBlob(), { blob: digester }))).toEqual(['subject: subject-mismatch']);
  });

  it('is held against a media type only where the caller gives one', async () => {
    expect((await judge(signedBlob(), { contentMediaType: 'application/gzip' })).verdict).toBe('trusted');
    expect(said(await judge(signedBlob(), { contentMediaType: 'application/zip' }))).toEqual(['subject: subject-mismatch']);
  });

  it('is held against the metadata that the caller demands', async () => {
    expect((await judge(signedBlob(), { userMetadata: { build: '7' } })).verdict).toBe('trusted');
    expect(said(await judge(signedBlob(), { userMetadata: { build: '8' } }))).toEqual(['userMetadata: user-metadata']);
  });

  it('is judged by the statement that is named, else by the global one', async () => {
    const trustPolicy = policy(statement(), statement({ name: 'others', globalPolicy: false, trustedIdentities: ['arn:x'] }));
    expect((await judge(signedBlob(), { trustPolicy })).statement).toBe('test');
    expect(said(await judge(signedBlob(), { trustPolicy, policyName: 'others' }))).toEqual(['authenticity: identity']);
    await expect(judge(signedBlob(), { trustPolicy, policyName: 'none' })).rejects.toMatchObject({ code: 'ERR_NOT_TRUSTED' });
  });

  it('is not looked at at level skip, and the blob is not read', async () => {
    const trustPolicy = policy({ name: 'none', signatureVerification: { level: 'skip' } });
    const outcome = await judge(new Uint8Array(), { trustPolicy, policyName: 'none', blob: unread() });
    expect(outcome.verdict).toBe('skipped');
  });

  it('of a stranger is no reason to read the blob', async () => {
    const outcome = await judge(signedBlob(), { trustStore: trustStoreFromCertificates({}), blob: unread() });
    expect(said(outcome)).toEqual(['authenticity: trust-store']);
    expect(outcome.checks.find(({ type }) => type === 'subject')).toMatchObject({
      result: 'skipped',
      reason: { code: 'refused-before' },
    });
  });

  it('passes on what reading the blob throws, and an abort in the middle', async () => {
    const boom = new Error('disk');
    const digest = () => Promise.reject(boom);
    await expect(judge(signedBlob(), { blob: { digest } })).rejects.toBe(boom);
    const controller = new AbortController();
    async function* aborting() {
      yield blob;
      controller.abort(boom);
      yield blob;
    }
    await expect(judge(signedBlob(), { blob: aborting(), signal: controller.signal })).rejects.toBe(boom);
  });
});

const unread = (): BlobDigester => ({ digest: () => Promise.reject(new Error('the blob was read')) });

/** S24, for the options that only blobs have; the others are shared with images and held there. */
describe('every option of blobs counts by itself', () => {
  const two = policy(statement(), statement({ name: 'b', globalPolicy: false, trustStores: ['ca:none'] }));
  const cases: Record<string, [Partial<EvaluateBlobOptions>, Partial<EvaluateBlobOptions>]> = {
    blob: [{ blob }, { blob: new Uint8Array() }],
    trustPolicy: [{}, { trustPolicy: policy(statement({ trustedIdentities: ['arn:x'] })) }],
    policyName: [{ trustPolicy: two }, { trustPolicy: two, policyName: 'b' }],
    contentMediaType: [{ contentMediaType: 'application/gzip' }, { contentMediaType: 'application/zip' }],
    trustStore: [{}, { trustStore: trustStoreFromCertificates({}) }],
    clock: [{}, { clock: clockAt(now + 400 * day) }],
    maxSignatureAgeMs: [{ maxSignatureAgeMs: day }, { maxSignatureAgeMs: 1 }],
    requireExpiry: [{ requireExpiry: false }, { requireExpiry: true }],
    userMetadata: [{ userMetadata: { build: '7' } }, { userMetadata: { build: '8' } }],
  };

  it.each(Object.entries(cases))('%s', async (_, [yes, no]) => {
    expect((await judge(signedBlob(), yes)).verdict).toBe('trusted');
    expect((await judge(signedBlob(), no)).verdict).toBe('not-trusted');
  });

  it.each<[string, unknown]>([
    ['blob', 'text'],
    ['blob', undefined],
    [
      'blob',
      (async function* () {
        yield 'text';
      })(),
    ],
    ['blob', { digest: async () => ({ digest: 'text', size: 1 }) }],
    ['contentMediaType', ''],
    ['policyName', ''],
    ['trustPolicy', {}],
    ['subject', {}],
    ['repository', 'registry.example/app'],
  ])('%s of the wrong kind is an error', async (name, value) => {
    await expect(judge(signedBlob(), { [name]: value })).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
  });
});
