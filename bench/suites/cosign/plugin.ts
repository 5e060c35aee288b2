import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createOci } from '@securosys/oci';
import { type Finished, run } from '../../../interop/lib/process.js';
import { findProgram } from '../../../interop/lib/programs.js';
import { startReferrersRegistry } from '../../../interop/lib/registries.js';
import { Scope } from '../../../interop/lib/scope.js';
import { signArguments } from '../../../interop/suites/cosign/calls.js';
import { Cosign, type Version } from '../../../interop/suites/cosign/cosign.js';
import { type Holder, makeToken, startBroker } from '../../../interop/suites/cosign/holders.js';
import { makeLocalKey } from '../../../interop/suites/cosign/local-keys.js';
import { executable, keyUri, pluginHome } from '../../../interop/suites/cosign/plugin-home.js';
import { Samples } from '../../../interop/suites/cosign/samples.js';
import type { Shape } from '../../../interop/suites/cosign/shapes.js';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';

const rounds = process.env.BENCH === 'short' ? 3 : 11;
/** What each start of the plugin may take over an empty start of Node. */
const overEmptyMs = 40;
const spec = 'ec-p256';
const programs = ['cosign', 'cosign2', 'openssl', 'referrers-registry'];

async function milliseconds(what: () => Promise<Finished>): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await what();
  if (code !== 0) throw new Error(stderr);
  return performance.now() - start;
}

/** A script that counts in the plugin's place, first on the `PATH`. */
async function counting(scope: Scope, cosign: Cosign): Promise<{ cosign: Cosign; starts(): Promise<number> }> {
  const folder = await scope.folder();
  const [script, tally] = [join(folder, 'sigstore-kms-securosys'), join(folder, 'starts')];
  await writeFile(script, `#!/bin/sh\necho start >> '${tally}'\nexec '${executable}' "$@"\n`);
  await chmod(script, 0o755);
  return {
    cosign: cosign.with({}, folder),
    starts: async () => (await readFile(tally, 'utf8')).trim().split('\n').length,
  };
}

/** The start of a plugin is the start of Node without the options of the process that runs us. */
const { NODE_OPTIONS: _, ...withoutOptions } = process.env;
const emptyStart = () => run(process.execPath, ['-e', '0'], { env: withoutOptions });

/** The whole process of `cosign sign` on the wall clock, with our plugin and with a key of cosign's own, in alternating rounds. */
export async function* pluginFigures(note: (text: string) => void): AsyncIterable<Result> {
  const missing = programs.filter((name) => !findProgram(name));
  if (missing.length > 0) return note(`${missing.join(', ')} not on PATH: the plugin is not measured`);
  const scope = new Scope();
  try {
    const registry = await startReferrersRegistry(scope);
    const samples = new Samples(await scope.folder(), createOci({ plainHttp: [registry.host] }));
    const cosign = await Cosign.create(scope);
    const local = await makeLocalKey(cosign, spec);
    const predicate = await samples.predicate('custom', {});
    const holders: Holder[] = [await startBroker(scope, [spec])];
    if (findProgram('softhsm2-util')) holders.push(await makeToken(scope, [spec]));
    for (const [version, shape] of [
      ['cosign', 'bundle'],
      ['cosign2', 'legacy'],
    ] as const satisfies [Version, Shape][])
      for (const holder of holders) {
        const home = await pluginHome(scope, cosign, holder, [await holder.key(spec)]);
        // Another image each time: what is there already takes cosign longer.
        const sign = async (by: Cosign, key: string): Promise<number> => {
          const subject = { name: await samples.image(registry), kind: 'image', shape } as const;
          return milliseconds(() => by.run(version, signArguments(by, version, { key, predicate }, subject)));
        };
        const counted = await counting(scope, home);
        await sign(counted.cosign, keyUri(spec));
        const starts = await counted.starts();
        const times = { plugin: [] as number[], local: [] as number[], empty: [] as number[] };
        for (let round = 0; round < rounds; round++) {
          times.plugin.push(await sign(home, keyUri(spec)));
          times.local.push(await sign(cosign, local.privatePath));
          times.empty.push(await milliseconds(emptyStart));
        }
        const [plugin, alone, empty] = [median(times.plugin), median(times.local), median(times.empty)];
        const allowed = alone + starts * (empty + overEmptyMs);
        note(`${version} starts the plugin ${starts} times for a signature, an empty Node takes ${rounded(empty)} ms`);
        yield {
          figure: {
            bench: 'cosign',
            figure: `${version} sign, plugin over ${holder.name}`,
            ours: rounded(plugin),
            peer: `${version}, local key`,
            theirs: rounded(alone),
            ratio: null,
          },
          unit: 'ms',
          goal: { text: `at most ${rounded(allowed)} ms`, met: plugin <= allowed },
        };
      }
  } finally {
    await scope.close();
  }
}
