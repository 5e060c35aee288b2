import { type CallOptions, equalBytes, SignError, sha256Hex } from '@securosys/core';
import { readListing } from '../model/listing.js';
import type { DctRole } from '../model/roles.js';
import { maxFileBytes, readSignedFile } from '../model/signed-file.js';
import type { NotaryServer } from '../server/notary-server.js';
import { listedFile } from '../verify/listed-file.js';
import type { DctUpdate } from './prepared-update.js';

/** What the server lists of the roles that were published, read without verifying: only to compare bytes. */
async function publishedBytes(
  server: NotaryServer,
  roles: readonly string[],
  call: CallOptions,
): Promise<Map<string, Uint8Array>> {
  const timestamp = await server.current('timestamp', { ...call, maxBytes: maxFileBytes.timestamp });
  const hashes = timestamp && readListing('timestamp', timestamp).meta.get('snapshot');
  const snapshot = hashes && readListing('snapshot', await listedFile(server, 'snapshot', hashes, call));
  const found = new Map<string, Uint8Array>();
  for (const role of roles) {
    const listed = snapshot?.meta.get(role);
    if (listed) found.set(role, await listedFile(server, role as 'root', listed, call));
  }
  return found;
}

/**
 * Publishes an update and reads it back by hash (`dct.md` §4.3): a server can answer 200 and have listed something else.
 * @throws SignError `ERR_CONFLICT` when somebody published these versions first; `ERR_OUTCOME_UNKNOWN` when it was taken, and cannot be read back;
 * those of {@link NotaryServer.publish}
 */
export async function publishUpdate(server: NotaryServer, update: DctUpdate, call: CallOptions = {}): Promise<void> {
  if (update.gun !== server.gun)
    throw new SignError('ERR_INVALID_ARGUMENT', `the update is for ${update.gun}, and the server is asked about ${server.gun}`);
  await server.publish(update.files, call);
  let found: Map<string, Uint8Array>;
  try {
    found = await publishedBytes(
      server,
      update.files.map(({ role }) => role),
      call,
    );
  } catch (cause) {
    throw new SignError('ERR_OUTCOME_UNKNOWN', `the server took the update of ${update.gun}, and it could not be read back`, {
      cause,
    });
  }
  for (const { role, bytes } of update.files) {
    const there = found.get(role);
    // A later publisher may have been faster than our look: then the version is another, and that is no fault.
    if (!there || (!equalBytes(there, bytes) && !isLater(role, there, bytes)))
      throw new SignError(
        'ERR_OUTCOME_UNKNOWN',
        `the server took ${role} and lists another file, sha256:${there ? sha256Hex(there) : 'none'}`,
      );
  }
}

/** Whether another file is a later version; what cannot be read is none. */
function isLater(role: DctRole, there: Uint8Array, bytes: Uint8Array): boolean {
  try {
    return readSignedFile(role, there).version > readSignedFile(role, bytes).version;
  } catch (error) {
    if (SignError.is(error)) return false;
    throw error;
  }
}
