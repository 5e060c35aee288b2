import { createHash } from 'node:crypto';
import {
  createMemoryStore,
  createOci,
  type Guard,
  notationTrust,
  type PendingStore,
  SignError,
  verifyImage,
} from '@securosys/sign';
import { createFakeTsb, createMemoryRegistry } from '@securosys/testing';
import { createTsbBackend } from '@securosys/tsb-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { rsaKey } from '../../tests/rsa-key.js';
import { createSigningServer } from './server.js';

const repository = 'registry.example/shop/app';
const image = `${repository}:1.4`;
const token = 'a-token-of-the-build-server-0123456789';
const callers = [{ name: 'build server', tokenSha256: createHash('sha256').update(token).digest('hex') }];
let tsb: ReturnType<typeof createFakeTsb>;
let registry: ReturnType<typeof createMemoryRegistry>;
let store: PendingStore;
let chain: Uint8Array[];
let guards: Guard[];

beforeEach(async () => {
  tsb = createFakeTsb({ attestationKey: rsaKey() });
  registry = createMemoryRegistry();
  registry.addImage(image);
  store = createMemoryStore();
  guards = [];
  const approvers = { quorum: 2, of: ['CISO', 'Dev lead', 'Product'], timeoutSeconds: 604_800 };
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers });
  const ca = tsb.certificateAuthority;
  chain = [await ca.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
});

type Method = 'GET' | 'POST' | 'DELETE';
interface Sent {
  readonly payload?: string | object;
  readonly authorization?: string;
}

const oci = () => createOci({ fetch: registry.fetch, clock: tsb.clock });
/** As after a restart: nothing is left but what is stored. */
async function ask(method: Method, url: string, { payload, authorization = `Bearer ${token}` }: Sent = {}) {
  const { clock } = tsb;
  const backend = createTsbBackend({ url: tsb.url, auth: { type: 'token', token: () => tsb.token }, fetch: tsb.fetch, clock });
  const targets = ['registry.example/shop/*'];
  const server = createSigningServer({
    ...{ backend, key: 'release', chain, store, oci: oci(), targets, callers, guards, clock },
  });
  try {
    const { statusCode, body } = await server.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
    return { status: statusCode, body: body === '' ? {} : JSON.parse(body) };
  } finally {
    await server.close();
    await backend.close();
  }
}
const begin = (payload: object = { image, reason: 'release 1.4' }) => ask('POST', '/requests', { payload });
const approveAll = async () => {
  for (const { id } of tsb.requests) for (const name of ['CISO', 'Product']) await tsb.approve(id, name);
};

