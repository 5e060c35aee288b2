import assert from 'node:assert/strict';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { described } from '../../lib/process.js';
import { emulated, layoutScope, theyAccept, weAccept } from './judges.js';
import { packedLayout } from './layouts.js';
import { executable, pluginHome } from './plugin-world.js';
import { formatIds, formats, specs, type World } from './world.js';

/** `notation sign` with our plugin and keys of the broker, in every envelope, algorithm and place; and how it gets into notation. */
export async function pluginSignatures(world: World): Promise<void> {
  const { report, scope, registries, oci, signer } = world;
  await report.case('notation installs and lists our plugin, and so does the plugin itself', async () => {
    const { home } = await pluginHome(world);
    const own = await NotationHome.create(scope, { anchors: [] });
    const installed = await own.run(executable, 'install');
    assert.equal(installed.code, 0, described('notation-securosys', ['install'], installed));
    for (const one of [home, own]) {
      const { code, stdout, stderr } = await one.notation('plugin', 'list');
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^securosys\s.*\[SIGNATURE_GENERATOR\.ENVELOPE/m);
    }
  });

  const { home, sign, certify } = await pluginHome(world);
  const scoped = await pluginHome(world, [layoutScope]);
  for (const spec of specs) {
    const chain = await signer(spec).chain();
    await certify(spec, chain);
    await scoped.certify(spec, chain);
  }
  for (const [id, spec] of formatIds.flatMap((one) => specs.map((two) => [one, two] as const))) {
    const format = ['--signature-format', formats[id]];
    for (const { host, name } of registries)
      await report.case(`both accept what notation signs as ${formats[id]} with our plugin and ${spec} on ${name}`, async () => {
        const reference = await pushImage(oci, `${host}/plugin/${id}-${spec}:1`);
        const args = ['--insecure-registry', ...format, '--expiry', '24h', '-m', 'commit=4f2a9c1', reference];
        const finished = await sign(spec, ...args);
        assert.equal(finished.code, 0, described('notation sign', args, finished));
        await theyAccept(home, reference, '-m', 'commit=4f2a9c1');
        await weAccept(home, reference, { oci, trust: { ...emulated, requireExpiry: true } });
      });
    await report.case(`both accept what notation signs as ${formats[id]} with our plugin and ${spec} in a layout`, async () => {
      const { layout, digest } = await packedLayout(scope);
      const finished = await scoped.sign(spec, ...format, '--oci-layout', `${layout}@${digest}`);
      assert.equal(finished.code, 0, described('notation sign', format, finished));
      await theyAccept(scoped.home, `oci:${layout}@${digest}`);
      await weAccept(scoped.home, `oci:${layout}@${digest}`, { oci, trust: emulated });
    });
    await report.case(
      `both accept what notation itself puts into ${formats[id]} around a bare ${spec} signature of our plugin`,
      async () => {
        const [{ host }] = registries as [(typeof registries)[0]];
        const reference = await pushImage(oci, `${host}/plugin/raw-${id}-${spec}:1`);
        const args = ['--insecure-registry', ...format, '--plugin-config', 'mode=raw', reference];
        const finished = await sign(spec, ...args);
        assert.equal(finished.code, 0, described('notation sign', args, finished));
        await theyAccept(home, reference);
        await weAccept(home, reference, { oci, trust: emulated });
      },
    );
  }

  await report.case('a key that is not there is not made, and notation shows why', async () => {
    const [{ host }] = registries as [(typeof registries)[0]];
    const reference = await pushImage(oci, `${host}/plugin/none:1`);
    const finished = await sign('no-such-key', '--insecure-registry', reference);
    assert.equal(finished.code, 1);
    assert.match(finished.stderr, /ERR_KEY_NOT_FOUND/, finished.stderr);
    await assert.rejects(world.connect().describeKey({ label: 'no-such-key' }), { code: 'ERR_KEY_NOT_FOUND' });
  });
}
