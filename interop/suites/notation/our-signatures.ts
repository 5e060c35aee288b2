import assert from 'node:assert/strict';
import { pushImage } from '../../lib/images.js';
import { tagsOf } from '../../lib/registries.js';
import { emulated, theyAccept, theyRefuse, weAccept, weRefuse } from './judges.js';
import { formatIds, specs, type World } from './world.js';

/** What we sign with each of the six algorithms is accepted, and found where the registry can have it. */
export async function ourSignatures({ registries, report, oci, home, sign }: World): Promise<void> {
  for (const registry of registries) {
    for (const [format, spec] of formatIds.flatMap((format) => specs.map((spec) => [format, spec] as const)))
      await report.case(`notation accepts our ${format} ${spec} signature on ${registry.name}`, async () => {
        const repository = `ours/${format}-${spec}`;
        const reference = await pushImage(oci, `${registry.host}/${repository}:1.4`);
        const signed = await sign(`${registry.host}/${repository}:1.4`, spec, { format });
        assert.equal(signed.reference, reference);
        await theyAccept(home, reference);
        await weAccept(home, reference, { oci, trust: emulated });
        // No referrers API means a tag that names the index of the referrers, and the other way round.
        const fallback = (await tagsOf(registry, repository)).includes(signed.subject.digest.replace(':', '-'));
        assert.equal(fallback, !registry.referrersApi, 'fallback tag');
        if (spec === 'ec-p256') await weRefuse(home, reference, 'emulation', { oci });
      });
    await report.case(`a second signature on ${registry.name} leaves the first in place`, async () => {
      const tagged = `${registry.host}/ours/twice:1`;
      const reference = await pushImage(oci, tagged);
      const signatures = [await sign(tagged, 'ec-p256'), await sign(tagged, 'ec-p384', { format: 'notation-cose' })];
      await theyAccept(home, reference);
      const { stdout } = await home.notation('list', '--insecure-registry', reference);
      for (const { signature } of signatures) assert.ok(stdout.includes(signature.digest), stdout);
    });
    await report.case(`annotations we sign are notation's user metadata on ${registry.name}`, async () => {
      const tagged = `${registry.host}/ours/annotated:1`;
      const reference = await pushImage(oci, tagged);
      await sign(tagged, 'ec-p256', {
        format: 'notation-cose',
        annotations: { commit: '4f2a9c1', 'build.url': 'https://ci.example/1?a=b&c=<d>' },
      });
      await theyAccept(home, reference, '-m', 'commit=4f2a9c1', '-m', 'build.url=https://ci.example/1?a=b&c=<d>');
      await theyRefuse(home, reference, 'unable to find specified metadata', '-m', 'commit=another');
      const userMetadata = { commit: 'another' };
      await weRefuse(home, reference, 'userMetadata', { oci, trust: { ...emulated, userMetadata } });
    });
  }
}
