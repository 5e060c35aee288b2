import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, rounded } from '../../figure.js';
import type { Copier, Verb } from './copies.js';
import { type Content, makeImage, mebibyte } from './images.js';

const atMostMegabytes = 150;
/** Between the smallest and the largest layer. */
const mostGrowth = 1.1;

const verbs: readonly Verb[] = ['encrypt', 'decrypt'];

async function peaks(folder: string, copier: Copier, content: Content, mebibytes: number): Promise<Record<Verb, number>> {
  const [image, encrypted, back] = ['plain', 'encrypted', 'back'].map((name) => join(folder, name)) as [string, string, string];
  try {
    await makeImage(image, content, [mebibytes * mebibyte]);
    const encrypt = Number((await copier.copy('encrypt', image, encrypted)).stdout);
    await rm(image, { recursive: true });
    return { encrypt, decrypt: Number((await copier.copy('decrypt', encrypted, back)).stdout) };
  } finally {
    for (const path of [image, encrypted, back]) await rm(path, { recursive: true, force: true });
  }
}

/** The largest resident set of our whole program, for a small and a large layer. */
export async function* memory(folder: string, copier: Copier, content: Content, sizes: readonly number[]): AsyncIterable<Result> {
  const first: Partial<Record<Verb, number>> = {};
  for (const size of sizes) {
    const peak = await peaks(folder, copier, content, size);
    for (const verb of verbs) {
      const now = peak[verb];
      const { [verb]: before = now } = first;
      first[verb] = before;
      yield {
        figure: {
          bench: 'ocicrypt',
          figure: `memory, ${verb} ${size} MiB of ${content}`,
          ours: rounded(now),
          peer: 'none',
          theirs: null,
          ratio: null,
        },
        unit: 'MB',
        goal: {
          text: `<= ${atMostMegabytes} MB, and as with the smallest`,
          met: now <= atMostMegabytes && now <= before * mostGrowth,
        },
      };
    }
  }
}
