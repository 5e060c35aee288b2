import { readFileSync } from 'node:fs';
import { connectMemory, cosignTrust, createOci, createSigner, signImage } from '@securosys/sign';
import { createMemoryRegistry, type MemoryRegistry } from '@securosys/testing';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionRules } from './decide.js';
import { createWebhook } from './server.js';

interface Pod {
  initContainers?: { image?: unknown }[];
  containers: { image?: unknown }[];
  ephemeralContainers?: { image?: unknown }[];
  volumes?: object[];
}
interface Review {
  request: { uid: string; resource: { resource: string }; operation: string; object: { spec: Pod } };
}
interface Answer {
  apiVersion: string;
  kind: string;
  response: {
    uid: string;
    allowed: boolean;
    patchType?: string;
    patch?: string;
    status?: { code: number; message: string };
  };
}

const review = (name: 'pod-create' | 'ephemeral-containers'): Review =>
  JSON.parse(readFileSync(new URL(`reviews/${name}.json`, import.meta.url), 'utf8'));
const shop = 'registry.example/shop';
let registry: MemoryRegistry;
let rules: AdmissionRules;
let digests: Record<string, string>;

/** What the API server would be told. */
async function admit(asked: unknown, own: Partial<AdmissionRules> = {}): Promise<Answer['response']> {
  const server = createWebhook({ ...rules, ...own });
  const headers = { 'content-type': 'application/json' };
  const reply = await server.inject({ method: 'POST', url: '/admit', headers, payload: JSON.stringify(asked) });
  await server.close();
  expect(reply.statusCode).toBe(200);
  const answer = reply.json<Answer>();
  expect([answer.apiVersion, answer.kind]).toEqual(['admission.k8s.io/v1', 'AdmissionReview']);
  return answer.response;
}

const patchOf = ({ patchType, patch = '' }: Answer['response']) => {
  expect(patchType).toBe('JSONPatch');
  return JSON.parse(Buffer.from(patch, 'base64').toString());
};
/** Requests for a tag of a repository, of whatever method. */
const lookups = (tag: string) => registry.requests.filter(({ url }) => url.endsWith(`/manifests/${tag}`));
const changed = (change: (spec: Pod) => void): Review => {
  const own = review('pod-create');
  change(own.request.object.spec);
  return own;
};

beforeAll(async () => {
  registry = createMemoryRegistry();
  const oci = createOci({ fetch: registry.fetch });
  const keys = connectMemory();
  const { spki } = await keys.createKey({ label: 'release', spec: 'ec-p256' });
  digests = {};
  for (const name of ['app', 'migrate', 'debug', 'stranger']) {
    const image = `${shop}/${name}:1.4`;
    digests[name] = registry.addImage(image, { content: name }).digest;
    const signer = createSigner(keys, { label: 'release' });
    if (name !== 'stranger') await signImage(image, { signer, format: 'cosign', oci });
  }
  rules = { trust: cosignTrust({ keys: [{ publicKey: spki }] }), oci, timeoutMs: 5_000 };
});
beforeEach(() => {
  registry.requests.length = 0;
  registry.faults.length = 0;
});

