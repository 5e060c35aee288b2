import { describe, expect, it } from 'vitest';
import { clientOf, failure, fakeFetch, json } from '../fake-fetch.js';
import {
  attributes,
  bytes,
  described,
  failureOf,
  itRefuses,
  itSends,
  password,
  passwordOnWire,
  policy,
  type Row,
  rule,
  rules,
  unsafe,
} from './group-rows.js';

const seed = new Uint8Array(32).fill(7);

const rows: Record<string, Row> = {
  'creates a key of the types that this SDK signs with': {
    call: (c) => c.keys.create({ label: 'a"b', spec: 'ec-p256', policy, password, id: '01' }),
    sends: 'POST /v1/key',
    body: {
      label: 'a"b',
      algorithm: 'EC',
      curveOid: '1.2.840.10045.3.1.7',
      attributes,
      id: '01',
      password: passwordOnWire,
      policy,
    },
    answer: described,
    gives: expect.objectContaining({ json: expect.objectContaining({ label: 'k' }) }),
  },
  'creates a key of any other algorithm': {
    call: (c) => c.keys.create({ label: 'k', algorithm: 'BLS', policy: null }),
    sends: 'POST /v1/key',
    body: { label: 'k', algorithm: 'BLS', attributes },
    answer: described,
  },
  'creates a key on any curve, with an address': {
    call: (c) =>
      c.keys.create({ label: 'k', algorithm: 'EC', curveOid: '1.3.132.0.10', policy, addressFormat: { format: 'BTC' } }),
    sends: 'POST /v1/key',
    body: { label: 'k', algorithm: 'EC', curveOid: '1.3.132.0.10', attributes, addressFormat: { format: 'BTC' }, policy },
    answer: described,
  },
  'creates a symmetric key that decrypts and does not sign': {
    call: (c) => c.keys.create({ label: 'k', algorithm: 'AES', keySize: 256, policy: null, attributes: { destroyable: true } }),
    sends: 'POST /v1/key',
    body: {
      label: 'k',
      algorithm: 'AES',
      keySize: 256,
      attributes: { decrypt: true, sign: false, unwrap: false, extractable: false, destroyable: true },
    },
    answer: described,
  },
  'imports a private key with its certificate': {
    call: (c) => c.keys.import({ label: 'k', algorithm: 'RSA', privateKey: bytes(1, 2), certificate: bytes(3), policy }),
    sends: 'POST /v1/key/import/plain',
    body: { label: 'k', algorithm: 'RSA', privateKey: 'AQI=', certificate: 'Aw==', attributes, policy },
    answer: described,
  },
  'imports a secret key, which can have no policy': {
    call: (c) => c.keys.import({ label: 'k', algorithm: 'AES', secretKey: bytes(1, 2) }),
    sends: 'POST /v1/key/import/plain',
    body: {
      label: 'k',
      algorithm: 'AES',
      secretKey: 'AQI=',
      attributes: { decrypt: true, sign: false, unwrap: false, extractable: false },
    },
    answer: described,
  },
  'imports a public key alone without attributes': {
    call: (c) => c.keys.import({ label: 'k', algorithm: 'EC', publicKey: bytes(1) }),
    sends: 'POST /v1/key/import/plain',
    body: { label: 'k', algorithm: 'EC', publicKey: 'AQ==' },
    answer: described,
  },
  'imports a seed': {
    call: (c) => c.keys.importSeed({ label: 'k', seed, curveOid: '1.3.132.0.10', policy: null, attributes: { derive: true } }),
    sends: 'POST /v1/importedKey',
    body: {
      label: 'k',
      seed: Buffer.from(seed).toString('base64'),
      curveOid: '1.3.132.0.10',
      attributes: { ...attributes, derive: true },
    },
    answer: described,
  },
  'derives a key': {
    call: (c) => c.keys.derive({ label: 'master', password, path: "44'/0'/7" }),
    sends: 'POST /v1/derivedKey',
    body: { masterKeyLabel: 'master', masterKeyPassword: passwordOnWire, derivationPath: "44'/0'/7" },
    answer: described,
  },
  'derives a key with attributes of its own': {
    call: (c) => c.keys.derive({ label: 'master', path: '0', attributes: { sign: true, extractable: false } }),
    sends: 'POST /v1/derivedKey',
    body: { masterKeyLabel: 'master', derivationPath: '0', attributes: { sign: true, extractable: false } },
    answer: described,
  },
  'reads an address as bytes': {
    call: (c) => c.keys.address('m/0', { password }),
    sends: 'POST /v1/key/address',
    body: { label: 'm/0', password: passwordOnWire },
    answer: { address: 'AQID' },
    gives: bytes(1, 2, 3),
  },
  'changes a password': {
    call: (c) => c.keys.changePassword({ label: 'k', password, newPassword: 'n' }),
    sends: 'POST /v1/key/changePassword',
    body: { label: 'k', password: passwordOnWire, newPassword: ['n'] },
  },
  'takes a password away': {
    call: (c) => c.keys.changePassword({ label: 'k', password: 'p' }),
    sends: 'POST /v1/key/changePassword',
    body: { label: 'k', password: ['p'] },
  },
  'exports what there is, as bytes': {
    call: (c) => c.keys.export('k', { password }),
    sends: 'POST /v1/key/export/plain',
    body: { label: 'k', password: passwordOnWire },
    answer: { privateKey: 'AQI=', publicKey: 'Aw==', secretKey: null },
    gives: { privateKey: bytes(1, 2), publicKey: bytes(3) },
  },
  'keeps a data object': {
    call: (c) => c.dataObjects.create({ name: 'd"1', value: bytes(1, 2), attributes: { private: true } }),
    sends: 'POST /v1/dataObject',
    body: { name: 'd"1', value: 'AQI=', attributes: { private: true } },
  },
  'reads a data object': {
    call: (c) => c.dataObjects.get('d/1'),
    sends: 'GET /v1/dataObject/d%2F1',
    answer: { name: 'd/1', value: 'AQI=', attributes: { modifiable: false } },
    gives: { name: 'd/1', value: bytes(1, 2), attributes: { modifiable: false } },
  },
  'deletes a data object': { call: (c) => c.dataObjects.delete('d'), sends: 'DELETE /v1/dataObject/d' },
  'reads the chain of the attestation key': {
    call: (c) => c.attestation.chain('attestation-key'),
    sends: 'GET /v1/attestation/attestation-key',
    answer: { attestationCertificateChain: ['AQ==', 'Ag=='] },
    gives: [bytes(1), bytes(2)],
  },
  'reads an attestation as JSON': {
    call: (c) => c.attestation.of('k', { password }),
    sends: 'POST /v1/attestation/key',
    body: { label: 'k', password: passwordOnWire },
    answer: {
      signingKeyAttestationXml: '<x/>',
      signingKeyAttestationCertificate: [],
      signingKeyAttestationSignatureBase64: 'AQ==',
    },
    gives: expect.objectContaining({ signingKeyAttestationXml: '<x/>' }),
  },
};

