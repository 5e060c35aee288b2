import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { startTsbEmulator } from '@securosys/tsb-emulator';
import { type LocalKey, NotationHome } from '../../../interop/lib/notation-home.js';
import { OpensslCa } from '../../../interop/lib/openssl.js';
import { type Finished, run } from '../../../interop/lib/process.js';
import { findProgram } from '../../../interop/lib/programs.js';
import { Scope } from '../../../interop/lib/scope.js';
import { packedLayout } from '../../../interop/suites/notation/layouts.js';
import { pluginHome } from '../../../interop/suites/notation/plugin-world.js';
import { type Result, rounded } from '../../figure.js';
import { median } from '../../measure.js';

const rounds = 11;
/** What each start of the plugin may take over an empty start of Node. */
const overEmptyMs = 40;
const key = 'ec-p256';

async function milliseconds(what: () => Promise<Finished>): Promise<number> {
  const start = performance.now();
  const { code, stderr } = await what();
  if (code !== 0) throw new Error(stderr);
  return performance.now() - start;
}

/** How often notation starts the plugin for one signature: counted by a script in the plugin's place. */
async function startsOf(folder: string, sign: () => Promise<Finished>): Promise<number> {
  const plugin = join(folder, 'plugins/securosys/notation-securosys');
  const [real, tally] = [join(folder, 'plugin'), join(folder, 'starts')];
  await rename(plugin, real);
  await writeFile(plugin, `#!/bin/sh\necho "$1" >> '${tally}'\nexec '${real}' "$@"\n`);
  await chmod(plugin, 0o755);
  await milliseconds(sign);
  await rename(real, plugin);
  return (await readFile(tally, 'utf8')).trim().split('\n').length;
}

/**
 * `notation sign` of an image in a layout, whole process on the wall clock: with our plugin against the emulator in this process, and
 * with a key in a file.
 */
export async function* pluginFigure(note: (text: string) => void): AsyncIterable<Result> {
  if (!findProgram('notation') || !findProgram('openssl'))
    return note('notation and openssl are not on PATH: the plugin is not measured');
  const scope = new Scope();
  try {
    const tsb = await startTsbEmulator({ banner: () => undefined });
    scope.defer(() => tsb.close());
    const { spki } = await tsb.tsb.addKey({ label: key, spec: key });
    const root = await tsb.tsb.certificateAuthority.root();
    const leaf = await tsb.tsb.certificateAuthority.issue({ spki, subject: `CN=${key},O=Acme,ST=Zurich,C=CH` });
    const { home, sign, certify } = await pluginHome({ scope, root, tsb });
    await certify(key, [leaf, root]);
    const ca = await OpensslCa.create(await scope.folder());
    const keys: Record<string, LocalKey> = { local: await ca.issue(key, key) };
    const theirs = await NotationHome.create(scope, { anchors: [], keys });
    const layouts = [await packedLayout(scope), await packedLayout(scope)] as const;
    const [ours, local] = layouts.map(({ layout, digest }) => ['--oci-layout', `${layout}@${digest}`]) as [string[], string[]];
    const withPlugin = () => sign(key, ...ours);
    const starts = await startsOf(home.folder, withPlugin);
    // As the plugin is started: without the options of the process that runs us.
    const { NODE_OPTIONS: _, ...env } = process.env;
    const times = { plugin: [] as number[], local: [] as number[], empty: [] as number[] };
    for (let i = 0; i < rounds; i++) {
      times.plugin.push(await milliseconds(withPlugin));
      times.local.push(await milliseconds(() => theirs.notation('sign', '--key', 'local', ...local)));
      times.empty.push(await milliseconds(() => run(process.execPath, ['-e', '0'], { env })));
    }
    const [plugin, alone, empty] = [median(times.plugin), median(times.local), median(times.empty)];
    const allowed = alone + starts * (empty + overEmptyMs);
    note(`the plugin starts ${starts} times for a signature, an empty Node takes ${rounded(empty)} ms`);
    yield {
      figure: {
        bench: 'notation',
        figure: `notation sign, plugin, ${key}`,
        ours: rounded(plugin),
        peer: 'notation, local key',
        theirs: rounded(alone),
        ratio: null,
      },
      unit: 'ms',
      goal: { text: `at most ${rounded(allowed)} ms`, met: plugin <= allowed },
    };
  } finally {
    await scope.close();
  }
}
