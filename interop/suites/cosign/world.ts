import type { KeySpec } from '@securosys/core';
import { createOci, type Oci } from '@securosys/oci';
import { type Registry, startDockerRegistry, startReferrersRegistry } from '../../lib/registries.js';
import type { Report } from '../../lib/report.js';
import type { Scope } from '../../lib/scope.js';
import type { Predicate, Subject } from './calls.js';
import { Cosign, type Version } from './cosign.js';
import { type Broker, startBroker } from './holders.js';
import { type LocalKey, makeLocalKey } from './local-keys.js';
import { provenance } from './ours.js';
import { Samples } from './samples.js';
import { abilities, type Kind, type Shape } from './shapes.js';

/** The keys of the matrix; others have cases of their own. */
export const specs = ['ec-p256', 'rsa-3072'] as const satisfies KeySpec[];
export type MatrixSpec = (typeof specs)[number];

/** One cell: a version and what it signs or judges, with which key, where. */
export interface Cell {
  readonly version: Version;
  readonly kind: Kind;
  readonly shape: Shape;
  readonly spec: MatrixSpec;
  readonly registry: Registry;
  /** For titles. */
  readonly title: string;
}

/** What every part of the suite works with: two registries, keys of cosign's own, and a broker over HTTP with a key of each type. */
export interface World {
  readonly report: Report;
  readonly scope: Scope;
  readonly registries: readonly Registry[];
  readonly oci: Oci;
  readonly cosign: Cosign;
  readonly samples: Samples;
  readonly localKeys: Readonly<Record<MatrixSpec, LocalKey>>;
  readonly broker: Broker;
  /** A key that nobody trusts. */
  readonly stranger: LocalKey;
  /** In a file for cosign. */
  readonly provenance: Predicate;
  /** All cells; a file lies in no registry. */
  cells(): readonly Cell[];
  subject(cell: Pick<Cell, 'registry' | 'kind' | 'shape'>): Promise<Subject>;
}

export async function createWorld(report: Report, scope: Scope): Promise<World> {
  const registries = [await startReferrersRegistry(scope), await startDockerRegistry(scope)];
  const oci = createOci({ plainHttp: registries.map(({ host }) => host) });
  const cosign = await Cosign.create(scope);
  const samples = new Samples(await scope.folder(), oci);
  const localKeys = {
    'ec-p256': await makeLocalKey(cosign, 'ec-p256'),
    'rsa-3072': await makeLocalKey(cosign, 'rsa-3072'),
  };
  return {
    report,
    scope,
    registries,
    oci,
    cosign,
    samples,
    localKeys,
    broker: await startBroker(scope, [...specs, 'ec-p384', 'ec-p521', 'ed25519']),
    stranger: await makeLocalKey(cosign, 'ec-p256', 'stranger'),
    provenance: await samples.predicate('slsaprovenance1', provenance),
    cells: () =>
      abilities.flatMap(([version, kind, shape]) =>
        specs.flatMap((spec) =>
          registries.slice(0, kind === 'blob' ? 1 : 2).map((registry) => ({
            version,
            kind,
            shape,
            spec,
            registry,
            title: `${titleOf(kind, shape)} with ${spec}${kind === 'blob' ? '' : ` on ${registry.name}`}`,
          })),
        ),
      ),
    subject: ({ registry, kind, shape }) => samples.subject(registry, kind, shape),
  };
}

/** How a kind in a shape is called. */
export function titleOf(kind: Kind, shape: Shape): string {
  if (shape === 'bundle') return `the bundle of ${{ image: 'an image', attestation: 'an attestation', blob: 'a blob' }[kind]}`;
  return { image: 'the .sig of an image', attestation: 'the .att of an image', blob: 'the signature of a blob' }[kind];
}
