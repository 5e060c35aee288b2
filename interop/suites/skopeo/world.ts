import assert from 'node:assert/strict';
import { createOci, indexChildren, type Oci } from '@securosys/oci';
import { type Registry, startDockerRegistry } from '../../lib/registries.js';
import type { Report } from '../../lib/report.js';
import type { Scope } from '../../lib/scope.js';
import { type Broker, makeToken, startBroker, type Token } from './holders.js';
import { SampleImages } from './sample-images.js';
import { Skopeo } from './skopeo.js';

/** Where encrypted images are brought. */
export const places = ['layout', 'registry'] as const;
export type Place = (typeof places)[number];

/** What every part of the suite works with. */
export interface World {
  readonly report: Report;
  readonly scope: Scope;
  readonly oci: Oci;
  readonly registry: Registry;
  readonly broker: Broker;
  readonly token: Token;
  readonly samples: SampleImages;
  readonly skopeo: Skopeo;
  /** A reference that nothing is behind yet. */
  target(place: Place): string;
  digestOf(reference: string): Promise<string>;
  /** Whether every layer, of all platforms, says that it is encrypted. */
  mustBeEncrypted(reference: string): Promise<void>;
}

export async function createWorld(report: Report, scope: Scope): Promise<World> {
  const registry = await startDockerRegistry(scope);
  const oci = createOci({ plainHttp: [registry.host] });
  const samples = await SampleImages.create(scope, oci);
  let made = 0;
  return {
    report,
    scope,
    oci,
    registry,
    samples,
    broker: await startBroker(scope),
    token: await makeToken(scope),
    skopeo: await Skopeo.create(scope),
    target: (place) => (place === 'layout' ? `${samples.newLayout()}:it` : `${registry.host}/images/image-${++made}:it`),
    digestOf: async (reference) => (await oci.open(reference).resolve()).descriptor.digest,
    async mustBeEncrypted(reference) {
      const repository = oci.open(reference);
      const root = await repository.resolve();
      const platforms = root.manifest.kind === 'index' ? indexChildren(root.manifest) : [root.descriptor];
      for (const platform of platforms) {
        const { manifest } = await repository.resolve(platform.digest);
        assert.ok(manifest.kind === 'manifest' && manifest.layers.length > 0);
        for (const { mediaType } of manifest.layers) assert.match(mediaType, /\+encrypted$/);
      }
    },
  };
}
