import { constants, createHash, generateKeyPairSync, privateDecrypt, sign, verify } from 'node:crypto';
import {
  base64Bytes,
  base64Text,
  createMemoryStore,
  ecdsaToDer,
  mlDsaSpki,
  type SignatureAlgorithm,
  type SignOperation,
  utf8Bytes,
} from '@securosys/core';
import { describe, expect, it } from 'vitest';
import { rsaPair } from '../../../../tests/rsa-key.js';
import type { Policy } from '../../src/api/index.js';
import {
  applicationKeyFromPrivateKey,
  createTsbBackend,
  decodeMetadata,
  decodePreimage,
  quorum,
  type TsbBackendStyle,
} from '../../src/index.js';
import { clientOf, failure, json, quickClock, routes, type Seen, version } from '../fake-fetch.js';

const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const spki = Uint8Array.from(pair.publicKey.export({ format: 'der', type: 'spki' }));
const approver = generateKeyPairSync('ed25519').publicKey;
const rule = quorum(1, [{ spki: Uint8Array.from(approver.export({ format: 'der', type: 'spki' })) }], { timeoutSeconds: 600 });
const guarded: Policy = { ruleUse: rule, ruleBlock: null, ruleUnblock: rule, ruleModify: rule, keyStatus: { blocked: false } };
const id = '11111111-2222-4333-8444-555555555555';
const message = utf8Bytes('hello');
const raw = Uint8Array.from(sign('sha256', message, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }));

const attributes = (policy: unknown = null, more: object = {}) => ({
  json: { label: 'k', algorithm: 'EC', publicKey: base64Text(spki), attributes: { sign: true }, policy, ...more },
});

type Table = Parameters<typeof routes>[0];

function backendOf(table: Table, style: TsbBackendStyle = {}) {
  const { fetch, seen } = routes({ '/v1/versionInfo': () => json(version), ...table });
  return { backend: createTsbBackend({ client: clientOf(fetch), clock: quickClock, ...style }), seen };
}

const signOperation = (more: Partial<SignOperation> = {}): SignOperation => ({
  kind: 'sign',
  key: { label: 'k' },
  algorithm: 'ecdsa-sha256',
  input: { message },
  ...more,
});

const paths = (seen: readonly Seen[]) => seen.map((one) => new URL(one.url).pathname);
const sentRequest = (seen: readonly Seen[]) =>
  (seen.at(-1) as { json: { signRequest: Record<string, unknown> } }).json.signRequest;

describe('describeKey', () => {
  it('reports the key with its hash, usages and assurance', async () => {
    const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes()) });
    const info = await backend.describeKey({ label: 'k' });
    expect(info).toMatchObject({ spec: 'ec-p256', usages: ['sign', 'verify'], needsApproval: false, assurance: 'self-reported' });
    expect(info.ref.spkiSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(info.spki).toEqual(spki);
  });

  it('says emulated when the vendor does', async () => {
    const { backend } = backendOf({
      '/v1/key/attributes': () => json(attributes()),
      '/v1/versionInfo': () => json({ Version: '2.5.1', Vendor: 'EMULATED TSB (software keys)' }),
    });
    expect((await backend.describeKey({ label: 'k' })).assurance).toBe('emulated');
  });

  it('does without the service role', async () => {
    const { backend } = backendOf({
      '/v1/key/attributes': () => json(attributes()),
      '/v1/versionInfo': () => failure(416, 401),
    });
    expect((await backend.describeKey({ label: 'k' })).assurance).toBe('self-reported');
  });

  it('asks the TSB for the key alone where nobody wants to know what it is', async () => {
    const { backend, seen } = backendOf({ '/v1/key/attributes': () => json(attributes()) }, { askAssurance: false });
    expect((await backend.describeKey({ label: 'k' })).assurance).toBe('self-reported');
    expect(paths(seen)).toEqual(['/v1/key/attributes']);
    expect(() => backendOf({}, { askAssurance: 'no' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARGUMENT' }),
    );
  });

  it('refuses a key that changed behind its label (S7)', async () => {
    const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes()) });
    await expect(backend.describeKey({ label: 'k', spkiSha256: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'ERR_KEY_CHANGED',
    });
  });

  it('refuses the attributes of another key', async () => {
    const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes(null, { label: 'other' })) });
    await expect(backend.describeKey({ label: 'k' })).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('reports a blocked key', async () => {
    const policy = { ...guarded, keyStatus: { blocked: true } };
    const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes(policy)) });
    expect((await backend.describeKey({ label: 'k' })).blocked).toBe(true);
  });

  const open = { timelock: 0, timeout: 0, groups: [] };
  it.each([
    ['no policy', null, false],
    ['an empty policy', { ruleUse: null, keyStatus: { blocked: false } }, false],
    ['a token without groups', { ruleUse: { tokens: [open] } }, false],
    ['a token with null groups', { ruleUse: { tokens: [{ ...open, groups: null }] } }, false],
    ['a time lock alone', { ruleUse: { tokens: [{ ...open, timelock: 60 }] } }, true],
    ['a quorum', guarded, true],
    ['a quorum or an open token', { ruleUse: { tokens: [...(rule.tokens ?? []), open] } }, false],
    ['no tokens, which is never', { ruleUse: { tokens: [] } }, true],
    ['null tokens, which is never', { ruleUse: { tokens: null } }, true],
  ])('%s: needs approval %#', async (_, policy, expected) => {
    const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes(policy)) });
    expect((await backend.describeKey({ label: 'k' })).needsApproval).toBe(expected);
  });
});

