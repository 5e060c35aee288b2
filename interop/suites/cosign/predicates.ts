import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { type JsonObject, sha256Hex } from '@securosys/core';
import { cosignAttestation, cosignTrust, evaluateCosignBlobAttestation, writeBundle } from '@securosys/cosign';
import { type AttestOptions, attest, verifyAttestation } from '@securosys/sign';
import { atMost } from './at-most.js';
import { besideFile, predicateType, type Subject, signArguments, theyAccept } from './calls.js';
import { versions } from './cosign.js';
import { provenance } from './ours.js';
import { signFlags } from './shapes.js';
import type { World } from './world.js';

const time = '2026-01-31T12:00:00Z';
const scanner = { uri: 'https://example.com/scanner', version: '1', db: { uri: '', version: '' }, result: {} };
const vex = { '@context': 'https://openvex.dev/ns/v0.2.0', '@id': 'https://example.com/vex/1', author: 'Acme', timestamp: time };

/** By the names that both sides know: the file for cosign, and the predicate that we write. */
const predicates: Readonly<Record<string, JsonObject>> = {
  slsaprovenance02: { builder: { id: 'https://example.com/builder' }, buildType: 'https://example.com/build/v1' },
  slsaprovenance1: provenance,
  spdxjson: { spdxVersion: 'SPDX-2.3', SPDXID: 'SPDXRef-DOCUMENT', name: 'app', packages: [] },
  cyclonedx: { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components: [] },
  link: { _type: 'link', name: 'build', command: ['make'], materials: {}, products: {}, byproducts: {}, environment: {} },
  vuln: { invocation: {}, scanner, metadata: { scanStartedOn: time, scanFinishedOn: time } },
  openvex: { ...vex, version: 1, statements: [] },
  custom: { Data: 'reviewed\n', Timestamp: time },
  'https://example.com/reviewed/v1': { by: 'team' },
};

/** Attestations of every type, typed on both sides; and attestations about files. */
export async function predicateTypes(world: World): Promise<void> {
  const { report, registries, oci, cosign, broker, localKeys, samples } = world;
  const [registry] = registries as [World['registries'][0]];
  const [ours, local] = [await broker.key('ec-p256'), localKeys['ec-p256']];
  const signer = broker.signer('ec-p256');
  const tasks = versions.flatMap((version) => {
    const shape = version === 'cosign' ? ('bundle' as const) : ('legacy' as const);
    return Object.entries(predicates).map(
      ([type, predicate]) =>
        () =>
          report.case(`attestations of type ${type} of ${version} are read as such, and ours by it`, async () => {
            const subject: Subject = { name: await samples.image(registry), kind: 'attestation', shape };
            const given = await samples.predicate(type, type === 'custom' ? String(predicate.Data) : predicate);
            const args = signArguments(cosign, version, { key: local.privatePath, predicate: given }, subject);
            await cosign.must(version, args);
            const trust = cosignTrust({ keys: [{ publicKey: local.publicKey }], predicateTypes: [type] });
            const { statements } = await verifyAttestation(subject.name, { trust, oci });
            assert.equal(statements.length, 1);
            const { content } = statements[0] as (typeof statements)[0];
            assert.equal(content.type, type.includes(':') ? 'other' : type);
            if (type === 'custom') assert.equal((content.predicate as JsonObject).Data, predicate.Data);

            const another: Subject = { ...subject, name: await samples.image(registry) };
            const said = { predicateType: type, predicate } as Pick<AttestOptions, 'predicateType' | 'predicate'>;
            await attest(another.name, { signer, ...said, shapes: [shape], oci } as AttestOptions);
            await theyAccept(cosign, version, another, { key: ours.publicPath, type });
          }),
    );
  });

  for (const version of versions) {
    const flags = ['--insecure-ignore-tlog=true', ...(version === 'cosign2' ? ['--trusted-root', cosign.trustedRoot] : [])];
    tasks.push(() =>
      report.case(`we accept what ${version} attests about a file, and it what we attest`, async () => {
        const subject: Subject = { name: await samples.file(), kind: 'blob', shape: 'bundle' };
        const [path, blob] = [besideFile(subject), await readFile(subject.name)];
        const given = await samples.predicate('slsaprovenance1', provenance);
        const what = ['--type', given.type, '--predicate', given.path, '--bundle', path, subject.name];
        const how = ['--key', local.privatePath, ...signFlags(cosign, version, 'bundle')];
        await cosign.must(version, ['attest-blob', ...how, ...what]);
        const judge = async (bytes: Uint8Array, publicKey: string) => {
          const trust = cosignTrust({ keys: [{ publicKey }], predicateTypes: ['slsaprovenance1'] });
          return (await evaluateCosignBlobAttestation(bytes, { bundle: await readFile(path) }, trust)).verdict;
        };
        assert.equal(await judge(blob, local.publicKey), 'trusted');
        assert.equal(await judge(blob, ours.publicKey), 'not-trusted');
        assert.equal(await judge(blob.subarray(1), local.publicKey), 'not-trusted');

        const about = { mediaType: 'application/octet-stream', digest: `sha256:${sha256Hex(blob)}`, size: blob.byteLength };
        const described = { ...(await signer.describe()), chain: [] };
        const prepared = cosignAttestation.prepare(about, described, { type: predicateType, predicate: provenance });
        const signatures: Record<string, Uint8Array> = {};
        for (const { id, ...part } of prepared.parts) signatures[id] = await signer.sign(part);
        await writeFile(path, writeBundle(prepared.assemble(signatures).envelope));
        const check = ['--key', ours.publicPath, '--type', 'slsaprovenance1', '--bundle', path, ...flags];
        await cosign.must(version, ['verify-blob-attestation', ...check, subject.name]);
        assert.equal(await judge(blob, ours.publicKey), 'trusted');
      }),
    );
  }
  await atMost(2, tasks);
}
