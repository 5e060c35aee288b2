import { invalidArgument, type Timestamper } from '@securosys/core';
import { createTimestamper, parseCertificates } from '@securosys/pki';
import { readNamedFile } from '../files/read-file.js';
import type { Settings } from './settings.js';

/**
 * The authority that envelopes are timestamped by: Notation leaves that to plugins that build envelopes, and drops its own options.
 * @param rootFile absolute path of its root, PEM or DER; absent: that of the configuration
 * @throws SignError `ERR_INVALID_ARGUMENT` without a root, `ERR_MALFORMED`, `ERR_NOT_FOUND`, `ERR_STORE`
 */
export async function openTimestamper(
  url: string,
  rootFile: string | undefined,
  { timestampRoots }: Pick<Settings, 'timestampRoots'>,
): Promise<Timestamper> {
  const bytes = rootFile === undefined ? timestampRoots : await readNamedFile(rootFile, 'timestampRootCert', 'own');
  if (!bytes) return invalidArgument('timestampUrl needs timestampRootCert, the root that the authority is trusted by');
  return createTimestamper({ url, anchors: parseCertificates(bytes) });
}
