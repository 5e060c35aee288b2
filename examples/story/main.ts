// A release day: three images, nine signatures in one request, a policy that says no, three people, a machine that dies, another one that goes
// on, verifiers that are not ours, and an audit log that somebody edits. Everything runs on this machine: `npx pnpm --filter ./examples/story start`
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sha256Hex, spkiOf } from '@securosys/core';
import { copyImage } from '@securosys/oci';
import { packFolder } from '@securosys/oci/pack';
import { pemText } from '@securosys/pki';
import { connectTsb, cosignTrust, createOci, notationTrust, verifyAttestation, verifyImage } from '@securosys/sign';
import { type AuditCheckpoint, verifyAuditLog } from '@securosys/sign/audit';
import { explainSigningPolicy, parseSigningPolicy } from '@securosys/sign/policy';
import { buildPolicy, quorum } from '@securosys/tsb-client';
import { type ApproverKeyPair, createApproverKey, startTsbEmulator } from '@securosys/tsb-emulator';
import { narrator } from '../quickstart/narrate.js';
import { editOneLine, recordsByKind } from './audit-lines.js';
import { cosignVerify, notationHome, notationVerify, realVerifiers } from './judges.js';
import { decide, firstOnes } from './people.js';
import { startJob } from './programs.js';
import { startRegistry } from './registry.js';
import { signingPolicyText } from './signing-policy.js';

const { step, tell, elsewhere } = narrator(new URL(import.meta.url));
const out = fileURLToPath(new URL('../../.out/story/', import.meta.url));
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
process.chdir(out);
await realVerifiers();

step('Start what a release team has: a broker with an HSM behind it, and a registry');
const emulator = await startTsbEmulator({ timerIntervalMs: 100, banner: (text) => tell(...text.trimEnd().split('\n')) });
const registry = await startRegistry();
tell(`${registry.name} at ${registry.host}`, 'files of this story are under .out/story');

step('Build three images and push them');
const oci = createOci({ plainHttp: [registry.host] });
const images: string[] = [];
for (const name of ['web', 'api', 'worker']) {
  await mkdir(`build/${name}`, { recursive: true });
  await writeFile(`build/${name}/main.mjs`, `console.log('the ${name} of the shop');\n`);
  await packFolder(`build/${name}`, 'layout', { tag: name });
  const image = `${registry.host}/shop/${name}`;
  const { descriptor } = await copyImage(oci.open(`oci:./layout:${name}`), oci.open(`${image}:v1.4`), { tag: 'v1.4' });
  images.push(`${image}@${descriptor.digest}`);
}
tell(...images);

step('Create the keys: two of three people approve every use of the first two');
const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));
const twoOfThree = quorum(2, people, { timeoutSeconds: 3 * 24 * 3600, name: 'release officers' });
const policy = buildPolicy({ use: twoOfThree, modify: twoOfThree, unblock: twoOfThree, block: twoOfThree });
const auth = { type: 'token', token: emulator.token } as const;
const backend = connectTsb({ url: emulator.url, auth });
const { spki: release } = await backend.createKey({ label: 'release-2026', spec: 'ec-p256', policy });
const { spki: builder } = await backend.createKey({ label: 'builder-2026', spec: 'ec-p256', policy });
const { spki: audit } = await backend.createKey({ label: 'audit-2026', spec: 'ec-p256', policy: null });
tell('release-2026 and builder-2026: two of Ada, Ben and Cleo', 'audit-2026: signs heads of the audit log, nobody is asked');

