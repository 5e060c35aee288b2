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
 * Encrypts an image and decrypts it again, the sides by turns; both decrypt what the other side encrypted, and have to give back the first digest.
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
  for (let round = 0; round < rounds; round++) {
    taken.encrypt.ours.push(await ours.copy('encrypt', image, at('by-us')));
    if (theirs) taken.encrypt.theirs.push(await theirs.copy('encrypt', image, at('by-them')));
    taken.decrypt.ours.push(await ours.copy('decrypt', at(theirs ? 'by-them' : 'by-us'), at('back-by-us')));
    const back = [await digestOf(at('back-by-us'))];
    await remove(at('back-by-us'));
    if (theirs) {
      taken.decrypt.theirs.push(await theirs.copy('decrypt', at('by-us'), at('back-by-them')));
      back.push(await digestOf(at('back-by-them')));
    }
    for (const name of ['back-by-them', 'by-us', 'by-them']) await remove(at(name));
    if (back.some((one) => one !== digest)) throw new Error('an image did not come back as it was');
  }
  return taken;
}