describe('client.keys, client.dataObjects, client.attestation (§2.3, §2.8):', () => {
  itSends(rows);

  it('an attestation archive comes as its bytes', async () => {
    const { fetch, seen } = fakeFetch(new Response(bytes(0x50, 0x4b, 3, 4)));
    expect(await clientOf(fetch).attestation.archive('k')).toEqual(bytes(0x50, 0x4b, 3, 4));
    expect(seen[0]).toMatchObject({ method: 'POST', url: 'https://tsb.example/v1/key/keyAttestation', json: { label: 'k' } });
  });

  it('a login page is no archive', async () => {
    const page = new Response('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } });
    expect((await failureOf(clientOf(fakeFetch(page).fetch).attestation.archive('k'))).code).toBe('ERR_PROTOCOL');
  });

  it('exported bytes that are not base64 are ERR_PROTOCOL, and the error does not quote them', async () => {
    const { fetch } = fakeFetch(json({ privateKey: 'not!base64-sentinel' }));
    const error = await failureOf(clientOf(fetch).keys.export('k'));
    expect(error.code).toBe('ERR_PROTOCOL');
    expect(String(error)).not.toContain('sentinel');
  });

  it.each([
    [632, 409, 'ERR_CONFLICT'],
    [615, 409, 'ERR_CONFLICT'],
    [620, 403, 'ERR_AUTHENTICATION'],
    [608, 400, 'ERR_KEY_EXISTS'],
  ])('error %d is %s', async (errorCode, status, code) => {
    const { fetch } = fakeFetch(failure(errorCode, status));
    expect((await failureOf(clientOf(fetch).keys.importSeed({ label: 'k', seed, curveOid: '1', policy: null }))).code).toBe(code);
  });
});

describe('before a key comes to be, however it does:', () => {
  const base = { label: 'k', policy: null } as const;
  const both = { sign: true, decrypt: true } as const;
  const wrapped = { label: 'n', wrappedKey: bytes(1), unwrapKeyName: 'w', wrapMethod: 'AES_WRAP_PAD_EC' } as const;
  itRefuses({
    'S4: create of a key that signs and decrypts': [
      'ERR_POLICY_UNSAFE',
      (c) => c.keys.create({ ...base, spec: 'rsa-2048', attributes: both }),
    ],
    'S4: import of one': [
      'ERR_POLICY_UNSAFE',
      (c) => c.keys.import({ ...base, algorithm: 'RSA', privateKey: bytes(1), attributes: both }),
    ],
    'S4: a seed of one': ['ERR_POLICY_UNSAFE', (c) => c.keys.importSeed({ ...base, seed, curveOid: '1', attributes: both })],
    'S4: one derived': ['ERR_POLICY_UNSAFE', (c) => c.keys.derive({ label: 'm', path: '0', attributes: both })],
    'S4: one unwrapped': [
      'ERR_POLICY_UNSAFE',
      (c) => c.wrapping.unwrap.synchronous({ ...wrapped, policy: null, attributes: { ...attributes, unwrap: true } }),
    ],
    'S4: one unwrapped after approval': [
      'ERR_POLICY_UNSAFE',
      (c) => c.wrapping.unwrap.asynchronous({ ...wrapped, attributes: { ...attributes, decrypt: true } }),
    ],
    'S6: create with an open modify': [
      'ERR_POLICY_UNSAFE',
      (c) => c.keys.create({ label: 'k', spec: 'ec-p256', policy: unsafe }),
    ],
    'S6: import with one': [
      'ERR_POLICY_UNSAFE',
      (c) => c.keys.import({ label: 'k', algorithm: 'EC', privateKey: bytes(1), policy: unsafe }),
    ],
    'S6: a seed with one': ['ERR_POLICY_UNSAFE', (c) => c.keys.importSeed({ label: 'k', seed, curveOid: '1', policy: unsafe })],
    'S6: unwrap with one': [
      'ERR_POLICY_UNSAFE',
      (c) => c.wrapping.unwrap.synchronous({ ...wrapped, attributes, policy: unsafe }),
    ],
    'S6: modify to one': ['ERR_POLICY_UNSAFE', (c) => c.modify.synchronous({ label: 'k', policy: unsafe })],
    'S6: modify to one after approval': ['ERR_POLICY_UNSAFE', (c) => c.modify.asynchronous({ label: 'k', policy: unsafe })],
    'S6: modify that leaves a rule out': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.modify.synchronous({ label: 'k', policy: { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule } as never }),
    ],
    'S8: import of a private key without a decision on its policy': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.import({ label: 'k', algorithm: 'EC', privateKey: bytes(1) }),
    ],
    'an extractable key with a policy': [
      'ERR_POLICY_UNSAFE',
      (c) => c.keys.import({ label: 'k', algorithm: 'EC', privateKey: bytes(1), policy, attributes: { extractable: true } }),
    ],
    'a symmetric key with a policy': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.create({ label: 'k', algorithm: 'AES', keySize: 256, policy }),
    ],
    'a key without algorithm': ['ERR_INVALID_ARGUMENT', (c) => c.keys.create({ label: 'k', policy: null } as never)],
    'an algorithm that nobody has': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.create({ label: 'k', algorithm: 'AES256' as never, policy: null }),
    ],
    'both a spec and an algorithm': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.create({ label: 'k', spec: 'ec-p256', algorithm: 'EC', policy: null } as never),
    ],
    'a public key beside a certificate': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.import({ label: 'k', algorithm: 'EC', publicKey: bytes(1), certificate: bytes(1) }),
    ],
    'a secret key beside a private one': [
      'ERR_INVALID_ARGUMENT',
      (c) => c.keys.import({ label: 'k', algorithm: 'AES', secretKey: bytes(1), privateKey: bytes(1), policy: null }),
    ],
    'nothing to import': ['ERR_INVALID_ARGUMENT', (c) => c.keys.import({ label: 'k', algorithm: 'EC' })],
    'a seed that is too short': ['ERR_INVALID_ARGUMENT', (c) => c.keys.importSeed({ ...base, seed: bytes(1), curveOid: '1' })],
    'a path with a leading slash': ['ERR_INVALID_ARGUMENT', (c) => c.keys.derive({ label: 'm', path: '/0' })],
    'a path of words': ['ERR_INVALID_ARGUMENT', (c) => c.keys.derive({ label: 'm', path: 'm/0' })],
    'a path beyond 31 bits': ['ERR_INVALID_ARGUMENT', (c) => c.keys.derive({ label: 'm', path: '2147483648' })],
    'a data object over 64 KiB': ['ERR_LIMIT', (c) => c.dataObjects.create({ name: 'd', value: new Uint8Array(65_537) })],
  });

  it('the exceptions have names', async () => {
    const { fetch, seen } = fakeFetch(json(described), json(described), json(described, 201), json(undefined));
    const client = clientOf(fetch);
    const named = { allowSignAndDecrypt: true, allowEndlessApprovals: true, allowUnprotectedModify: true };
    await client.keys.create({ label: 'k', spec: 'rsa-2048', policy: unsafe, attributes: both }, named);
    await client.keys.import({ label: 'k', algorithm: 'RSA', privateKey: bytes(1), policy: unsafe, attributes: both }, named);
    await client.wrapping.unwrap.synchronous({ ...wrapped, attributes: { ...attributes, ...both }, policy: unsafe }, named);
    const anyhow = { allowEndlessApprovals: true, allowUnprotectedModify: true };
    await client.modify.synchronous({ label: 'k', policy: { ...rules, ruleModify: null } }, anyhow);
    expect(seen).toHaveLength(4);
  });
});