describe('the signing server', () => {
  it('asks two of three people, over restarts and days, and publishes what they approved', async () => {
    const { status, body } = await begin();
    expect([status, body.status, body.items.length]).toEqual([202, 'pending', 1]);
    const url = `/requests/${body.id}`;
    await tsb.approve(tsb.requests[0]?.id ?? '', 'CISO');
    tsb.clock.advance(3 * 86_400_000);
    expect((await ask('GET', url)).body).toMatchObject({ status: 'pending', items: [{ tag: '1.4', approved: 1 }] });
    expect(await ask('POST', `${url}/complete`)).toEqual({ status: 202, body: { id: body.id, status: 'pending' } });
    await tsb.approve(tsb.requests[0]?.id ?? '', 'Product');
    const done = await ask('POST', `${url}/complete`);
    expect([done.status, done.body.status, done.body.signatures.length]).toEqual([200, 'published', 1]);
    const rule = { registryScopes: [repository], trustStores: ['ca:acme'], trustedIdentities: ['*'] };
    const trustPolicies = [{ name: 'shop', signatureVerification: { level: 'strict' }, ...rule }];
    const trustStore = { 'ca:acme': chain.slice(-1) };
    const trust = notationTrust({ policy: { version: '1.0', trustPolicies }, trustStore, allowEmulated: true });
    const verified = await verifyImage(image, { trust, oci: oci(), clock: tsb.clock });
    expect(verified.reference).toBe(done.body.signatures[0].reference);
    // Once more: nothing is asked or attached again.
    expect(await ask('POST', `${url}/complete`)).toEqual({ status: 200, body: { id: body.id, status: 'published' } });
    expect([tsb.requests.length, (await verifyImage(image, { trust, oci: oci(), clock: tsb.clock })).signers.length]).toEqual([
      1, 1,
    ]);
  });

  it('finds the same request when it is asked for the same, also when the answer of the broker was lost', async () => {
    tsb.faults.add({ kind: 'drop', endpoint: 'sign' });
    expect((await begin()).status).toBe(503);
    // What was asked cannot be told apart from others' requests yet: nobody is asked a second time.
    expect((await begin()).body).toEqual({ error: 'ERR_OUTCOME_UNKNOWN' });
    await approveAll();
    const { status, body } = await begin();
    expect([status, (await begin()).body.id]).toEqual([202, body.id]);
    expect((await ask('POST', `/requests/${body.id}/complete`)).status).toBe(200);
    expect(tsb.requests).toHaveLength(1);
  });

  it('withdraws what nobody wants any more', async () => {
    const { body } = await begin();
    expect((await ask('DELETE', `/requests/${body.id}`)).status).toBe(204);
    expect(tsb.requests.map(({ status }) => status)).toEqual(['CANCELLED']);
    expect(await ask('GET', `/requests/${body.id}`)).toEqual({ status: 404, body: { error: 'ERR_REQUEST_NOT_FOUND' } });
  });

  it('says that people refused, and that they took too long', async () => {
    const refused = await begin();
    for (const name of ['CISO', 'Product']) await tsb.reject(tsb.requests[0]?.id ?? '', name);
    const url = `/requests/${refused.body.id}/complete`;
    expect(await ask('POST', url)).toEqual({ status: 409, body: { error: 'ERR_APPROVAL_REJECTED' } });
    const late = await begin({ image, formats: ['cosign'] });
    tsb.clock.advance(8 * 86_400_000);
    await tsb.tick();
    expect(await ask('POST', `/requests/${late.body.id}/complete`)).toEqual({
      status: 409,
      body: { error: 'ERR_APPROVAL_EXPIRED' },
    });
  });

  it('says try again while the broker is down, and publishes no wrong signature', async () => {
    tsb.faults.add({ kind: 'status', status: 503, times: 8 });
    expect((await begin()).status).toBe(503);
    tsb.faults.clear();
    const { body } = await begin();
    await approveAll();
    tsb.faults.add({ kind: 'wrong-signature', endpoint: 'request', times: 2 });
    expect((await ask('POST', `/requests/${body.id}/complete`)).body).toEqual({ error: 'ERR_SIGNATURE_MISMATCH' });
    expect([...registry.manifests.keys()]).toHaveLength(1);
  });

  it('asks nobody for what a guard or the list of targets forbids, and names the rule', async () => {
    guards = [
      {
        judge: () => {
          throw new SignError('ERR_VETOED', 'not on a Sunday', { details: { rule: 'weekdays' } });
        },
      },
    ];
    expect(await begin()).toEqual({ status: 403, body: { error: 'ERR_VETOED', rule: 'weekdays' } });
    guards = [];
    registry.addImage('registry.example/other:1');
    expect(await begin({ image: 'registry.example/other:1' })).toEqual({ status: 403, body: { error: 'ERR_POLICY_UNSAFE' } });
    expect(tsb.requests).toEqual([]);
  });

  it.each<[string, number, Method, string, Sent]>([
    ['nobody', 401, 'POST', '/requests', { authorization: '', payload: { image } }],
    ['a stranger', 401, 'POST', '/requests', { authorization: `Bearer ${token}x`, payload: { image } }],
    ['a stranger at a path that does not exist', 401, 'GET', '/admin', { authorization: 'Basic YTpi' }],
    ['a body that is too large', 413, 'POST', '/requests', { payload: { image, reason: 'x'.repeat(20_000) } }],
    ['an unknown member', 400, 'POST', '/requests', { payload: { image, output: '/etc/passwd' } }],
    ['a folder of the server', 400, 'POST', '/requests', { payload: { image: 'oci:/srv/images:1' } }],
    ['an image that is no text', 400, 'POST', '/requests', { payload: { image: 5 } }],
    ['a format that there is not', 400, 'POST', '/requests', { payload: { image, formats: ['gpg'] } }],
    ['a body that is no JSON', 415, 'POST', '/requests', { payload: 'image=x' }],
    ['an image that is not there', 404, 'POST', '/requests', { payload: { image: `${repository}:9` } }],
    ['an id that is a path', 400, 'GET', '/requests/..%2f..%2fetc%2fpasswd', {}],
    ['a request that nobody made', 404, 'GET', `/requests/${'0'.repeat(64)}`, {}],
    ['a path that does not exist', 404, 'GET', '/admin', {}],
  ])('refuses %s with %d, and asks nobody', async (_, status, method, url, sent) => {
    const answer = await ask(method, url, sent);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.body)).toEqual(['error']);
    expect(tsb.requests).toEqual([]);
  });
});