describe('a plain key', () => {
  it('signs at once and asks for r‖s', async () => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => json(attributes()),
      '/v1/synchronousSign': () => json({ signature: base64Text(raw) }),
    });
    expect(await backend.begin(signOperation())).toEqual({ done: raw });
    expect(sentRequest(seen)).toMatchObject({
      signatureAlgorithm: 'SHA256_WITH_ECDSA',
      signatureType: 'RAW',
      payload: 'aGVsbG8=',
    });
    expect(sentRequest(seen)).not.toHaveProperty('keyPassword');
  });

  it('gives r‖s even when the server answers DER', async () => {
    const { backend } = backendOf({
      '/v1/key/attributes': () => json(attributes()),
      '/v1/synchronousSign': () => json({ signature: base64Text(ecdsaToDer(raw)) }),
    });
    expect(await backend.begin(signOperation())).toEqual({ done: raw });
  });

  it('is asked about once', async () => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => json(attributes()),
      '/v1/synchronousSign': () => json({ signature: base64Text(raw) }),
    });
    await backend.begin(signOperation());
    await backend.begin(signOperation());
    expect(paths(seen).filter((path) => path === '/v1/key/attributes')).toHaveLength(1);
  });

  /** Attributes of a key that the algorithm fits. */
  const fitting = (algorithm: SignatureAlgorithm) => {
    if (algorithm.startsWith('ecdsa')) return attributes();
    if (algorithm === 'ml-dsa-65') {
      const publicKey = base64Text(mlDsaSpki({ spec: algorithm, publicKey: new Uint8Array(1952) }));
      return attributes(null, { algorithm: 'ML-DSA-65', publicKey });
    }
    const { publicKey } = algorithm === 'ed25519' ? generateKeyPairSync('ed25519') : rsaPair();
    return attributes(null, { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') });
  };

  const table: readonly (readonly [SignatureAlgorithm, string, string | undefined])[] = [
    ['rsa-pss-sha256', 'SHA256_WITH_RSA_PSS', 'NONESHA256_WITH_RSA_PSS'],
    ['rsa-pss-sha384', 'SHA384_WITH_RSA_PSS', 'NONESHA384_WITH_RSA_PSS'],
    ['rsa-pss-sha512', 'SHA512_WITH_RSA_PSS', 'NONESHA512_WITH_RSA_PSS'],
    ['rsa-pkcs1-sha256', 'SHA256_WITH_RSA', 'NONESHA256_WITH_RSA'],
    ['rsa-pkcs1-sha384', 'SHA384_WITH_RSA', 'NONESHA384_WITH_RSA'],
    ['rsa-pkcs1-sha512', 'SHA512_WITH_RSA', 'NONESHA512_WITH_RSA'],
    ['ecdsa-sha256', 'SHA256_WITH_ECDSA', 'NONE_WITH_ECDSA'],
    ['ecdsa-sha384', 'SHA384_WITH_ECDSA', 'NONE_WITH_ECDSA'],
    ['ecdsa-sha512', 'SHA512_WITH_ECDSA', 'NONE_WITH_ECDSA'],
    ['ed25519', 'EDDSA', undefined],
    ['ml-dsa-65', 'ML_DSA', undefined],
  ];
  it.each(table)('is asked for %s by its name in the API', async (algorithm, forMessage, forDigest) => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => json(fitting(algorithm)),
      '/v1/synchronousSign': () => json({ signature: base64Text(raw) }),
    });
    await backend.begin(signOperation({ algorithm }));
    expect(sentRequest(seen).signatureAlgorithm).toBe(forMessage);
    const digest = signOperation({ algorithm, input: { digest: new Uint8Array(32) } });
    if (forDigest === undefined) await expect(backend.begin(digest)).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
    else {
      await backend.begin(digest);
      expect(sentRequest(seen).signatureAlgorithm).toBe(forDigest);
    }
  });

  it('refuses an algorithm that does not fit before anything is sent, because ML_DSA names every size', async () => {
    const { backend, seen } = backendOf({ '/v1/key/attributes': () => json(fitting('ml-dsa-65')) });
    for (const algorithm of ['ml-dsa-44', 'ecdsa-sha256'] as const)
      await expect(backend.begin(signOperation({ algorithm }))).rejects.toMatchObject({ code: 'ERR_ALGORITHM_UNSUPPORTED' });
    expect(paths(seen)).not.toContain('/v1/synchronousSign');
  });

  it('sends the context of an ML-DSA signature, and no form of its result', async () => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => json(fitting('ml-dsa-65')),
      '/v1/synchronousSign': () => json({ signature: base64Text(raw) }),
    });
    await backend.begin(signOperation({ algorithm: 'ml-dsa-65', context: Uint8Array.of(1, 2, 3) }));
    expect(sentRequest(seen)).toMatchObject({ signatureAlgorithm: 'ML_DSA', context: 'AQID' });
    expect(sentRequest(seen)).not.toHaveProperty('signatureType');
  });

  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i + 1);
  it.each([
    ['bare', bytes],
    ['an OCTET STRING', Uint8Array.of(0x04, 0x40, ...bytes)],
    ['a BIT STRING', Uint8Array.of(0x03, 0x41, 0, ...bytes)],
    ['a SEQUENCE', ecdsaToDer(bytes)],
  ])('with Ed25519 gives 64 bytes when the answer is %s', async (_, answer) => {
    const { backend } = backendOf({
      '/v1/key/attributes': () => json(fitting('ed25519')),
      '/v1/synchronousSign': () => json({ signature: base64Text(answer) }),
    });
    expect(await backend.begin(signOperation({ algorithm: 'ed25519' }))).toEqual({ done: bytes });
  });
});

