import {
  type Claims,
  type Clock,
  isMovedFromClaim,
  type JsonValue,
  type PendingStore,
  sha256Hex,
  tagClaims,
  utf8Bytes,
} from '@securosys/core';
import { isText } from '../formats/members.js';
import { repositoryOf } from './request-identity.js';
import type { WorkItem } from './work-item.js';

/** What a tag named when a signing request for it was last published. */
interface TagRecord {
  readonly repository: string;
  readonly tag: string;
  /** Of the image or index. */
  readonly digest: string;
}

/** Key of the record of a tag in a pending store. */
export function tagKey({ repository, tag }: Pick<TagRecord, 'repository' | 'tag'>): string {
  return `tag-${sha256Hex(utf8Bytes(JSON.stringify([repository, tag])))}`;
}

/** What the tags of published items named. */
function namedBy(items: readonly WorkItem[]): ReadonlyMap<string, TagRecord> {
  const named = new Map<string, TagRecord>();
  for (const { place, done } of items) {
    if (!done || place?.tag === undefined) continue;
    const { reference, tag, index } = place;
    const repository = repositoryOf(reference);
    const digest = index ?? reference.slice(repository.length + 1);
    named.set(tagKey({ repository, tag }), { repository, tag, digest });
  }
  return named;
}

/** Remembers what the tags of published items named, so that approvers can be told from where a tag has moved when it is next asked about. */
export async function rememberTags(items: readonly WorkItem[], store: PendingStore, clock: Clock): Promise<void> {
  for (const [key, { repository, tag, digest }] of namedBy(items)) {
    const at = Math.floor(clock.now());
    await store.put(key, { version: 1, kind: 'signing-tag', nonce: digest, repository, tag, digest, at });
  }
}

/** What approvers are told of a tag that has moved: a claim, for it comes from a store that anybody may have altered. */
export function movedClaims(tag: string, from: JsonValue | undefined, to: string): Claims {
  if (!isText(from) || from === to) return {};
  const claims = tagClaims(tag, from);
  return Object.entries(claims).every(([name, text]) => text === tag || isMovedFromClaim(name, text)) ? claims : {};
}

/** {@link movedClaims} of a tag that was published by a signing request before, as far as the store knows. */
export async function movedSince(store: PendingStore, { repository, tag, digest }: TagRecord): Promise<Claims> {
  const before = await store.get(tagKey({ repository, tag }));
  return before?.kind === 'signing-tag' ? movedClaims(tag, before.digest, digest) : {};
}
