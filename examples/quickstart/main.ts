// The main job, end to end, with nothing installed but Node: a key that three people guard, an image, a signature that two of
// them approve, a verdict; then the image is encrypted, and decrypted when they let the key out. The broker is an emulator; with `url` and `auth` of a real TSB the same lines talk to an HSM.
import { cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { notationJws } from '@securosys/notation-envelope';
import { packFolder } from '@securosys/oci/pack';
import {
  backendPrivateKey,
  connectTsb,
  createFolderStore,
  createSigner,
  decryptImage,
  encryptImage,
  evaluateImage,
  notationTrust,
  providerOpener,
  providerRecipient,
  resumeSigningRequest,
  SignError,
  signImage,
  verifyImage,
} from '@securosys/sign';
import {
  approverKeyFromPrivateKey,
  buildPolicy,
  createApprover,
  createTsbClient,
  explainPolicy,
  quorum,
} from '@securosys/tsb-client';
import { createApproverKey, startTsbEmulator } from '@securosys/tsb-emulator';
import { lookIntoLayer } from './look-into-layer.js';
import { narrator } from './narrate.js';
import { attackerRepacks } from './tamper.js';
import { taskText } from './task-text.js';

const { step, tell } = narrator(new URL(import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../../.out/quickstart/', import.meta.url));
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
process.chdir(out);

step('Start an emulated Transaction Security Broker on this machine');
const emulator = await startTsbEmulator({ banner: (text) => tell(...text.trimEnd().split('\n')) });
const auth = { type: 'token', token: emulator.token } as const;
const { url } = emulator;

step('Pack a folder of real files into an OCI image layout');
const image = 'oci:./layout:1.4';
const packed = await packFolder(`${here}app`, './layout', { tag: '1.4' });
tell(`${image} is ${packed.digest}`, 'paths in this story are under .out/quickstart');

step('Create a key that two of three people must approve for every use');
const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));
const twoOfThree = quorum(2, people, { timeoutSeconds: 3 * 24 * 3600, name: 'release officers' });
const policy = buildPolicy({ use: twoOfThree, modify: twoOfThree, unblock: twoOfThree, block: twoOfThree });
const client = createTsbClient({ url, auth });
await client.keys.create({ label: 'release-2026', spec: 'ec-p256', policy });
// The key of each person, which every rule repeats, is left out here: all four rules name the same three.
tell(...explainPolicy(policy).map((line) => line.replace(/ \[key [0-9a-f]{64}\]/g, '')));

step('Bind a signer to the key, with a certificate for it');
const backend = connectTsb({ url, auth });
const { spki } = await backend.describeKey({ label: 'release-2026' });
const ca = emulator.tsb.certificateAuthority;
const chain = [await ca.issue({ spki, subject: 'CN=release-2026,O=Acme,ST=Zurich,C=CH' }), await ca.root()];
const store = createFolderStore('./pending');
const signer = createSigner(backend, { label: 'release-2026' }, { chain, store });

step('Ask for a signature: people have to decide, so the call ends with the id to come back with');
const claims = { commit: '4f2a9c1', reason: 'release 1.4' };
const asked = signImage(image, { signer, format: 'notation-jws', expiry: '90d', claims });
const pending = await asked.catch((error: unknown) => error);
if (!SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw pending;
const id = String(pending.details.requestId);
tell(
  `${pending.code}: ${pending.message}`,
  `written to .out/quickstart/pending: this process could end now and nothing would be lost`,
);

step('Two of the three read what the bytes prove, and approve');
const pinnedTimestampKey = emulator.tsb.timestampKey;
for (const person of people.slice(0, 2)) {
  const key = approverKeyFromPrivateKey(person.privateKey);
  const approver = createApprover({ url, auth, key, formats: [notationJws], pinnedTimestampKey });
  const [task] = await approver.tasks();
  if (!task?.facts?.subject) throw new Error('there should be a task to decide on');
  tell(...taskText(person.name, task));
  await approver.approve(task);
  tell(`${person.name} approves.`);
  await approver.close();
}

step('Come back later, maybe in another process, and attach the signature');
const request = await resumeSigningRequest(id, { backend, store });
tell(`the request is ${(await request.refresh()).status}`);
const [signed] = (await request.complete()).manifests;
if (!signed) throw new Error('the request has one item');
tell(`signed   ${signed.reference}`, `attached ${signed.signature.digest} (Notary Project, JWS)`);

step('Verify: a trust policy, a trust store, and the exact digest to run');
const trustPolicy = {
  version: '1.0',
  trustPolicies: [
    {
      name: 'quickstart',
      registryScopes: ['*'],
      signatureVerification: { level: 'strict' },
      trustStores: ['ca:acme'],
      trustedIdentities: ['x509.subject: C=CH, ST=Zurich, O=Acme'],
    },
  ],
};
const trustStore = { 'ca:acme': [await ca.root()] };
const verified = await verifyImage(image, { trust: notationTrust({ policy: trustPolicy, trustStore, allowEmulated: true }) });
tell(`TRUSTED: ${verified.reference}`, `signed by ${verified.signers[0]?.signer.subject}`);

step('Verify without allowEmulated: an emulated HSM proves nothing, so production says no');
const strict = await evaluateImage(image, { trust: notationTrust({ policy: trustPolicy, trustStore }) });
if (strict.verdict !== 'not-trusted') throw new Error('an emulated signature must not be trusted');
tell(`REFUSED: ${strict.message}`);

step('Let an attacker change a file and carry the signature over to the changed image');
await cp('./layout', './tampered', { recursive: true });
await attackerRepacks('./tampered', `${here}app`);
const tampered = await evaluateImage('oci:./tampered:1.4', {
  trust: notationTrust({ policy: trustPolicy, trustStore, allowEmulated: true }),
});
if (tampered.verdict !== 'not-trusted') throw new Error('a changed image must not be trusted');
tell(`REFUSED: ${tampered.message}`);

step('Encrypt the image for a key in the HSM: its public half is enough, so nobody is asked');
const { ref: imagesKey, spki: publicKey } = await backend.createKey({
  label: 'images-2026',
  spec: 'rsa-2048',
  purpose: 'decrypt',
  policy,
});
const recipient = providerRecipient({ name: 'securosys', keys: [{ kid: 'images-2026', spki: publicKey }] });
const encrypted = await encryptImage(image, { to: 'oci:./encrypted:1.4', recipients: [recipient] });
tell(encrypted.reference, `before  ${await lookIntoLayer(image)}`, `now     ${await lookIntoLayer(encrypted.reference)}`);

step('Decrypt it: people have to decide again, this time once for all layers');
const key = backendPrivateKey(backend, imagesKey, { store });
const openers = [providerOpener({ name: 'securosys', keys: [{ kid: 'images-2026', key }] })];
// Signed images are decrypted with `trust: notationTrust(…)`: the signature is checked before anybody is asked.
const decrypt = () =>
  decryptImage(encrypted.reference, { to: 'oci:./decrypted:1.4', openers, trust: 'none', claims: { reason: 'deploy 1.4' } });
const waits = await decrypt().catch((error: unknown) => error);
if (!SignError.is(waits, 'ERR_APPROVAL_PENDING')) throw waits;
tell(`${waits.code}: ${waits.message}`);

step('Two of the three let the key of this image out');
for (const person of people.slice(0, 2)) {
  const approver = createApprover({
    url,
    auth,
    key: approverKeyFromPrivateKey(person.privateKey),
    formats: [],
    pinnedTimestampKey,
  });
  const [task] = await approver.tasks();
  if (task?.operation !== 'decrypt') throw new Error('there should be a task to decide on');
  tell(...taskText(person.name, task));
  // No bytes say what a ciphertext stands for: who approves has to mean that.
  await approver.approve(task, { allowBlind: true });
  tell(`${person.name} approves.`);
  await approver.close();
}

step('The same call again: decrypted, and the digest is that of the image before');
const decrypted = await decrypt();
if (decrypted.descriptor.digest !== packed.digest) throw new Error('the decrypted image should be the first one');
tell(decrypted.reference, `now     ${await lookIntoLayer(decrypted.reference)}`);

await backend.close();
await client.close();
await emulator.close();
console.log(`
Done. Look around in .out/quickstart: layout (the signed image), tampered (the changed copy), encrypted and decrypted.
Next: replace startTsbEmulator by the url and auth of your TSB; in tests, keep it. Three things here exist with the emulator only:
  emulator.tsb.certificateAuthority   your CA certifies the key (README.md, "A certificate for the key")
  emulator.tsb.timestampKey           whoever runs your HSM tells approvers the key to pin
  allowEmulated: true                 leave it out: real signatures need no exception
README.md goes on from here; docs/guides/sign.md has COSE, timestamps, indexes and files, docs/guides/write-a-plugin.md signing under Notation,\ndocs/guides/encrypt-in-ci.md and decrypt-at-deploy-time.md encrypted images.`);
