// Another CI job, on any machine that has the store: takes up a signing request by its id. finishing-job.ts REQUEST
import { writeFile } from 'node:fs/promises';
import { createSigner, resumeSigningRequest } from '@securosys/sign';
import { narrator } from '../quickstart/narrate.js';
import { openMachine, variable } from './ci-machine.js';

const { step, tell } = narrator(new URL(import.meta.url), { after: Number(variable('STEPS')) });
const { backend, store, oci, guards, targets, log, close } = await openMachine();
const id = process.argv[2] ?? '';

step('Another process takes the request up and completes it');
const request = await resumeSigningRequest(id, { backend, store, oci, guards, targets });
const { status } = await request.refresh();
tell(`process ${process.pid} finds the request ${status}; the policy judges it again`);
const { manifests } = await request.complete();
tell(...manifests.map(({ reference, signature }) => `${reference}\n      ← ${signature.digest}`));

step('It confirms the audit log with a key in the HSM that signs nothing else');
const checkpoint = await log.checkpoint(createSigner(backend, { label: 'audit-2026' }));
await writeFile('kept-elsewhere.json', JSON.stringify(checkpoint));
tell(`record ${checkpoint.seq} and all before it, hash ${checkpoint.hash}`);

await close();
