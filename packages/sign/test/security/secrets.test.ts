import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, base64urlBytes, createSigner, utf8Bytes } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { createFakeTsa, createSentinel, expectNoSecret, type Watch } from '@securosys/testing';
import type { Fault } from '@securosys/tsb-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  connectMemory,
  connectTsb,
  createOci,
  createTimestamper,
  credentialsFromDockerConfig,
  evaluateImage,
  inspectSignature,
  listSignatures,
  notationTrust,
  resumeSigningRequest,
  type SignImageOptions,
  signBlob,
  signImage,
  verifyImage,
} from '../../src/index.js';
import { createWorld, pushImage, tagged, type World } from '../helpers.js';

const password = createSentinel('registry-password');
const keyPassword = createSentinel('key-password');
const apiKey = createSentinel('api-key');
const badToken = createSentinel('bad-token');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sign-secrets-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Plan {
  readonly approvals?: boolean;
  readonly faults?: readonly Fault[];
  readonly token?: string;
  readonly registryAnswer?: (request: Request) => Response | undefined;
  readonly label?: string;
}

/** A key that a password protects, and its certificate. */
async function lockedChain({ tsb, chain }: World): Promise<Uint8Array[]> {
  const { spki } = await tsb.addKey({ label: 'locked', spec: 'ec-p256', password: keyPassword });
  const leaf = await tsb.certificateAuthority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' });
  return [leaf, chain.at(-1) as Uint8Array];
}

/** Signs an image with every secret in use: token, API key, key password, registry login. */
async function sign(world: World, plan: Plan, { logger, show }: Watch) {
  const backend = connectTsb({
    url: world.tsb.url,
    auth: { type: 'token', token: plan.token ?? world.tsb.token },
    apiKeys: { service: apiKey, keyManagement: apiKey, keyOperation: () => apiKey },
    keyPassword: () => (plan.approvals ? undefined : keyPassword),
    fetch: world.tsb.fetch,
    clock: world.clock,
    logger,
  });
  const store = createFolderStore(join(folder, 'pending'));
  const label = plan.label ?? (plan.approvals ? 'release' : 'locked');
  const chain = plan.approvals ? world.chain : await lockedChain(world);
  const signer = createSigner(backend, { label }, { chain, store, clock: world.clock });
  const oci = createOci({ fetch: world.registry.fetch, clock: world.clock, credentials: () => ({ username: 'ci', password }) });
  show([backend, signer, oci, store]);
  world.tsb.faults.clear();
  for (const fault of plan.faults ?? []) world.tsb.faults.add(fault);
  if (plan.registryAnswer) world.registry.faults.push(plan.registryAnswer);
  const options: SignImageOptions = { signer, format: 'notation-jws', oci, store, clock: world.clock, logger };
  const signed = await signImage(tagged, options);
  show([backend, signer, signed, await verifyImage(tagged, { trust: world.trust(), oci, clock: world.clock, logger })]);
  return signed;
}

async function watched(plan: Plan) {
  const world = await createWorld({ approvals: plan.approvals ?? false });
  // From here on the registry wants a login: the image was pushed without.
  world.registry.faults.push((request) =>
    request.headers.has('authorization')
      ? undefined
      : new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }),
  );
  const secrets = { password, keyPassword, apiKey, token: world.tsb.token, ...(plan.token !== undefined && { badToken }) };
  return expectNoSecret(secrets, (watch) => sign(world, plan, watch), { folder });
}

const status = (code: number): readonly Fault[] => [{ kind: 'status', status: code, times: 20 }];

