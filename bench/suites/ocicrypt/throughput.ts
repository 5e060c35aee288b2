import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Result, rounded } from '../../figure.js';
import type { Verb } from './copies.js';
import { type Content, makeImage, mebibyte } from './images.js';
import { alternateCopies, middle, type Sides, type Taken } from './rounds.js';

/** Of skopeo's time. */
const share = 0.7;

/** An image that both sides encrypt and decrypt. */
export interface Work {
  readonly name: string;
  readonly content: Content;
  /** MiB of each layer. */
  readonly layers: readonly number[];
  readonly rounds: number;
}

const verbs: readonly Verb[] = ['encrypt', 'decrypt'];

function compared(work: Work, verb: Verb, taken: Taken, note: (text: string) => void): Result {
  const ours = middle(taken.ours);
  const theirs = taken.theirs.length > 0 ? middle(taken.theirs) : undefined;
  const told = ({ wall, cpu, least }: typeof ours) =>
    `${rounded(cpu)} s of processors (${rounded(cpu / wall)} at once), at best ${rounded(least)} s`;
  note(`${verb} ${work.name}: ours ${told(ours)}${theirs ? `; skopeo ${told(theirs)}` : ''}`);
  const ratio = theirs ? rounded(ours.wall / theirs.wall) : null;
  return {
    figure: {
      bench: 'ocicrypt',
      figure: `${verb} ${work.name}`,
      ours: rounded(ours.wall),
      peer: 'skopeo',
      theirs: theirs ? rounded(theirs.wall) : null,
      ratio,
    },
    unit: 's',
    ...(ratio !== null && { goal: { text: `<= ${share}`, met: ratio <= share } }),
  };
}

/** Whole programs on the wall clock; what our side took of processors is handed on. */
export async function* throughput(
  folder: string,
  work: Work,
  sides: Sides,
  note: (text: string) => void,
  onTaken: (verb: Verb, taken: Taken) => Iterable<Result> = () => [],
): AsyncIterable<Result> {
  const image = join(folder, 'plain');
  const digest = await makeImage(
    image,
    work.content,
    work.layers.map((size) => size * mebibyte),
  );
  const taken = await alternateCopies(folder, image, digest, sides, work.rounds);
  await rm(image, { recursive: true });
  for (const verb of verbs) {
    yield compared(work, verb, taken[verb], note);
    yield* onTaken(verb, taken[verb]);
  }
}
