import type { Clock, Descriptor } from '@securosys/core';
import {
  type CosignAttestation,
  type CosignPrepareOptions,
  type CosignShape,
  type CosignSignature,
  cosignAlgorithm,
  cosignAttestation,
  cosignImage,
} from '@securosys/cosign';
import { createOci, digestOf, type Repository } from '@securosys/oci';
import { createMemoryRegistry, createTestClock, type MemoryRegistry, type MemoryRegistryOptions } from '@securosys/testing';
import { signAll } from '../signing/artifacts.js';
import { type TestKey, testKey } from '../signing/keys.js';

export const name = 'registry.example/app';
export const p256 = testKey('ec-p256');
export const other = testKey('ec-p256', 'other');

/** An image in a registry, and a client of it. */
export interface World {
  readonly registry: MemoryRegistry;
  readonly repository: Repository;
  readonly subject: Descriptor;
  readonly clock: Clock;
  /** Another client, which knows nothing of the first. */
  open(repository?: string): Repository;
}

export function world(options: MemoryRegistryOptions = {}, clock: Clock = createTestClock()): World {
  const registry = createMemoryRegistry(options);
  const { mediaType, digest, size } = registry.addImage(`${name}:1`);
  const open = (repository = name) =>
    createOci({ fetch: registry.fetch, clock, timeoutMs: 1e9, random: () => 0.5 }).open(repository);
  return { registry, repository: open(), subject: { mediaType, digest, size }, clock, open };
}

export const by = (key: TestKey) => ({ spki: key.spki, algorithm: cosignAlgorithm(key.spec) });

/** A signature of an image; ECDSA makes another one each time. */
export function signed(subject: Descriptor, key: TestKey = p256, options: CosignPrepareOptions = {}): CosignSignature {
  const prepared = cosignImage.prepare(subject, key, { dockerReference: name, ...options });
  return prepared.assemble(signAll(prepared, key));
}

export const reviewed = 'https://example.com/reviewed/v1';

export function attested(
  subject: Descriptor,
  key: TestKey = p256,
  predicate: Record<string, string> = { by: 'us' },
  shapes: readonly CosignShape[] = ['legacy', 'bundle'],
): CosignAttestation {
  const prepared = cosignAttestation.prepare(subject, key, { type: reviewed, predicate, shapes });
  return prepared.assemble(signAll(prepared, key));
}

/** A manifest of the registry as JSON. */
export interface StoredJson {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly [member: string]: unknown;
}

const parsed = <T>(bytes: Uint8Array | undefined): T => JSON.parse(new TextDecoder().decode(bytes)) as T;

/** What a tag names, as JSON. */
export function tagged<T = StoredJson>({ registry }: Pick<World, 'registry'>, tag: string): T {
  return parsed<T>(registry.manifests.get(`app@${registry.tags.get(`app:${tag}`)}`)?.bytes);
}

export const tagOf = ({ digest }: Descriptor, suffix = '') => `${digest.replace(':', '-')}${suffix}`;

/** Puts a manifest under a tag, as a careless tool does. */
export function putTag({ registry }: Pick<World, 'registry'>, tag: string, document: object, mediaType: string): void {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  registry.manifests.set(`app@${digestOf(bytes)}`, { mediaType, bytes });
  registry.tags.set(`app:${tag}`, digestOf(bytes));
}