step('Give the release key a certificate, and the CI system a key of its own');
const ca = emulator.tsb.certificateAuthority;
const chain = [await ca.issue({ spki: release, subject: 'CN=release-2026,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
await writeFile('release-2026.pem', chain.map((der) => pemText(der, 'CERTIFICATE')).join(''));
const ci = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
await writeFile('ci-key.pem', ci.privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
tell('requests are signed with it, so that approvers know who asks');

step('Write down what may be signed at all');
await writeFile('signing-policy.yaml', signingPolicyText(registry.host, sha256Hex(release), sha256Hex(builder)));
const signingPolicy = await parseSigningPolicy(await readFile('signing-policy.yaml'), { fileName: 'signing-policy.yaml' });
tell(...explainSigningPolicy(signingPolicy));

const environment = {
  ...{ TSB_URL: emulator.url, TSB_TOKEN: emulator.token, REGISTRY: registry.host, JOB: 'release job' },
  ...{ GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: 'https://github.example', GITHUB_REPOSITORY: 'acme/shop' },
  ...{ GITHUB_SHA: '4f2a9c1d0e8b7a6f5c4d3e2b1a09f8e7d6c5b4a3', GITHUB_REF: 'refs/tags/v1.4', GITHUB_RUN_ID: '1482' },
};

step('A first try, for signatures that are good for two years');
const hasty = startJob('release-job.ts', ['730d'], { ...environment, STEPS: `${elsewhere(2)}` });
const { code } = await hasty.ended;
assert.deepEqual([code, emulator.tsb.requests.length], [1, 0]);
tell(`The job ended with exit code ${code}, and the broker has no request: nobody was asked for anything.`);

step('A second try, for ninety days');
const job = startJob('release-job.ts', ['90d', 'again'], { ...environment, STEPS: `${elsewhere(2)}` });
const { request } = (await job.firstWord) as { request: string };
tell(
  `The broker has ${emulator.tsb.requests.length} payloads to be approved: each cosign signature of an image is two, for old and new readers.`,
);

step('Ada reads what the bytes prove, apart from what somebody claims, and decides once');
const requesters = [{ name: 'release CI', spki: spkiOf(ci.publicKey) }];
const { timestampKey: pinnedTimestampKey, attestationKey } = emulator.tsb;
const known = { url: emulator.url, requesters, pinnedTimestampKey, attestationKeys: [attestationKey] };
const [ada, ben] = people as [ApproverKeyPair, ApproverKeyPair];
const decision = await decide(ada, known);
await writeFile('ada-saw.txt', decision.shown.join('\n'));
tell(
  ...firstOnes(decision.shown, 3),
  `Ada approves exactly these ${decision.approved}; .out/story/ada-saw.txt is all that she saw.`,
);

step('The machine of the job loses its power');
job.process.kill('SIGKILL');
const { signal } = await job.ended;
tell(`process ${job.process.pid} was ended by ${signal}; what is left of it is .out/story/pending`);
assert.equal(signal, 'SIGKILL');

step('Ben, who knows nothing of that, decides too');
const second = await decide(ben, known);
tell(
  ...second.shown.filter((line) => /DECIDED|NOT YET|COUNT/.test(line)),
  `Ben approves exactly these ${second.approved}. Two are enough: nobody asks Cleo.`,
);

const other = startJob('finishing-job.ts', [request], { ...environment, STEPS: `${elsewhere(2)}` });
assert.deepEqual(await other.ended, { code: 0, signal: null });

step('Verify with this SDK: the digest to run, by signatures of both formats and by what the builder says');
const trustPolicy = {
  version: '1.0',
  trustPolicies: [
    {
      name: 'shop',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:acme'],
      trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
    },
  ],
};
const notation = notationTrust({ policy: trustPolicy, trustStore: { 'ca:acme': [await ca.root()] }, allowEmulated: true });
const cosign = cosignTrust({ keys: [{ publicKey: pemText(release, 'PUBLIC KEY') }] });
const builders = cosignTrust({ keys: [{ publicKey: pemText(builder, 'PUBLIC KEY') }], predicateTypes: ['slsaprovenance1'] });
for (const image of images) {
  const tagged = image.replace(/@.*/, ':v1.4');
  const both = [await verifyImage(tagged, { trust: notation, oci }), await verifyImage(tagged, { trust: cosign, oci })];
  const { reference, statements } = await verifyAttestation(tagged, { trust: builders, oci });
  assert.deepEqual([reference, statements.length, ...both.map((one) => one.reference)], [image, 1, image, image]);
  tell(`TRUSTED ${image}`);
}

const judged = (await realVerifiers()) ? images : [];
if (judged.length === 0) tell('notation and cosign are not installed here, so nobody else verifies: their steps do nothing.');

step('Verify with the real notation');
const home = await notationHome('notation-home', trustPolicy, pemText(await ca.root(), 'CERTIFICATE'));
for (const image of judged) tell(await notationVerify(image, home));

step('Verify with the real cosign');
await writeFile('release.pub', pemText(release, 'PUBLIC KEY'));
await writeFile('builder.pub', pemText(builder, 'PUBLIC KEY'));
for (const image of judged) {
  const signature = await cosignVerify(image, 'release.pub');
  const provenance = await cosignVerify(image, 'builder.pub', 'slsaprovenance1');
  tell(`${image}`, `   signature    ${signature}`, `   attestation  ${provenance}`);
}

step('Verify the audit log with a checkpoint that was kept where the log is not');
const kept = JSON.parse(await readFile('kept-elsewhere.json', 'utf8')) as AuditCheckpoint;
const whole = await verifyAuditLog('audit', { keys: [audit], checkpoints: [kept] });
assert.equal(whole.verdict, 'anchored');
tell(
  ...(await recordsByKind('audit')),
  'Each process writes down what it has to do with a use of a key: the first asked, the second asked for the result.',
);
tell(`ANCHORED: ${whole.records} records, confirmed up to number ${whole.anchor?.seq}`);

step('Somebody edits one line of it: another job has asked');
await cp('audit', 'audit-edited', { recursive: true });
const line = await editOneLine('audit-edited', '"requester":"release job"', '"requester":"another job"');
const broken = await verifyAuditLog('audit-edited', { keys: [audit], checkpoints: [kept] });
assert.deepEqual([broken.verdict, broken.problem?.kind, broken.problem?.line], ['broken', 'edited', line]);
tell(`BROKEN: ${broken.problem?.file}, line ${broken.problem?.line}: ${broken.problem?.message}`);

await backend.close();
await registry.close();
await emulator.close();
console.log(`
Done. Look around in .out/story: signing-policy.yaml, ada-saw.txt, audit and audit-edited, pending (that the request is done).
docs/guides/story.md is a recording of this; docs/guides/signing-requests.md, signing-policy.md, approve.md and audit.md go on from here.`);
