import { canonicalJson, type JsonObject, parseJsonObject, SignError, sha256Hex, utf8Bytes } from '@securosys/core';
import {
  type CompletedItem,
  type PrepareRequestOptions,
  prepareSigningRequest,
  type RequestItemInput,
  type ResumeOptions,
  resumeSigningRequest,
} from '../../src/index.js';
import { outlineId } from '../../src/requests/stored-request.js';
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

/** What is kept after the end of requests, and cleared away by time. */
const kept = ['signing-trace', 'signing-tag', 'signing-clearing'];

/** Records that the store still has of requests. */
export async function recordsOf(world: World): Promise<readonly string[]> {
  const kinds: string[] = [];
  for await (const { kind, ended } of world.store.records?.() ?? [])
    if (!kept.includes(String(kind))) kinds.push(`${kind}${ended === undefined ? '' : ` ${ended}`}`);
  return kinds.sort();
}

/** Digests of what an item came to. */
export const attachedOf = (item: CompletedItem): readonly string[] =>
  'signed' in item && 'attached' in item.signed ? item.signed.attached.map(({ digest }) => digest) : [];

/** Contents of a request file, to be altered. */
export type FileJson = JsonObject & { items: (JsonObject & { identity: JsonObject; claims: JsonObject; nonce: string })[] };

/** The contents with all hashes made to fit, as whoever alters them does. */
export function rehashed(json: FileJson): JsonObject {
  const items = json.items.map(({ kind, identity }) =>
    sha256Hex(utf8Bytes(canonicalJson(kind === 'decrypt-request' ? { kind: 'decrypt', ...identity } : identity))),
  );
  const { publish, expiresAt, again } = json;
  return { ...json, id: outlineId({ publish, expiresAt, again, items } as never) };
}

/** A request file that somebody has altered so that all hashes fit. */
export function alteredFile(file: Uint8Array, change: (json: FileJson) => unknown): Uint8Array {
  const json = parseJsonObject(file) as FileJson;
  change(json);
  return utf8Bytes(canonicalJson(rehashed(json)));
}
