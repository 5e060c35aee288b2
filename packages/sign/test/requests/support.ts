import { SignError } from '@securosys/core';
import {
  type CompletedItem,
  type PrepareRequestOptions,
  prepareSigningRequest,
  type RequestItemInput,
  type ResumeOptions,
  resumeSigningRequest,
} from '../../src/index.js';
import { approveAll, pushImage, repositoryName, tagged, type World } from '../helpers.js';

export { approveAll, pushImage, repositoryName, tagged, type World };

/** What a promise was rejected with. */
export async function thrown(work: Promise<unknown>): Promise<SignError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!SignError.is(error)) throw error ?? new Error('nothing was thrown');
  return error;
}

export const prepare = (world: World, items: readonly RequestItemInput[], more: Partial<PrepareRequestOptions> = {}) =>
  prepareSigningRequest(items, { signer: world.signer(), oci: world.oci, store: world.store, clock: world.clock, ...more });

/** Takes a request up as another process does: with nothing but the store. */
export const resume = (world: World, id: string | Uint8Array, more: Partial<ResumeOptions> = {}) =>
  resumeSigningRequest(id, {
    backend: world.backend(),
    store: world.store,
    oci: world.oci,
    clock: world.clock,
    chains: [world.chain],
    ...more,
  });

/** One image in all formats. */
export const everyFormat: readonly RequestItemInput[] = [{ image: tagged, format: ['notation-jws', 'notation-cose', 'cosign'] }];

/** Manifests that were attached to what the tag names, by digest. */
export async function attachedTo(world: World, digest = world.digest): Promise<readonly string[]> {
  const repository = world.oci.open(`${repositoryName}@${digest}`);
  const { descriptor } = await repository.resolve();
  const found: string[] = [];
  for await (const referrer of repository.referrers(descriptor)) found.push(referrer.digest);
  return found;
}

/** Records that the store still has. */
export async function recordsOf(world: World): Promise<readonly string[]> {
  const kinds: string[] = [];
  for await (const { kind, ended } of world.store.records?.() ?? [])
    kinds.push(`${kind}${ended === undefined ? '' : ` ${ended}`}`);
  return kinds.sort();
}

/** Digests of what an item came to. */
export const attachedOf = (item: CompletedItem): readonly string[] =>
  'signed' in item && 'attached' in item.signed ? item.signed.attached.map(({ digest }) => digest) : [];
