import { join } from 'node:path';
import { type Descriptor, equalBytes, isJsonObject, type JsonObject, nodeFiles, SignError } from '@securosys/core';
import { Turns } from '../internal/turns.js';
import { refName } from '../media-types.js';
import { errno, readPlainFile, writeWhole } from './files.js';
import { changedIndex, readIndex, remember } from './index-contents.js';

/** One writer at a time per folder in this process. */
const turns = new Turns();

async function realName(layout: string): Promise<string> {
  try {
    return await nodeFiles().realpath(layout);
  } catch (error) {
    throw new SignError(errno(error) === 'ENOENT' ? 'ERR_NOT_FOUND' : 'ERR_STORE', 'image layout: the folder is gone', {
      cause: error,
    });
  }
}

class Changed extends Error {}

type Change = (entries: readonly JsonObject[]) => readonly object[];

/** A change that waits for its turn. */
interface Waiting {
  readonly change: Change;
  done(): void;
  failed(error: unknown): void;
}

const waiting = new Map<string, Waiting[]>();

/**
 * Changes the entries of `index.json`. Other members, and members of entries that we do not know, stay. A change by another
 * process between reading and renaming is noticed and the work is done again. Changes that come while one is written are written together, so
 * that a thousand of them do not write a thousand files of growing size; one that throws leaves the others alone.
 */
export async function updateIndex(layout: string, maxBytes: number, change: Change): Promise<void> {
  const name = await realName(layout);
  return new Promise<void>((done, failed) => {
    const queue = waiting.get(name) ?? [];
    queue.push({ change, done, failed });
    waiting.set(name, queue);
    if (queue.length > 1) return;
    void turns.take(name, async () => {
      const group = waiting.get(name) ?? [];
      waiting.delete(name);
      await writeGroup(layout, maxBytes, group);
    });
  });
}

/** Together; and if that fails, one after the other, so that each learns of its own failure. */
async function writeGroup(layout: string, maxBytes: number, group: readonly Waiting[]): Promise<void> {
  const failures = new Map<Waiting, unknown>();
  try {
    await write(layout, maxBytes, (entries) => {
      failures.clear();
      return group.reduce((before, one) => applied(before, one, failures), entries);
    });
  } catch (error) {
    const [only, more] = group;
    if (only && !more) return only.failed(failures.get(only) ?? error);
    for (const one of group) await writeGroup(layout, maxBytes, [one]);
    return;
  }
  for (const one of group) failures.has(one) ? one.failed(failures.get(one)) : one.done();
}

function applied(before: readonly JsonObject[], one: Waiting, failures: Map<Waiting, unknown>): readonly JsonObject[] {
  try {
    return one.change(before) as readonly JsonObject[];
  } catch (error) {
    failures.set(one, error);
    return before;
  }
}

async function write(layout: string, maxBytes: number, change: Change): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const before = await readIndex(layout, maxBytes);
    const changed = change(before.raw);
    if (changed === before.raw) return;
    const after = changedIndex(before, changed, maxBytes);
    try {
      await writeWhole(join(layout, 'index.json'), after.bytes, async () => {
        const now = await readPlainFile(join(layout, 'index.json'), maxBytes);
        if (!equalBytes(now, before.bytes)) throw new SignError('ERR_CONFLICT', 'index.json changed', { cause: new Changed() });
      });
      return remember(layout, after);
    } catch (error) {
      if (!(SignError.is(error, 'ERR_CONFLICT') && error.cause instanceof Changed)) throw error;
    }
  }
  throw new SignError('ERR_CONFLICT', 'index.json of the image layout keeps changing');
}

/** Adds an entry; a tag moves to it from whichever entry had it before, which stays listed without a name. */
export function withEntry(entries: readonly JsonObject[], entry: Descriptor, tag: string | undefined): object[] {
  const kept = tag === undefined ? [...entries] : entries.map((known) => (tagOf(known) === tag ? withoutTag(known) : known));
  const same = (known: JsonObject) => known.digest === entry.digest;
  if (tag === undefined) return kept.some(same) ? kept : [...kept, entry];
  const named = { ...entry, annotations: { ...entry.annotations, [refName]: tag } };
  return [...kept.filter((known) => !(same(known) && tagOf(known) === undefined)), named];
}

/** The tag of an entry; `undefined` when it has none. */
export function tagOf(entry: JsonObject): unknown {
  return isJsonObject(entry.annotations) ? entry.annotations[refName] : undefined;
}

function withoutTag(entry: JsonObject): JsonObject {
  const { annotations, ...rest } = entry;
  const { [refName]: _, ...others } = isJsonObject(annotations) ? annotations : {};
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}
