// A CI job that asks for all signatures of a release at once and waits for people: release-job.ts EXPIRY
// Exit code 1: the signing policy refuses.
import { prepareSigningRequest, SignError } from '@securosys/sign';
import { narrator } from '../quickstart/narrate.js';
import { openMachine, variable } from './ci-machine.js';

const again = process.argv[3] === 'again';
const { step, tell } = narrator(new URL(import.meta.url), { after: Number(variable('STEPS')), again });
const expiry = process.argv[2] ?? '90d';
const { release, builder, images, targets, claims, store, oci, close } = await openMachine();
const provenance = {
  buildDefinition: { buildType: 'https://ci.acme.example/container/v1', externalParameters: { tag: 'v1.4' } },
  runDetails: { builder: { id: 'https://ci.acme.example' } },
};

step('A CI job asks for all signatures of a release in one request');
const request = await prepareSigningRequest(
  images.flatMap((image) => [
    { image, signer: release, format: [{ format: 'notation-jws', expiry }, 'cosign'] },
    { image, signer: builder, predicateType: 'slsaprovenance1', predicate: provenance },
  ]),
  { store, oci, targets, claims: { ...claims, reason: 'release v1.4' } },
);
tell(
  `request ${request.id} has ${request.items.length} items:`,
  ...request.items.map(({ kind, format, reference }) => `${kind.padEnd(12)}${format.padEnd(20)}${reference}`),
);

step('It submits the request and waits for people');
const refusal = await request.submit().then(() => undefined, vetoed);
if (!refusal) tell(`expiry ${expiry}: the policy allows it, and process ${process.pid} waits`);
if (refusal) tell(`expiry ${expiry}: ${refusal.code} by the rule '${refusal.details.rule}'`, refusal.message);
if (!refusal) process.send?.({ request: request.id });
if (!refusal) await request.complete({ approvalTimeoutMs: 3 * 24 * 3_600_000 });

process.exitCode = refusal ? 1 : 0;
await close();

function vetoed(error: unknown): SignError {
  if (SignError.is(error, 'ERR_VETOED')) return error;
  throw error;
}
