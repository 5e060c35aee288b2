import { canonicalJson, type JsonObject, type Prepared, SignError, sha256Hex, utf8Bytes } from '@securosys/core';
import { type DctUpdate, publishUpdate, type TrustedRepository } from '@securosys/dct';
import type { CommandContext } from '../context.js';
import type { OpenNotary } from '../open/open-notary.js';
import type { Line } from '../output/output.js';
import type { PartSigners } from './part-signers.js';
import { signParts } from './sign-update.js';
import { baseOf, isPublished, keptUpdate, movedSince, type StoredUpdate, updateJson } from './stored-update.js';
import { withdrawUpdate } from './withdraw-update.js';

/** A change of a repository. */
export interface UpdateWork {
  /** What was asked for: the same words go on with the same bytes. */
  readonly change: JsonObject;
  /** Makes the bytes to be signed. @param repository fresh; absent when there is none yet */
  prepare(repository: TrustedRepository | undefined): Promise<Prepared<DctUpdate>> | Prepared<DctUpdate>;
  /** What bytes that were made before stand on. Default: the repository as it is. */
  readonly base?: StoredUpdate['base'];
}

/** Rounds that are lost to other publishers before we give up; keys that need people lose one. */
const mostRounds = 10;

async function freshRepository(context: CommandContext, { trust, gun }: OpenNotary): Promise<TrustedRepository | undefined> {
  try {
    return await trust.repository(gun, context.clock, { signal: context.signal });
  } catch (error) {
    if (SignError.is(error, 'ERR_NOT_FOUND') && error.details.role === 'root') return undefined;
    throw error;
  }
}

const stale = (gun: string, moved: readonly string[]): SignError =>
  new SignError(
    'ERR_REQUEST_STALE',
    `somebody published to ${gun} while this update waited: ${moved.join('; ')}. What was approved cannot be published any more`,
    { details: { advice: 'run the same command again: it begins from what is there now, and everybody is asked anew' } },
  );

/**
 * Carries a change out: the bytes are made once and kept until they are published, so that the same command goes on with the same
 * approvals after days. Lost races are run again from fresh data, unless people would have to be asked again.
 * @returns what was published
 * @throws SignError `ERR_APPROVAL_PENDING`; `ERR_REQUEST_STALE` when versions have moved; those of signing and of `publishUpdate`
 */
export async function runUpdate(
  context: CommandContext,
  notary: OpenNotary,
  signers: PartSigners,
  { change, prepare, base }: UpdateWork,
): Promise<Prepared<DctUpdate>> {
  const { gun, server, store } = notary;
  const keys = signers.keys.map(({ info }) => info.ref.spkiSha256 ?? '').sort();
  const name = `update-${sha256Hex(utf8Bytes(canonicalJson({ gun, server: server.host, change, keys })))}`;
  for (let round = 1; ; round++) {
    const repository = await freshRepository(context, notary);
    const made = base && { prepared: await prepare(repository), base };
    const kept = made ?? (await keptUpdate(store, name));
    if (kept && isPublished(kept, repository)) {
      await store.delete(name);
      return kept.prepared;
    }
    const moved = kept ? movedSince(kept, repository) : [];
    if (kept && moved.length > 0) {
      await withdrawUpdate(context, signers, { prepared: kept.prepared, gun, repository });
      await store.delete(name);
      throw stale(gun, moved);
    }
    const update: StoredUpdate = kept ?? { prepared: await prepare(repository), base: baseOf(repository) };
    if (!kept) await store.put(name, updateJson(update));
    const signed = await signParts(context, signers, { prepared: update.prepared, gun, repository });
    try {
      await publishUpdate(server, update.prepared.assemble(signed.signatures), { signal: context.signal });
    } catch (error) {
      if (!SignError.is(error, 'ERR_CONFLICT')) throw error;
      await store.delete(name);
      await signed.end(false);
      if (signed.decided || round === mostRounds) throw stale(gun, ['another update was faster']);
      continue;
    }
    await signed.end(true);
    await store.delete(name);
    context.waits(undefined);
    return update.prepared;
  }
}

/** Shows what was published. */
export function showUpdate({ output }: CommandContext, gun: string, { parts }: Prepared<DctUpdate>, done: string): void {
  const files = parts.map(({ id, facts }) => ({ part: id, title: facts.title, ...facts.details }));
  const lines: Line[] = parts.map(({ id, facts }) => `  ${id}: ${facts.title}`);
  output.result({ repository: gun, status: 'published', files }, [{ text: `${done}: ${gun}`, tone: 'good' }, ...lines]);
}
