import { join } from 'node:path';
import { nodeCrypto, nodeFiles, SignError } from '@securosys/core';
import { absent } from './folder.js';
import { isDead, isLock, lockName } from './owner.js';

/** Longer than any batch of others, and than the age at which a silent owner is given up. */
const patienceMs = 90_000;
/** A turn that has taken this long may have been taken for dead by a process that cannot ask. */
const turnMs = 20_000;

/** The right to write to a folder, until `release`. */
export interface Turn {
  /** Names in the folder, read after the turn was ours. */
  readonly names: readonly string[];
  /** Whether the turn may still be used for writing. */
  fresh(): boolean;
  release(): Promise<void>;
}

/**
 * Takes a turn among all processes that write to a folder. Each puts up a file of its own and then looks: who sees no other one has the
 * turn, of several that wait the one with the least name goes first and the others step back. Names are never used twice, so
 * that clearing away a dead one cannot hit a living one.
 * @throws SignError `ERR_STORE` when others never end
 */
export async function takeTurn(folder: string): Promise<Turn> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const turn = await attempt(folder);
    if (turn) return turn;
    if (performance.now() > end)
      throw new SignError('ERR_STORE', 'another process holds the audit log and does not let go', { retryable: true });
    await pause(1 + nodeCrypto().randomInt(8));
  }
}

/** Other processes live by the machine's time, whatever clock was handed in. */
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function attempt(folder: string): Promise<Turn | undefined> {
  const own = await lockName();
  const path = join(folder, own);
  const raised = performance.now();
  await (await nodeFiles().open(path, 'wx', 0o600)).close();
  const release = () => nodeFiles().unlink(path).catch(absent);
  try {
    for (;;) {
      const names = await nodeFiles().readdir(folder);
      const others = await living(folder, own, names);
      if (others.length === 0)
        return { names, release: async () => void (await release()), fresh: () => performance.now() - raised < turnMs };
      if (performance.now() - raised > turnMs / 2 || others.some((name) => token(name) < token(own))) break;
      await pause(1);
    }
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  return undefined;
}

const token = (name: string) => name.slice(name.lastIndexOf('-'));

/** Locks of others that are alive. Those of the dead are cleared away. */
async function living(folder: string, own: string, names: readonly string[]): Promise<string[]> {
  const others: string[] = [];
  for (const name of names) {
    if (name === own || !isLock(name)) continue;
    const path = join(folder, name);
    if (await isDead(path, name)) await nodeFiles().unlink(path).catch(absent);
    else others.push(name);
  }
  return others;
}