describe('no secret shows up (S37) when', () => {
  it.each<[string, Plan, string | undefined]>([
    ['the token is wrong', { token: badToken }, 'ERR_AUTHENTICATION'],
    ['the key is unknown', { label: 'other' }, 'ERR_KEY_NOT_FOUND'],
    ['the broker answers 401', { faults: status(401) }, 'ERR_AUTHENTICATION'],
    ['the broker answers 403', { faults: status(403) }, 'ERR_FORBIDDEN'],
    ['the broker answers 500', { faults: status(500) }, undefined],
    ['the broker answers 503', { faults: status(503) }, 'ERR_UNAVAILABLE'],
    ['the broker answers a page', { faults: [{ kind: 'non-json', times: 20 }] }, 'ERR_PROTOCOL'],
    ['the connection drops', { faults: [{ kind: 'drop', times: 20 }] }, 'ERR_NETWORK'],
    ['people decide', { approvals: true }, 'ERR_APPROVAL_PENDING'],
    ['the answer to a create is lost', { approvals: true, faults: [{ kind: 'drop', endpoint: 'sign' }] }, 'ERR_OUTCOME_UNKNOWN'],
    ['the key password is wrong', { label: 'release' }, 'ERR_AUTHENTICATION'],
    ['the registry answers 500', { registryAnswer: () => new Response('oops', { status: 500 }) }, 'ERR_UNAVAILABLE'],
    [
      'the registry quotes the login',
      { registryAnswer: (r) => new Response(r.headers.get('authorization'), { status: 403 }) },
      'ERR_FORBIDDEN',
    ],
    ['the registry sends no manifest', { registryAnswer: () => Response.json({ a: 1 }) }, undefined],
  ])('%s', async (_, plan, code) => {
    const { error } = await watched(plan);
    expect(error).toMatchObject({ name: 'SignError', ...(code !== undefined && { code }) });
  });

  it('everything is well, and every secret was needed', async () => {
    const { value } = await watched({});
    expect(value).toMatchObject({ requestId: expect.any(String) });
  });

  it('a request waits in a folder, is taken up, and is cancelled', async () => {
    const world = await createWorld();
    await expectNoSecret(
      { token: world.tsb.token },
      async (watch) => {
        const store = createFolderStore(join(folder, 'pending'));
        const pending = await sign(world, { approvals: true }, { ...watch }).catch((error: unknown) => error);
        expect(pending).toMatchObject({ code: 'ERR_APPROVAL_PENDING' });
        expect(await readdir(join(folder, 'pending'))).not.toEqual([]);
        const { details } = pending as { details: { requestId: string } };
        const { oci, clock } = world;
        const request = await resumeSigningRequest(details.requestId, { backend: world.backend(), store, oci, clock });
        watch.show([pending, request, request.state, request.items, request.toJSON()]);
        await request.refresh();
        return request;
      },
      { folder },
    );
  });

  it('an image is judged by a registry that wants a login', async () => {
    const world = await createWorld();
    const { value } = await expectNoSecret({ password }, ({ logger }) => {
      const oci = createOci({
        fetch: world.registry.fetch,
        clock: world.clock,
        credentials: () => ({ username: 'ci', password }),
      });
      return evaluateImage(tagged, { trust: world.trust(), oci, clock: world.clock, logger });
    });
    expect(value).toMatchObject({ verdict: 'not-trusted', reason: 'no-signature' });
  });

  it('a blob is signed and judged, with a timestamp, and the registry login comes from a Docker configuration', async () => {
    const world = await createWorld({ approvals: false });
    const credentials = credentialsFromDockerConfig({
      sources: [{ config: { auths: { 'registry.example': { auth: base64Text(utf8Bytes(`ci:${password}`)) } } } }],
    });
    world.registry.faults.push((request) =>
      request.headers.has('authorization')
        ? undefined
        : new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }),
    );
    const tsa = await createFakeTsa({ clock: world.clock });
    const { clock } = world;
    await expectNoSecret({ password, token: world.tsb.token }, async ({ logger, show }) => {
      const timestamper = createTimestamper({ url: tsa.url, anchors: [tsa.root], fetch: tsa.fetch, clock });
      const oci = createOci({ fetch: world.registry.fetch, clock, credentials });
      const signer = world.signer();
      const options = { signer, format: 'notation-cose', timestamper, clock, logger } as const;
      const blob = await signBlob(utf8Bytes('blob'), { ...options, name: 'tool.tgz' });
      const { reference } = await signImage(tagged, { ...options, oci });
      const { signatures } = await listSignatures(reference, { oci, clock, logger });
      show([
        credentials,
        timestamper,
        oci,
        blob,
        signatures,
        await inspectSignature(signatures[0]?.reference ?? '', { oci, clock }),
      ]);
      tsa.fault = { status: 500, body: utf8Bytes('no') };
      show(await signImage(tagged, { ...options, oci, annotations: { a: 'b' } }).catch((error: unknown) => error));
    });
    expect(world.registry.requests.some(({ authorization }) => authorization !== null)).toBe(true);
  });

  it('software keys of this process sign', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const scalar = base64urlBytes(String(privateKey.export({ format: 'jwk' }).d));
    await expectNoSecret({ scalar }, async ({ show }) => {
      const backend = connectMemory();
      show(backend.addKey({ label: 'k', privateKey }));
      const signer = createSigner(backend, { label: 'k' }, { allowOpaque: true });
      return [backend, signer, await signer.sign({ algorithm: 'ecdsa-sha256', input: { message: utf8Bytes('m') } })];
    });
  });
});

describe('malformed configuration names what is wrong, and no value (S38):', () => {
  const s = createSentinel('config');
  const url = 'https://tsb.example';
  it.each<[string, () => unknown]>([
    ['a login in the URL', () => connectTsb({ url: `https://ci:${s}@tsb.example`, auth: { type: 'none' } })],
    ['a token with a line break', () => connectTsb({ url, auth: { type: 'token', token: `${s}\n` } })],
    ['a misspelt option', () => connectTsb({ url, auth: { type: 'none' }, tokn: s } as never)],
    ['plain http', () => connectTsb({ url: 'http://tsb.example', auth: { type: 'token', token: s } })],
    ['a policy cut off', () => notationTrust({ policy: `{"version":"${s}`, trustStore: {} })],
    ['a policy that is a bare word', () => notationTrust({ policy: s, trustStore: {} })],
    [
      'a policy of other types',
      () => notationTrust({ policy: { version: '1.0', trustPolicies: [{ name: [s] }] }, trustStore: {} }),
    ],
    ['a login in a reference', async () => pushImage(createOci(), `ci:${s}@registry.example/app:1`)],
  ])('%s', async (_, run) => {
    const { error } = await expectNoSecret({ s }, run);
    expect(error).toMatchObject({ name: 'SignError' });
  });
});
