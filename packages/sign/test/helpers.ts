import { createMemoryStore, createSigner, type KeySpec, type PendingStore, utf8Bytes } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import {
  createMemoryRegistry,
  createTestClock,
  type MemoryRegistry,
  type MemoryRegistryOptions,
  type TestClock,
} from '@securosys/testing';
import { type ApproverKeyPair, approvalEntry, createApproverKey, createFakeTsb, type FakeTsb } from '@securosys/tsb-emulator';
import { keyMaterial, rsaKey } from '../../../tests/rsa-key.js';
import { connectTsb, notationTrust } from '../src/index.js';

export const repositoryName = 'registry.example/app';
export const tagged = `${repositoryName}:1.4`;

export interface World {
  readonly tsb: FakeTsb;
  readonly clock: TestClock;
  readonly registry: MemoryRegistry;
  readonly oci: Oci;
  readonly store: PendingStore;
  readonly approvers: readonly ApproverKeyPair[];
  readonly chain: readonly Uint8Array[];
  readonly digest: string;
  backend(): ReturnType<typeof connectTsb>;
  signer(store?: PendingStore): ReturnType<typeof createSigner>;
  trust(change?: object, options?: object): ReturnType<typeof notationTrust>;
}

/** Pushes a small image under a tag and returns its digest. */
export async function pushImage(oci: Oci, reference: string, content = 'hello'): Promise<string> {
  const repository = oci.open(reference);
  const config = await repository.pushBlob(
    utf8Bytes('{"architecture":"amd64","os":"linux"}'),
    'application/vnd.oci.image.config.v1+json',
  );
  const layer = await repository.pushBlob(utf8Bytes(content), 'application/vnd.oci.image.layer.v1.tar');
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, config, layers: [layer] }));
  const tag = reference.split(':').at(-1) as string;
  return (await repository.pushManifest(manifest, mediaType, { tag })).digest;
}

export interface PushedIndex {
  readonly digest: string;
  /** Digests by platform, in the order of the index. */
  readonly children: Readonly<Record<string, string>>;
}

/** Pushes an index of small images, one for each platform, under a tag. */
export async function pushIndex(
  oci: Oci,
  reference: string,
  platforms: readonly string[] = ['linux/amd64', 'linux/arm64/v8', 'windows/amd64'],
): Promise<PushedIndex> {
  const repository = oci.open(reference);
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const manifests = [];
  const children: Record<string, string> = {};
  for (const platform of platforms) {
    const [os, architecture, variant] = platform.split('/');
    const tag = platform.replaceAll('/', '-');
    children[platform] = await pushImage(oci, `${repository.name}:${tag}`, platform);
    const { descriptor } = await repository.resolve(tag);
    manifests.push({ ...descriptor, platform: { os, architecture, ...(variant && { variant }) } });
  }
  const index = utf8Bytes(JSON.stringify({ schemaVersion: 2, mediaType, manifests }));
  const tag = reference.split(':').at(-1) as string;
  return { digest: (await repository.pushManifest(index, mediaType, { tag })).digest, children };
}

/** A broker with a release key (two of three people approve each use, or nobody), a registry with an image, and a store. */
export async function createWorld(
  options: { approvals?: boolean; spec?: KeySpec; registry?: MemoryRegistryOptions } = {},
): Promise<World> {
  const clock = createTestClock('2026-03-01T00:00:00Z');
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
  const approvers = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));
  const rule = {
    tokens: [
      {
        name: 'release',
        timelock: 0,
        timeout: 86_400,
        groups: [{ name: 'officers', quorum: 2, approvals: approvers.map(approvalEntry) }],
      },
    ],
  };
  const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
  const key = await tsb.addKey({
    label: 'release',
    ...keyMaterial(options.spec ?? 'ec-p256'),
    ...(options.approvals !== false && { policy }),
  });
  const ca = tsb.certificateAuthority;
  const chain = [await ca.issue({ spki: key.spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
  const registry = createMemoryRegistry(options.registry);
  const oci = createOci({ fetch: registry.fetch, clock });
  const digest = await pushImage(oci, tagged);
  const store = createMemoryStore();
  const backend = () => connectTsb({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch, clock });
  return {
    tsb,
    clock,
    registry,
    oci,
    store,
    approvers,
    chain,
    digest,
    backend,
    signer: (own = store) => createSigner(backend(), { label: 'release' }, { chain, store: own, clock }),
    trust: (change = {}, more = {}) =>
      notationTrust({
        policy: {
          version: '1.0',
          trustPolicies: [
            {
              name: 'production',
              registryScopes: [repositoryName],
              signatureVerification: { level: 'strict' },
              trustStores: ['ca:acme'],
              trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
              ...change,
            },
          ],
        },
        trustStore: { 'ca:acme': [chain.at(-1) as Uint8Array] },
        allowEmulated: true,
        ...more,
      }),
  };
}

/** Two people approve whatever waits. */
export async function approveAll(world: World): Promise<void> {
  for (const request of world.tsb.requests.filter(({ status }) => status === 'PENDING'))
    for (const approver of world.approvers.slice(0, 2)) await world.tsb.approve(request.id, approver);
}
