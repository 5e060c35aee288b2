import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createOci } from '@securosys/oci';
import { median } from '../../measure.js';
import type { Copier, Verb } from './copies.js';
import type { Timed } from './timed.js';

export interface Sides {
  readonly ours: Copier;
  /** `undefined` when there is none on this machine. */
  readonly theirs: Copier | undefined;
}

/** What both sides took for one verb, round by round. */
export interface Taken {
  readonly ours: Timed[];
  readonly theirs: Timed[];
}

/** The middle one of each figure; and the least, for a machine that does something else too. */
export const middle = (runs: readonly Timed[]) => ({
  wall: median(runs.map(({ wall }) => wall)),
  cpu: median(runs.map(({ cpu }) => cpu)),
  least: Math.min(...runs.map(({ wall }) => wall)),
});

const digestOf = async (layout: string) => (await createOci().open(`oci:${layout}:it`).resolve()).descriptor.digest;
const remove = (path: string) => rm(path, { recursive: true, force: true });

/**
 * Encrypts an image and decrypts it again, one side after the other; both decrypt what the other side encrypted, and have to give back the first digest.
 * Who is first changes from round to round, and nothing is removed between two sides: memory that the system has just got back from a removed file is had for
 * less, in virtual machines for much less, than memory that nobody used for a while.
 * @param digest of the image's manifest
 */
export async function alternateCopies(
  folder: string,
  image: string,
  digest: string,
  { ours, theirs }: Sides,
  rounds: number,
): Promise<Record<Verb, Taken>> {
  const taken: Record<Verb, Taken> = { encrypt: { ours: [], theirs: [] }, decrypt: { ours: [], theirs: [] } };
  const at = (name: string) => join(folder, name);
  const us = { copier: ours, name: 'us', other: theirs ? 'them' : 'us', runs: 'ours' } as const;
  const sides = theirs ? [us, { copier: theirs, name: 'them', other: 'us', runs: 'theirs' } as const] : [us];
  for (let round = 0; round < rounds; round++) {
    for (const { copier, name, runs } of sides) taken.encrypt[runs].push(await copier.copy('encrypt', image, at(`by-${name}`)));
    for (const { copier, name, other, runs } of sides)
      taken.decrypt[runs].push(await copier.copy('decrypt', at(`by-${other}`), at(`back-by-${name}`)));
    for (const { name } of sides) {
      if ((await digestOf(at(`back-by-${name}`))) !== digest) throw new Error('an image did not come back as it was');
      for (const path of [`by-${name}`, `back-by-${name}`]) await remove(at(path));
    }
    sides.reverse();
  }
  return taken;
}
