import { atMost } from './at-most.js';
import { type Subject, signArguments, theyAccept, theyRefuse } from './calls.js';
import { carry } from './carry.js';
import { type OurTrust, weAccept, weRefuse } from './judges.js';
import { attestationTampering, bundleTampering, legacyTampering, type Tampering } from './tampering.js';
import { titleOf, type World } from './world.js';

const annotated = ['-a', 'commit=4f2a9c1'];

/** What cosign made, changed by somebody who can write to the registry and cannot sign. */
const carried: readonly (readonly [Pick<Subject, 'kind' | 'shape'>, Readonly<Record<string, Tampering>>])[] = [
  [{ kind: 'image', shape: 'legacy' }, legacyTampering],
  [{ kind: 'image', shape: 'bundle' }, bundleTampering],
  [{ kind: 'attestation', shape: 'legacy' }, attestationTampering],
  [{ kind: 'attestation', shape: 'bundle' }, bundleTampering],
];

/** What nobody may trust is refused by us, and by cosign where it looks. */
export async function refusals(world: World): Promise<void> {
  const { report, registries, oci, cosign, localKeys, stranger, provenance, samples } = world;
  const { privatePath, publicPath: key, publicKey } = localKeys['ec-p256'];
  const tasks = registries.flatMap((registry) =>
    carried.flatMap(([how, tampering]) => {
      const title = `${titleOf(how.kind, how.shape)} on ${registry.name}`;
      let signed: Promise<Subject> | undefined;
      const sign = async (): Promise<Subject> => {
        const subject = await samples.subject(registry, how.kind, how.shape);
        const more = how.kind === 'image' ? annotated : [];
        const call = { key: privatePath, predicate: provenance, more };
        await cosign.must('cosign', signArguments(cosign, 'cosign', call, subject));
        return subject;
      };
      const original = () => {
        signed ??= sign();
        return signed;
      };
      const more = how.kind === 'image' ? annotated : [];
      const trust: OurTrust = {
        keys: [{ publicKey }],
        ...(how.kind === 'image' && { annotations: { commit: '4f2a9c1' } }),
      };
      return [
        () =>
          report.case(`another key is refused: ${title}`, async () => {
            await theyRefuse(cosign, 'cosign', await original(), /./, { key: stranger.publicPath, more });
            await weRefuse(oci, await original(), 'no-trusted-key', { ...trust, keys: [{ publicKey: stranger.publicKey }] });
          }),
        ...(how.kind === 'image'
          ? [
              () =>
                report.case(`a missing annotation is refused: ${title}`, async () => {
                  const call = { key, more: ['-a', 'commit=another'] };
                  await theyRefuse(cosign, 'cosign', await original(), /./, call);
                  await weRefuse(oci, await original(), 'annotations', { ...trust, annotations: { commit: 'another' } });
                }),
            ]
          : [
              () =>
                report.case(`another predicate type is refused: ${title}`, async () => {
                  await theyRefuse(cosign, 'cosign', await original(), /./, { key, type: 'https://example.com/other' });
                  const others = { ...trust, predicateTypes: ['https://example.com/other'] };
                  await weRefuse(oci, await original(), 'predicate-type', others);
                }),
            ]),
        // Without this the refusals below could be about the carrying.
        () =>
          report.case(`carried unchanged to the same image elsewhere it is accepted: ${title}`, async () => {
            const copy = { ...how, name: await samples.copy((await original()).name) };
            await carry(oci, await original(), copy.name);
            await theyAccept(cosign, 'cosign', copy, { key, more });
            await weAccept(oci, copy, trust);
          }),
        () =>
          report.case(`carried to another image it is refused: ${title}`, async () => {
            const other = { ...how, name: await samples.image(registry) };
            await carry(oci, await original(), other.name);
            await theyRefuse(cosign, 'cosign', other, /./, { key, more });
            await weRefuse(oci, other, 'subject-mismatch', trust);
          }),
        ...Object.entries(tampering).map(
          ([what, { change, ours, theirs }]) =>
            () =>
              report.case(`${what}: ${title}`, async () => {
                const copy = { ...how, name: await samples.copy((await original()).name) };
                await carry(oci, await original(), copy.name, change);
                if (theirs) await theyRefuse(cosign, 'cosign', copy, theirs, { key, more });
                else await theyAccept(cosign, 'cosign', copy, { key, more });
                await weRefuse(oci, copy, ours, trust);
              }),
        ),
      ];
    }),
  );
  await atMost(2, tasks);
}
