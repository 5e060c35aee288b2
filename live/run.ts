// npx pnpm live: asks a TSB everything that the reference could only infer. TSB_URL and credentials name a real one; else the emulator answers.
import { isJsonObject } from '@securosys/core';
import { openApiDocument } from '@securosys/tsb-client/api';
import { differences } from './api-description.js';
import { connect } from './connection.js';
import { stepsOf } from './probe.js';
import { probe as approvals } from './probes/approvals.js';
import { probe as attestation } from './probes/attestation.js';
import { probe as certificates } from './probes/certificates.js';
import { probe as changes } from './probes/changes.js';
import { probe as ciphers } from './probes/ciphers.js';
import { probe as keys } from './probes/keys.js';
import { probe as onboarding } from './probes/onboarding.js';
import { probe as policies } from './probes/policies.js';
import { probe as service } from './probes/service.js';
import { probe as signatures } from './probes/signatures.js';
import { Report } from './report.js';
import { World } from './world.js';

const connection = await connect();
console.log(`live: ${connection.what}`);
const report = new Report();
const world = new World(connection, report);
const step = stepsOf(world);

for (const probe of [service, keys, policies, signatures, ciphers, approvals, changes, certificates, attestation, onboarding]) {
  console.log(`\n${probe.name}`);
  await step(`${probe.name}: asked to the end`, () => probe.run(world, step));
}

console.log('\nAPI description');
await step('the API description is read and compared', async () => {
  const theirs = await world.description();
  if (!isJsonObject(theirs)) throw new Error('no object');
  const found = differences(await openApiDocument(), theirs);
  for (const line of found) console.log(`  differs  ${line}`);
  console.log(`  ${found.length} differences`);
  if (connection.emulated && found.length > 0) throw new Error('the emulator describes another API than the contract');
});

report.printEndpoints();
report.printFacts();
// The facts are what the emulator chose: where it does something else, one of the two is wrong.
if (connection.emulated) report.failRefuted();
const left = await world.cleanUp();
if (left.length > 0) console.log(`\nnot cleaned up: ${left.join(', ')}`);
await connection.close();
process.exit(report.end().failed ? 1 : 0);
