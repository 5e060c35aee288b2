import { availableParallelism } from 'node:os';
import { succeed } from '../../../interop/lib/process.js';
import { type Result, rounded } from '../../figure.js';
import type { Verb } from './copies.js';
import { mebibyte } from './images.js';
import { middle, type Taken } from './rounds.js';

/** Of the processors, when one layer after the other would use one. */
const atLeast = 1.3;

/** How many processors were at work, on the average of the whole program. */
export function processorsFigure(name: string, verb: Verb, { ours, theirs }: Taken): Result {
  const used = (runs: Taken['ours']) => rounded(middle(runs).cpu / middle(runs).wall);
  const met = used(ours) >= atLeast;
  return {
    figure: {
      bench: 'ocicrypt',
      figure: `processors, ${verb} ${name}`,
      ours: used(ours),
      peer: 'skopeo',
      theirs: theirs.length > 0 ? used(theirs) : null,
      ratio: null,
    },
    unit: '',
    ...(availableParallelism() > 1 && { goal: { text: `>= ${atLeast}`, met } }),
  };
}

async function bytesPerSecond(...cipher: string[]): Promise<number> {
  const output = await succeed('openssl', ['speed', '-mr', '-seconds', '1', '-bytes', '65536', ...cipher]);
  const speed = Number(/^\+F:.*:([\d.]+)$/m.exec(output)?.[1]);
  if (!(speed > 0)) throw new Error(`openssl speed says nothing: ${output}`);
  return speed;
}

/** Seconds in which `openssl speed` does what the format needs: AES-256-CTR once, SHA-256 of both sides, and the MAC. */
export async function opensslSeconds(mebibytes: number): Promise<number> {
  const bytes = mebibytes * mebibyte;
  const cipher = await bytesPerSecond('-evp', 'aes-256-ctr');
  const hash = await bytesPerSecond('-evp', 'sha256');
  return bytes / cipher + (3 * bytes) / hash;
}

/** Processor time of the whole program, beside that of the bare algorithms. */
export function opensslFigure(name: string, verb: Verb, { ours }: Taken, openssl: number): Result {
  const { cpu } = middle(ours);
  return {
    figure: {
      bench: 'ocicrypt',
      figure: `processor time, ${verb} ${name}`,
      ours: rounded(cpu),
      peer: `openssl speed (${Math.round((100 * openssl) / cpu)} %)`,
      theirs: rounded(openssl),
      ratio: null,
    },
    unit: 's',
  };
}
