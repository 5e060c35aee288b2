import { createPublicKey, X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import type { FakePartition } from '../fake-partition.js';
import { makePrivateFolder } from '../store/private-folder.js';
import { writePrivateFile } from './private-file.js';

const publicKeyPem = (spki: Uint8Array): string =>
  String(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).export({ format: 'pem', type: 'spki' }));

/**
 * Writes what a client trusts an HSM by, as PEM: the keys of its timestamps and of its attestations, and the root of the certificate chain
 * of the latter. Of a real HSM they come from whoever runs it, never from the TSB: so they are no part of the printed configuration.
 * @throws SignError `ERR_STORE` for a folder that is not this user's alone
 */
export async function writeAnchorFiles(partition: FakePartition, folder: string): Promise<void> {
  makePrivateFolder(folder, 'the folder of --anchor-files');
  const root = new X509Certificate(await partition.attestationRoot());
  writePrivateFile(join(folder, 'timestamp-key.pem'), publicKeyPem(partition.timestampKey));
  writePrivateFile(join(folder, 'attestation-key.pem'), publicKeyPem(partition.attestationKey));
  writePrivateFile(join(folder, 'attestation-root.pem'), root.toString());
}