describe('a key with approvals', () => {
  const table: Table = {
    '/v1/key/attributes': () => json(attributes(guarded)),
    '/v1/sign': () => json({ signRequestId: id }, 201),
  };
  const facts = { format: 'toy', title: 'an image', subject: { mediaType: 'm', digest: `sha256:${'a'.repeat(64)}`, size: 1 } };

  it('gets the whole message and metadata bound to it (S2, S3)', async () => {
    const { backend, seen } = backendOf(table, { app: 'ci' });
    expect(await backend.begin(signOperation({ facts, claims: { tag: 'v1' } }))).toEqual({ pending: id });
    const request = sentRequest(seen);
    expect(request.payload).toBe(base64Text(message));
    expect(decodeMetadata(base64Bytes(request.metaData as string))).toMatchObject({
      app: 'ci',
      time: '2026-11-21T12:00:00Z',
      facts: { format: 'toy', 'subject.digest': facts.subject.digest },
      claims: { tag: 'v1' },
      binding: {
        payloadSha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
        operation: 'sign',
        algorithm: 'ecdsa-sha256',
        keyLabel: 'k',
      },
    });
  });

  it('gets the preimage instead of a digest', async () => {
    const { backend, seen } = backendOf(table);
    const digest = base64Bytes('LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=');
    await backend.begin(signOperation({ input: { digest, preimage: message } }));
    expect(sentRequest(seen)).toMatchObject({ payload: base64Text(message), signatureAlgorithm: 'SHA256_WITH_ECDSA' });
  });

  it('refuses a preimage of another digest', async () => {
    const begun = backendOf(table).backend.begin(signOperation({ input: { digest: new Uint8Array(32), preimage: message } }));
    await expect(begun).rejects.toMatchObject({ code: 'ERR_DIGEST_MISMATCH' });
  });

  it('refuses a bare digest unless allowBlind is set', async () => {
    const blind = signOperation({ input: { digest: new Uint8Array(32) } });
    await expect(backendOf(table).backend.begin(blind)).rejects.toMatchObject({ code: 'ERR_BLIND_SIGNING' });
    const { backend, seen } = backendOf(table, { allowBlind: true });
    await backend.begin(blind);
    expect(sentRequest(seen).signatureAlgorithm).toBe('NONE_WITH_ECDSA');
  });

  it('signs a message that no challenge can carry by its digest, and shows it to people whole', async () => {
    const { backend, seen } = backendOf(table);
    const long = new Uint8Array(65_536).fill(7);
    await backend.begin(signOperation({ input: { message: long } }));
    const digest = createHash('sha256').update(long).digest();
    const request = sentRequest(seen);
    expect(request).toMatchObject({ payload: digest.toString('base64'), signatureAlgorithm: 'NONE_WITH_ECDSA' });
    const { preimage, binding } = decodeMetadata(base64Bytes(request.metaData as string));
    expect(decodePreimage(preimage as string)).toEqual(long);
    expect(binding?.payloadSha256).toBe(createHash('sha256').update(digest).digest('hex'));
  });

  it('refuses a message that people cannot be shown, or that has no digest to sign', async () => {
    const long = (bytes: number) => signOperation({ input: { message: new Uint8Array(bytes) } });
    const limited = backendOf(table, { maxPreimageBytes: 70_000 }).backend;
    await expect(limited.begin(long(70_001))).rejects.toMatchObject({ code: 'ERR_LIMIT' });
    await limited.begin(long(70_000));
    const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const { backend } = backendOf({ ...table, '/v1/key/attributes': () => json(attributes(guarded, { publicKey: ed25519 })) });
    await expect(backend.begin({ ...long(65_536), algorithm: 'ed25519' })).rejects.toMatchObject({ code: 'ERR_LIMIT' });
  });

  it('gets a description with a nonce of its own each time, and an end (S3)', async () => {
    const { backend, seen } = backendOf(table);
    const bindings = [];
    for (let time = 0; time < 2; time++) {
      await backend.begin(signOperation());
      bindings.push(decodeMetadata(base64Bytes(sentRequest(seen).metaData as string)).binding);
    }
    expect(bindings[0]?.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(bindings[0]?.nonce).not.toBe(bindings[1]?.nonce);
    expect(bindings[0]?.expiresAt).toBe('2026-12-21T12:00:00Z');
  });

  it('gets told with what else it is decided, by the hash of all of it (S10)', async () => {
    const { backend, seen } = backendOf(table);
    const payloads = [createHash('sha256').update(message).digest('hex'), 'f'.repeat(64)];
    await backend.begin(signOperation({ batch: { id: 'b'.repeat(64), payloads } }));
    expect(decodeMetadata(base64Bytes(sentRequest(seen).metaData as string)).binding).toMatchObject({
      batchId: 'b'.repeat(64),
      batchSha256: createHash('sha256').update(payloads.join('\n')).digest('hex'),
      batchPayloads: payloads.join('\n'),
    });
  });

  it('gets a description that the application has signed', async () => {
    const application = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const { fetch, seen } = routes({ '/v1/versionInfo': () => json(version), ...table });
    const applicationKey = applicationKeyFromPrivateKey(application.privateKey);
    await createTsbBackend({ client: clientOf(fetch), clock: quickClock, applicationKey }).begin(signOperation());
    const { metaData, metaDataSignature } = sentRequest(seen);
    const [bytes, signature] = [metaData, metaDataSignature].map((text) => base64Bytes(text as string));
    expect(verify('sha256', bytes as Uint8Array, application.publicKey, signature as Uint8Array)).toBe(true);
  });

  it('never shows a key password to approvers unless told to (S12)', async () => {
    const keyPassword = () => 'pä💧';
    const refused = backendOf(table, { keyPassword }).backend.begin(signOperation());
    await expect(refused).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    const { backend, seen } = backendOf(table, { keyPassword, allowPasswordInRequest: true });
    await backend.begin(signOperation());
    expect(sentRequest(seen).keyPassword).toEqual(['p', 'ä', '\ud83d', '\udca7']);
  });

  it('is used with a credential that may only use keys', async () => {
    const { backend } = backendOf({ ...table, '/v1/key/attributes': () => failure(631, 401) });
    expect(await backend.begin(signOperation())).toEqual({ pending: id });
  });

  it('whose answer was lost leaves the outcome unknown', async () => {
    const { backend } = backendOf({ ...table, '/v1/sign': () => new Response('', { status: 502 }) });
    await expect(backend.begin(signOperation())).rejects.toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
  });
});

describe('poll', () => {
  const request = (status: string, result: string | null = null) => ({
    [`/v1/request/${id}`]: () =>
      json({ id, status, result, executionTime: null, approvedBy: ['AAAA'], notYetApprovedBy: null, rejectedBy: [] }),
  });

  it.each([
    ['PENDING', 'pending'],
    ['APPROVED', 'approved'],
    ['REJECTED', 'rejected'],
    ['EXPIRED', 'expired'],
    ['CANCELLED', 'cancelled'],
    ['FAILED', 'failed'],
  ])('reports %s as %s', async (status, expected) => {
    const state = await backendOf(request(status)).backend.poll(id);
    expect(state).toMatchObject({ status: expected, approvals: { approvedBy: ['AAAA'], notYetApprovedBy: [] } });
  });

  it('gives the signature of an executed request as r‖s', async () => {
    const { backend } = backendOf(request('EXECUTED', base64Text(ecdsaToDer(raw))));
    expect(await backend.poll(id)).toMatchObject({ status: 'executed', result: raw });
  });

  it.each([null, ''])(
    'knows an executed request without a signature for a block or the like, and throws nothing (%j)',
    async (result) => {
      const state = await backendOf(request('EXECUTED', result)).backend.poll(id);
      expect(state).toMatchObject({ status: 'failed', reason: 'executed without a signature' });
    },
  );

  it('distrusts an executed request with a result that is no base64', async () => {
    await expect(backendOf(request('EXECUTED', '%')).backend.poll(id)).rejects.toMatchObject({ code: 'ERR_PROTOCOL' });
  });

  it('after a cancel that came too late is no error', async () => {
    let calls = 0;
    const answer = request('EXECUTED', 'AAAA')[`/v1/request/${id}`] as () => Response;
    const { backend } = backendOf({
      [`/v1/request/${id}`]: (one) => (one.method === 'DELETE' ? failure(611, ++calls && 400) : answer()),
    });
    await backend.cancel(id);
    expect(calls).toBe(1);
  });
});

it('candidates are the ids of requests in every state', async () => {
  const { backend } = backendOf({ '/v1/filteredRequests': () => json({ requests: [{ id, status: 'EXPIRED' }] }) });
  const ids: string[] = [];
  for await (const one of backend.candidates()) ids.push(one);
  expect(ids).toEqual([id]);
});

it('the id tells partitions apart and holds no secret', () => {
  const { backend } = backendOf({}, { partition: 'a b' });
  expect(backend.id).toBe('tsb:https://tsb.example#a%20b');
});

it('a key without a certificate has an empty chain', async () => {
  expect(await backendOf({ '/v1/certificate/': () => failure(650, 404) }).backend.certificates({ label: 'k' })).toEqual([]);
});

describe('other uses of a key', () => {
  const rsaKeys = rsaPair();
  const rsa = rsaKeys.publicKey.export({ format: 'der', type: 'spki' });
  const rsaSha256 = createHash('sha256').update(rsa).digest('hex');
  const decrypting = (policy: unknown) =>
    json(attributes(policy, { algorithm: 'RSA', publicKey: rsa.toString('base64'), attributes: { sign: false, decrypt: true } }));
  const [ciphertext, plaintext] = [new Uint8Array(256).fill(1), utf8Bytes('a layer key')];
  const operation = { kind: 'decrypt', key: { label: 'k' }, algorithm: 'rsa-oaep-sha256', ciphertext } as const;

  it.each([
    ['rsa-oaep-sha1', 'RSA_PADDING_OAEP_WITH_SHA1'],
    ['rsa-oaep-sha256', 'RSA_PADDING_OAEP_WITH_SHA256'],
    ['rsa-oaep-sha384', 'RSA_PADDING_OAEP_WITH_SHA384'],
    ['rsa-oaep-sha512', 'RSA_PADDING_OAEP_WITH_SHA512'],
    ['rsa-pkcs1', 'RSA_PADDING_PKCS'],
  ] as const)('decrypts with %s by its name in the API', async (algorithm, cipherAlgorithm) => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => decrypting(null),
      '/v1/synchronousDecrypt': () => json({ payload: base64Text(plaintext) }),
    });
    expect(await backend.begin({ ...operation, algorithm })).toEqual({ done: plaintext });
    expect(seen.at(-1)?.json).toMatchObject({ decryptRequest: { cipherAlgorithm, encryptedPayload: base64Text(ciphertext) } });
  });

  it('asks people to let a ciphertext be decrypted, and gives the plaintext as it is', async () => {
    // Bytes that would be taken for an ECDSA signature in DER, were they one.
    const tricky = ecdsaToDer(raw);
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => decrypting(guarded),
      '/v1/decrypt': () => json({ decryptRequestId: id }, 201),
      [`/v1/request/${id}`]: () => json({ id, status: 'EXECUTED', result: base64Text(tricky) }),
    });
    const payloads = [createHash('sha256').update(ciphertext).digest('hex')];
    expect(await backend.begin({ ...operation, batch: { id: 'b'.repeat(64), payloads } })).toEqual({ pending: id });
    const [{ decryptRequest }] = seen.slice(-1).map((one) => one.json) as [{ decryptRequest: { metaData: string } }];
    expect(decodeMetadata(base64Bytes(decryptRequest.metaData)).binding).toMatchObject({
      operation: 'decrypt',
      payloadSha256: createHash('sha256').update(ciphertext).digest('hex'),
      batchId: 'b'.repeat(64),
      batchPayloads: payloads[0],
    });
    expect(await backend.poll(id, { kind: 'decrypt' })).toMatchObject({ status: 'executed', result: tricky });
  });

  it('encrypts without asking anybody', async () => {
    const { backend } = backendOf({ '/v1/encrypt': () => json({ encryptedPayload: base64Text(ciphertext) }) });
    const begun = await backend.begin({ kind: 'encrypt', key: { label: 'k' }, algorithm: 'rsa-oaep-sha256', plaintext });
    expect(begun).toEqual({ done: ciphertext });
  });

  it('encrypts to a pinned key without the TSB: nobody can exchange the key under way (S7)', async () => {
    let attributesNow = decrypting(null);
    const { backend, seen } = backendOf({ '/v1/key/attributes': () => attributesNow.clone() });
    const key = { label: 'k', spkiSha256: rsaSha256 };
    const encrypt = { kind: 'encrypt', key, algorithm: 'rsa-oaep-sha256', plaintext } as const;
    const begun = await backend.begin(encrypt);
    const oaep = { key: rsaKeys.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    expect('done' in begun && Uint8Array.from(privateDecrypt(oaep, begun.done))).toEqual(plaintext);
    expect(paths(seen)).not.toContain('/v1/encrypt');
    for (const other of [attributes(), attributes(null, { algorithm: 'AES', publicKey: null, attributes: { decrypt: true } })]) {
      attributesNow = json(other);
      await expect(backend.begin(encrypt)).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
    }
  });

  it('does not decrypt with a symmetric key in place of the one that was pinned (S7)', async () => {
    const aes = attributes(null, { algorithm: 'AES', publicKey: null, attributes: { decrypt: true } });
    const { backend, seen } = backendOf({ '/v1/key/attributes': () => json(aes) });
    const pinned = { ...operation, key: { label: 'k', spkiSha256: rsaSha256 } };
    await expect(backend.begin(pinned)).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
    expect(paths(seen)).not.toContain('/v1/synchronousDecrypt');
  });

  it('makes a key only when somebody decided who approves its use (S8), and for one purpose (S4)', async () => {
    const { backend, seen } = backendOf({
      '/v1/key/attributes': () => decrypting(null),
      '/v1/key': () => json(attributes(), 201),
    });
    const without = { label: 'k', spec: 'rsa-2048' } as Parameters<typeof backend.createKey>[0];
    await expect(backend.createKey(without)).rejects.toMatchObject({ code: 'ERR_INVALID_ARGUMENT' });
    expect(seen).toEqual([]);
    expect((await backend.createKey({ ...without, purpose: 'decrypt', policy: null })).usages).toEqual(['decrypt', 'encrypt']);
    const deriving = { label: 'd', spec: 'ec-p256', purpose: 'derive', policy: null } as const;
    await expect(backend.createKey(deriving)).rejects.toMatchObject({ code: 'ERR_CAPABILITY_MISSING' });
    const derivation = { kind: 'derive', key: { label: 'd' }, algorithm: 'ecdh', publicKey: new Uint8Array(91) } as const;
    const message = expect.stringMatching(/no key agreement: .*RSA or an AES key/);
    await expect(backend.begin(derivation)).rejects.toMatchObject({ code: 'ERR_CAPABILITY_MISSING', message });
    expect(seen[0]?.json).toMatchObject({ attributes: { sign: false, decrypt: true } });
  });
});

