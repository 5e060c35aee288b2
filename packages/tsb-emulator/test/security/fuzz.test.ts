import { generateKeyPairSync } from 'node:crypto';
import { base64Text, type JsonValue } from '@securosys/core';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { routes } from '../../src/http/routes.js';
import { approvers, createWorld, login, rule, signBody } from '../support.js';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const attestationKey = rsaKey();
const [person] = approvers(1);
const runs = process.env.SLOW ? 6000 : 250;
const codes = new Map<string, number>();

afterAll(() => {
  const rows = [...codes].sort(([a], [b]) => a.localeCompare(b)).map(([code, count]) => `${String(count).padStart(6)}  ${code}`);
  console.log(`answers to fuzzed requests\n${rows.join('\n')}\n`);
});

/** Words of the wire, so that random bodies get further than the first check. */
const labels = ['k', 'p', 'a/0', "p/44'", '', '__proto__', '../k', 'ü', 'x'.repeat(300)];
const texts = fc.oneof(
  fc.constantFrom(...labels, 'AAAA', 'SHA256_WITH_ECDSA', 'NONE_WITH_RSA', 'AES_GCM', 'RSA', 'EC', 'null', 'PENDING'),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => base64Text(bytes)),
  fc.string({ unit: 'binary', maxLength: 20 }),
);
const scalars = fc.oneof(texts, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));

/** A body with some values, members or types of a right one changed. */
function damaged(value: JsonValue): fc.Arbitrary<JsonValue> {
  const other = fc.oneof({ weight: 3, arbitrary: scalars }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) });
  const kept: fc.Arbitrary<unknown> = Array.isArray(value)
    ? fc.tuple(...value.map(damaged))
    : value !== null && typeof value === 'object'
      ? fc.record(Object.fromEntries(Object.entries(value).map(([name, member]) => [name, damaged(member)])), {
          requiredKeys: [],
        })
      : fc.constant(value);
  return fc.oneof({ weight: 30, arbitrary: kept }, { weight: 1, arbitrary: other }) as fc.Arbitrary<JsonValue>;
}

const key = { label: 'n', algorithm: 'EC', curveOid: '1.2.840.10045.3.1.7' };
const attributes = { sign: true, decrypt: true, unwrap: true, derive: true, destroyable: true };
const policy = { ruleUse: rule([person!], 1), ruleBlock: null, ruleUnblock: null, ruleModify: null };
const csr = { signKeyName: 'k', signatureAlgorithm: 'SHA256_WITH_ECDSA', standardCertificateAttributes: { commonName: 'x' } };
const encrypt = { encryptKeyName: 'a', payload: 'AAAA', cipherAlgorithm: 'AES_GCM', tagLength: 128 };
const unwrap = { wrappedKey: 'AAAA', label: 'u', attributes, unwrapKeyName: 'a', wrapMethod: 'AES_WRAP' };
/** Bodies that are about right, by path; others get any of them. */
const bodies: Readonly<Record<string, JsonValue>> = JSON.parse(
  JSON.stringify({
    '/v1/key': { ...key, attributes, policy: { ...policy, keyStatus: { blocked: false } } },
    '/v1/key/attributes': { label: 'k', password: ['a'] },
    '/v1/key/changePassword': { label: 'p', password: 'a', newPassword: ['b'] },
    '/v1/key/import/plain': { ...key, privateKey: 'AAAA', publicKey: 'AAAA', attributes },
    '/v1/derivedKey': { ...key, derivedKeyName: "p/44'", attributes },
    '/v1/synchronousSign': signBody('p', { signedApprovals: ['AAAA'] }),
    '/v1/sign': signBody('k', { metaData: 'AAAA', payloadType: 'UNSPECIFIED' }),
    '/v1/encrypt': { encryptRequest: encrypt },
    '/v1/synchronousDecrypt': { decryptRequest: { decryptKeyName: 'a', encryptedPayload: 'AAAA', cipherAlgorithm: 'AES_GCM' } },
    '/v1/wrap': { wrapKeyRequest: { keyToBeWrapped: 'p', wrapKeyName: 'a', wrapMethod: 'AES_WRAP' } },
    '/v1/synchronousUnwrap': { unwrapKeyRequest: unwrap },
    '/v1/modify': { modifyRequest: { modifyKeyName: 'k', policy } },
    '/v1/block': { blockRequest: { blockKeyName: 'k' } },
    '/v1/certificate/request': { csrSignRequest: csr },
    '/v1/certificate/synchronous/request': csr,
    '/v1/certificate/synchronous/selfsign': { ...csr, validity: 10, certificateAuthority: false },
    '/v1/certificate/import/plain': { label: 'k', certificate: 'AAAA' },
    '/v1/filteredRequests': { requestStatusList: ['PENDING', 'EXECUTED'] },
    '/v1/filteredAllApprovalTask': login(person!, 0, { detailLevel: 'level6' }),
    '/v1/dataObject': { name: 'd', value: 'AAAA' },
    '/v1/approverManagement/create': { approverName: 'x', algorithm: 'EC', backupPassword: ['p'], validity: 10 },
  }),
);
const anyBody = fc.constantFrom(...Object.values(bodies));

