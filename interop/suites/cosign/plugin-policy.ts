import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { signArguments, theyAccept } from './calls.js';
import { keyUri, pluginHome } from './plugin-home.js';
import { knows } from './shapes.js';
import type { World } from './world.js';

/** Our plugin obeys a signing policy over what each version of cosign gives it to sign. */
export async function pluginPolicy(world: World): Promise<void> {
  const { report, scope, cosign, broker } = world;
  const key = await broker.key('ec-p256');
  const under = async (rules: string) => {
    const path = join(await scope.folder(), 'policy.yaml');
    await writeFile(path, `version: 1\nrules:\n  - name: production\n    require: ${rules}\n`, { mode: 0o600 });
    return pluginHome(scope, cosign, broker, [key], { signingPolicy: path });
  };
  const cells = world.cells().filter(({ spec, registry }) => spec === 'ec-p256' && registry === world.registries[0]);
  for (const cell of cells) {
    const { version, kind, shape, title, registry } = cell;
    await report.case(
      `${version} signs what a signing policy of our plugin allows, and shows the rule that refuses: ${title}`,
      async () => {
        const subject = await world.subject(cell);
        const args = signArguments(cosign, version, { key: keyUri(key.label), predicate: world.provenance }, subject);
        const refused = await (await under('{ repositories: [registry.example/prod/**] }')).run(version, args);
        assert.notEqual(refused.code, 0);
        assert.match(refused.stderr, /rule 'production' \(number 1\) of the signing policy refuses, repositories/);
        const format = kind === 'image' ? 'cosign' : kind === 'attestation' ? 'cosign-attestation' : 'opaque';
        // Only the payload of a legacy signature says for which repository it is.
        const place = kind === 'image' && shape === 'legacy' ? `, repositories: ["${registry.host}/**"]` : '';
        await (await under(`{ formats: [${format}]${place} }`)).must(version, args);
        if (knows(version, kind, shape)) await theyAccept(cosign, version, subject, { key: key.publicPath });
      },
    );
  }
}
