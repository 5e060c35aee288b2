// What every CI job of this release has: a connection with the job's own key, two signers behind the same guards, a store and a registry.
import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ciClaims, connectTsb, createFolderStore, createOci, createSigner, parseCertificates } from '@securosys/sign';
import { openAuditLog } from '@securosys/sign/audit';
import { parseSigningPolicy, policyGuard } from '@securosys/sign/policy';
import { applicationKeyFromPrivateKey } from '@securosys/tsb-client';

/** @throws Error for a variable that the CI system did not set */
export function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** A machine of the CI system: files are those of the shared folder that its jobs are started in. */
export async function openMachine() {
  const registry = variable('REGISTRY');
  const backend = connectTsb({
    url: variable('TSB_URL'),
    auth: { type: 'token', token: () => variable('TSB_TOKEN') },
    applicationKey: applicationKeyFromPrivateKey(createPrivateKey(await readFile('ci-key.pem'))),
  });
  const oci = createOci({ plainHttp: [registry] });
  const store = createFolderStore('./pending');

  const policy = await parseSigningPolicy(await readFile('signing-policy.yaml'), { fileName: 'signing-policy.yaml' });
  const log = openAuditLog({ folder: './audit' });
  const guards = [policyGuard(policy, { oci }), log.guard({ requester: variable('JOB') })];

  const chain = parseCertificates(await readFile('release-2026.pem')).map(({ der }) => der);
  const release = createSigner(backend, { label: 'release-2026' }, { store, guards, chain });
  const builder = createSigner(backend, { label: 'builder-2026' }, { store, guards });
  return {
    ...{ backend, oci, store, log, guards, release, builder },
    claims: ciClaims(process.env),
    images: ['web', 'api', 'worker'].map((name) => `${registry}/shop/${name}:v1.4`),
    targets: [`${registry}/shop/*`],
    async close() {
      await log.close();
      await backend.close();
    },
  };
}