const call = fc.constantFrom(...routes).chain((route) =>
  fc.record({
    method: fc.oneof(
      { weight: 20, arbitrary: fc.constant(route.method) },
      fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
    ),
    path: fc
      .constantFrom(...labels, '%ff', '..', '-1', '32', '8a0b4c0e-0000-4000-8000-000000000000')
      .map((part) => route.path.replace(/\{\w+\}/, part.startsWith('%') ? part : encodeURIComponent(part))),
    body: fc.oneof(
      { weight: 12, arbitrary: bodies[route.path] ? damaged(bodies[route.path]!) : anyBody.chain(damaged) },
      { weight: 1, arbitrary: fc.jsonValue() },
    ),
    raw: fc.oneof({ weight: 20, arbitrary: fc.constant(undefined) }, fc.uint8Array({ maxLength: 50 })),
    type: fc.oneof(
      { weight: 20, arbitrary: fc.constant('application/json') },
      fc.constantFrom('text/plain', 'multipart/form-data', ''),
    ),
  }),
);

it('no fuzzed request crashes the emulator: every answer is one of its documents', async () => {
  const world = createWorld({ attestationKey });
  /** A request may have deleted them. */
  const prepare = async () => {
    const keys = [
      { label: 'k', privateKey, policy: { ruleUse: rule([person!], 1) } },
      { label: 'p', privateKey, attributes: { derive: true, extractable: true, sensitive: false } },
      { label: 'a', spec: 'aes-256', attributes: { decrypt: true, unwrap: true } },
    ] as const;
    for (const key of keys) await world.tsb.addKey(key).catch(() => undefined);
  };
  await fc.assert(
    fc.asyncProperty(call, async ({ method, path, body, raw, type }) => {
      await prepare();
      const sendsBody = method !== 'GET';
      const answer = await world.tsb.fetch(`${world.tsb.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${world.tsb.token}`, ...(sendsBody && { 'content-type': type }) },
        ...(sendsBody && { body: raw ? new Uint8Array(raw) : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const error =
        answer.status >= 400 && answer.headers.get('content-type') === 'application/json' ? JSON.parse(text) : undefined;
      const row = error ? `${answer.status} ${error.errorCode ?? '-'} ${error.reason ?? error.message}` : String(answer.status);
      codes.set(row, (codes.get(row) ?? 0) + 1);
      // 1 is what an unforeseen error becomes; 100 and 700 are never meant.
      expect([1, 100, 700], `${method} ${path} ${JSON.stringify(body)}: ${text}`).not.toContain(error?.errorCode);
      expect(answer.status < 500 || [101, 701].includes(error?.errorCode), `${method} ${path}: ${text}`).toBe(true);
    }),
    { numRuns: runs, seed: 20_261_121 },
  );
  expect([...codes.keys()].length).toBeGreaterThan(10);
});