describe('the admission webhook', () => {
  it('admits a pod of trusted images and changes each of them, init containers too, to the digest that was verified', async () => {
    const answer = await admit(review('pod-create'));
    expect(answer).toMatchObject({ uid: review('pod-create').request.uid, allowed: true });
    expect(patchOf(answer)).toEqual([
      { op: 'replace', path: '/spec/initContainers/0/image', value: `${shop}/migrate@${digests.migrate}` },
      { op: 'replace', path: '/spec/containers/0/image', value: `${shop}/app@${digests.app}` },
      { op: 'replace', path: '/spec/containers/1/image', value: `${shop}/app@${digests.app}` },
    ]);
  });

  it('looks a tag up once, however often the pod names it (S18)', async () => {
    await admit(review('pod-create'));
    // Both images have the tag 1.4; the signatures have tags of their own.
    expect(lookups('1.4').map(({ url }) => new URL(url).pathname)).toEqual(
      expect.arrayContaining(['/v2/shop/migrate/manifests/1.4', '/v2/shop/app/manifests/1.4']),
    );
    expect(lookups('1.4')).toHaveLength(2);
  });

  it('pins what it verified where a registry answers every question differently (S18)', async () => {
    let asked = 0;
    registry.faults.push((request) => {
      if (!request.url.endsWith('/shop/app/manifests/1.4')) return undefined;
      // The verifier is shown the signed image first; whoever asks again gets another.
      const other = registry.manifests.get(`shop/stranger@${digests.stranger}`);
      if (asked++ === 0 || !other) return undefined;
      return new Response(other.bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': other.mediaType } });
    });
    const answer = await admit(review('pod-create'));
    if (answer.allowed) for (const { path, value } of patchOf(answer)) expect([path, value]).not.toContain(digests.stranger);
    expect(patchOf(answer)[1].value).toBe(`${shop}/app@${digests.app}`);
  });

  it('verifies the containers that are added to a running pod', async () => {
    const answer = await admit(review('ephemeral-containers'));
    expect(patchOf(answer)).toContainEqual({
      op: 'replace',
      path: '/spec/ephemeralContainers/0/image',
      value: `${shop}/debug@${digests.debug}`,
    });
    const own = review('ephemeral-containers');
    own.request.object.spec.ephemeralContainers = [{ image: `${shop}/stranger:1.4` }];
    expect(await admit(own)).toMatchObject({ allowed: false, status: { code: 403 } });
  });

  it('leaves a pod as it is that names digests already', async () => {
    const answer = await admit(
      changed((spec) => {
        spec.initContainers = [];
        spec.containers = [{ image: `${shop}/app@${digests.app}` }];
      }),
    );
    expect(answer).toMatchObject({ allowed: true });
    expect(answer.patch).toBeUndefined();
  });

  it.each(['initContainers', 'containers', 'ephemeralContainers'] as const)(
    'denies a pod for one untrusted image among its %s, and names it',
    async (kind) => {
      const answer = await admit(
        changed((spec) => {
          spec[kind] = [...(spec[kind] ?? []), { image: `${shop}/stranger:1.4` }];
        }),
      );
      expect(answer).toMatchObject({ allowed: false, status: { code: 403 } });
      expect(answer.status?.message).toMatch(/^registry\.example\/shop\/stranger:1\.4: ERR_NOT_TRUSTED: /);
      expect(answer.patch).toBeUndefined();
    },
  );

  it('denies with a reason while the registry is down, slow, or does not answer at all', async () => {
    registry.faults.push(() => new Response(null, { status: 503 }));
    const down = await admit(review('pod-create'), { timeoutMs: 300 });
    expect([down.allowed, down.status?.code]).toEqual([false, 403]);
    registry.faults.splice(0, 1, () => new Promise<Response>(() => undefined));
    const silent = await admit(review('pod-create'), { timeoutMs: 100 });
    expect(silent).toMatchObject({ allowed: false, status: { message: 'the images were not verified within 100 ms' } });
  });

  it.each<[string, (own: Review) => void]>([
    ['a container without an image', ({ request }) => request.object.spec.containers.push({})],
    ['an image that is no text', ({ request }) => request.object.spec.containers.push({ image: 5 })],
    ['containers that are no list', ({ request }) => Object.assign(request.object.spec, { containers: {} })],
    ['a pod without containers', ({ request }) => Object.assign(request.object, { spec: {} })],
    ['a pod that is missing', ({ request }) => Object.assign(request, { object: null })],
    ['an image that is mounted', ({ request }) => request.object.spec.volumes?.push({ name: 'v', image: { reference: 'x' } })],
    ['a resource that is no pod', ({ request }) => Object.assign(request.resource, { resource: 'deployments' })],
    ['an operation that it does not know', ({ request }) => Object.assign(request, { operation: 'CONNECT' })],
  ])('denies %s', async (_, change) => {
    const own = review('pod-create');
    change(own);
    expect(await admit(own)).toMatchObject({ uid: own.request.uid, allowed: false, status: { code: 400 } });
    expect(registry.requests).toEqual([]);
  });

  it.each(['oci:/etc:1', `${shop}/app`, 'no such image!', `${shop}/app:1.4 `])('denies the image name %j', async (image) => {
    expect(await admit(changed((spec) => spec.containers.push({ image })))).toMatchObject({
      allowed: false,
      status: { code: 403 },
    });
  });

  it('denies a pod with more images than it would verify in time', async () => {
    const many = Array.from({ length: 30 }, (_, n) => ({ image: `${shop}/app:${n}` }));
    expect(await admit(changed((spec) => spec.containers.push(...many)))).toMatchObject({ allowed: false });
    expect(registry.requests).toEqual([]);
  });

  it('has no answer that could be taken for a yes where the question is none', async () => {
    const server = createWebhook(rules);
    const ask = async (payload: string, type = 'application/json') =>
      (await server.inject({ method: 'POST', url: '/admit', headers: { 'content-type': type }, payload })).statusCode;
    const twice = JSON.stringify(review('pod-create')).replace('"request":', '"request":{},"request":');
    expect(await ask(twice)).toBe(400);
    expect(await ask('{')).toBe(400);
    expect(await ask('{}', 'text/plain')).toBe(415);
    expect(await ask(`{"a":"${'x'.repeat(5 << 20)}"}`)).toBe(413);
    const none = await server.inject({ method: 'POST', url: '/admit', payload: {} });
    expect(none.json<Answer>().response.allowed).toBe(false);
    await server.close();
  });
});
