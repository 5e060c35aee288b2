import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findProgram } from '../../interop/lib/programs.js';
import { Scope } from '../../interop/lib/scope.js';
import type { Suite } from '../figure.js';
import { makeKeyFiles, ourCopier, skopeoCopier } from './ocicrypt/copies.js';
import { memory } from './ocicrypt/memory.js';
import { opensslFigure, opensslSeconds, processorsFigure } from './ocicrypt/processors.js';
import { provider } from './ocicrypt/provider.js';
import { throughput, type Work } from './ocicrypt/throughput.js';

/** MiB of the whole image; fewer for people in a hurry. */
const size = Number(process.env.BENCH_OCICRYPT_MIB ?? 1024);
const rounds = 3;

/** Encrypted images, against skopeo. */
export const suite: Suite = {
  title: 'encrypted images, layout to layout, whole programs on the wall clock',
  async *run(note) {
    const scope = new Scope();
    try {
      const folder = await scope.folder();
      const home = join(folder, 'home');
      await mkdir(home);
      const keys = await makeKeyFiles(home);
      const ours = ourCopier(keys);
      const theirs = findProgram('skopeo') ? skopeoCopier(keys, home) : undefined;
      if (!theirs) note('skopeo is not on PATH');
      if (size < 1024) note('the goals are for 1024 MiB: of less, starting Node is most');
      const openssl = findProgram('openssl') ? await opensslSeconds(size) : undefined;
      const one: Work = { name: `${size} MiB of random`, content: 'random', layers: [size], rounds };
      yield* throughput(folder, one, { ours, theirs }, note, function* (verb, taken) {
        if (openssl !== undefined) yield opensslFigure(one.name, verb, taken, openssl);
      });
      const eight: Work = { name: `8 layers of ${size / 8} MiB`, content: 'random', layers: Array(8).fill(size / 8), rounds };
      yield* throughput(folder, eight, { ours, theirs }, note, function* (verb, taken) {
        yield processorsFigure(eight.name, verb, taken);
      });
      const files: Work = { name: `${size} MiB of files`, content: 'files', layers: [size], rounds };
      yield* throughput(folder, files, { ours, theirs }, note);
      yield* memory(folder, ours, 'random', [size / 4, size * 4]);
      yield* memory(folder, ours, 'files', [size / 4, size]);
    } finally {
      await scope.close();
    }
    yield* provider(note);
  },
};
