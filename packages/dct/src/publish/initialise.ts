import { type CallOptions, invalidArgument, knownOptions, type Prepared, SignError } from '@securosys/core';
import { type Certificate, parseCertificates } from '@securosys/pki';
import { dctCertificateKey, dctKey, signingMethod } from '../model/keys.js';
import { maxFileBytes } from '../model/signed-file.js';
import type { NotaryServer } from '../server/notary-server.js';
import { rootKeyFault } from '../verify/root-certificate.js';
import { lifetimes, rootJson, targetsJson } from './contents.js';
import { type DctUpdate, preparedUpdate } from './prepared-update.js';
import { messageOf } from './write-file.js';

/** Keys of a new repository. */
export interface InitialiseOptions extends CallOptions {
  /**
   * Root certificate, PEM or DER, intermediates after it: no CA, and its only common name is the repository, or a prefix of it and `*`. Make one with
   * `prepareCertificate` of `@securosys/pki` and `subject: 'CN=<repository>'`.
   */
  readonly rootCertificate: Uint8Array;
  /** SubjectPublicKeyInfo of the targets key, DER: who has it adds and removes signers. */
  readonly targetsKey: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** RSA keys sign with PKCS#1 v1.5. Default `false`: PSS. */
  readonly pkcs1?: boolean;
}

const names = ['rootCertificate', 'targetsKey', 'now', 'pkcs1', 'signal', 'timeoutMs', 'logger'];

/**
 * The first root and targets of a repository (`dct.md` §7.1), whose snapshot and timestamp the server signs, to be signed by the root and
 * the targets key and published together.
 * @throws SignError `ERR_KEY_EXISTS` when the repository has trust data; `ERR_CHAIN_INVALID` for a root certificate that nobody would take;
 * those of the server
 */
export async function prepareRepository(server: NotaryServer, options: InitialiseOptions): Promise<Prepared<DctUpdate>> {
  knownOptions('prepareRepository', options, names);
  const { rootCertificate, targetsKey, now, pkcs1 = false, signal, timeoutMs, logger } = options;
  if (!Number.isFinite(now)) invalidArgument('now is the time in milliseconds');
  const call = { ...(signal && { signal }), ...(timeoutMs !== undefined && { timeoutMs }), ...(logger && { logger }) };
  const root = dctCertificateKey(parseCertificates(rootCertificate) satisfies Certificate[]);
  const fault = rootKeyFault(root, server.gun, now);
  if (fault !== undefined) throw new SignError('ERR_CHAIN_INVALID', `this is no root certificate for ${server.gun}: ${fault}`);
  const targets = dctKey(targetsKey);
  if (await server.current('root', { ...call, maxBytes: maxFileBytes.root }))
    throw new SignError('ERR_KEY_EXISTS', `${server.gun} has trust data already`, { details: { gun: server.gun } });
  // Once each: before the first publishing a second answer may be another key.
  const timestamp = await server.serverKey('timestamp', call);
  const snapshot = await server.serverKey('snapshot', call);
  const one = (id: string) => ({ keyIds: [id], threshold: 1 });
  const roles = { root: one(root.id), targets: one(targets.id), snapshot: one(snapshot.id), timestamp: one(timestamp.id) };
  const rootMessage = messageOf(rootJson([root, targets, snapshot, timestamp], roles, 1, now + lifetimes.root));
  const targetsMessage = messageOf(
    targetsJson({
      targets: new Map(),
      keys: new Map(),
      delegations: [],
      version: 1,
      expiresAt: now + lifetimes.targets,
    }),
  );
  return preparedUpdate(server.gun, [
    { role: 'root', message: rootMessage, signers: [{ key: root, method: signingMethod(root, pkcs1).method }] },
    { role: 'targets', message: targetsMessage, signers: [{ key: targets, method: signingMethod(targets, pkcs1).method }] },
  ]);
}
