import {
  connectMemory,
  connectTsb,
  cosignTrust,
  createMemoryStore,
  createOci,
  createSigner,
  verifyAttestation,
  verifyImage,
} from '@securosys/sign';
import { createFakeTsb, createMemoryRegistry } from '@securosys/testing';
import { expect, it } from 'vitest';
import { rsaKey } from '../../tests/rsa-key.js';
import { release } from './release.js';

it('waits for people between two jobs, and what it attaches is trusted by its keys', async () => {
  const registry = createMemoryRegistry();
  const image = 'registry.example/app:1.4';
  registry.addImage(image);
  const oci = createOci({ fetch: registry.fetch });
  const tsb = createFakeTsb({ attestationKey: rsaKey() });
  const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: { quorum: 1, of: ['CISO'] } });
  const ca = tsb.certificateAuthority;
  const chain = [await ca.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
  const keys = connectMemory();
  const build = await keys.createKey({ label: 'build', spec: 'ec-p256' });
  const store = createMemoryStore();
  const job = () => {
    const backend = connectTsb({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch });
    const signer = createSigner(backend, { label: 'release' }, { chain, store });
    const builder = createSigner(keys, { label: 'build' });
    const provenance = {
      buildDefinition: { buildType: 'https://example.com/build/v1', externalParameters: {} },
      runDetails: { builder: { id: 'https://ci.example.com' } },
    };
    return release({ image, signer, builder, store, provenance, oci });
  };
  expect(await job()).toBeUndefined();
  expect(tsb.requests).toHaveLength(3);
  for (const { id } of tsb.requests) await tsb.approve(id, 'CISO');
  const reference = await job();
  const { report } = await verifyImage(image, { trust: cosignTrust({ keys: [{ publicKey: spki }], require: 'both' }), oci });
  expect(report.reference).toBe(reference);
  const builders = cosignTrust({ keys: [{ publicKey: build.spki }], predicateTypes: ['slsaprovenance1'] });
  const { statements } = await verifyAttestation(image, { trust: builders, oci });
  expect(statements[0]?.content.type).toBe('slsaprovenance1');
});