it('the time left is an estimate from the rules of the key', async () => {
  const tokens = [{ timelock: 600, timeout: 3_600, groups: rule.tokens?.[0]?.groups ?? [] }, ...(rule.tokens ?? [])];
  const { backend } = backendOf({ '/v1/key/attributes': () => json(attributes({ ...guarded, ruleUse: { tokens } })) });
  expect((await backend.describeKey({ label: 'k' })).approvalWindows).toEqual([
    { opensAfterMs: 600_000, closesAfterMs: 3_600_000 },
    { opensAfterMs: 0, closesAfterMs: 600_000 },
  ]);
});

describe('orphaned requests', () => {
  const other = '22222222-2222-4333-8444-555555555555';
  const { backend } = backendOf({
    '/v1/filteredRequests': () => json({ requests: [id, other].map((one) => ({ id: one, status: 'PENDING' })) }),
  });

  it('are those that are open and that the store does not know', async () => {
    const store = createMemoryStore();
    await store.put('a', { backend: backend.id, requestId: id });
    await store.put('b', { backend: 'another', requestId: other });
    await store.put('c', { backend: backend.id, kind: 'sign', inputSha256: 'ab', intentAt: 7 });
    expect(await backend.orphans(store)).toEqual({
      requests: [{ id: other, status: 'pending' }],
      intents: [{ inputSha256: 'ab', intentAt: 7, kind: 'sign' }],
    });
  });

  it('cannot be told by a store that does not say what it knows', async () => {
    const { get, put, delete: remove } = createMemoryStore();
    await expect(backend.orphans({ get, put, delete: remove })).rejects.toMatchObject({ code: 'ERR_CAPABILITY_MISSING' });
  });
});
