import { type CallOptions, type JsonObject, knownOptions, type Prepared, SignError } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { type DctKey, dctCertificateKey, dctKey, signingMethod } from '../model/keys.js';
import type { BaseRole } from '../model/roles.js';
import type { NotaryServer } from '../server/notary-server.js';
import { rootKeyFault } from '../verify/root-certificate.js';
import { keysOf } from '../verify/signatures.js';
import type { TrustedRepository } from '../verify/update.js';
import { contentsOf, lifetimes, rootJson, targetsJson } from './contents.js';
import { type DctUpdate, type FilePlan, preparedUpdate } from './prepared-update.js';
import { messageOf } from './write-file.js';

/** How new keys are signed for. */
export interface RotateOptions extends CallOptions {
  /** RSA keys sign with PKCS#1 v1.5. Default `false`: PSS. */
  readonly pkcs1?: boolean;
}

const names = ['pkcs1', 'signal', 'timeoutMs', 'logger'];

/** The next root, in which a role has this key alone; signed by the root keys of before and, where it is theirs, the new one. */
function nextRoot(repository: TrustedRepository, role: BaseRole, key: DctKey, pkcs1: boolean): FilePlan {
  const { root, verifiedAt, gun } = repository;
  const roles = { ...root.roles, [role]: { keyIds: [key.id], threshold: 1 } };
  const listed = root.signed.keys as JsonObject;
  const named = new Set(Object.values(roles).flatMap(({ keyIds }) => keyIds));
  const kept = [...named].filter((id) => id !== key.id).map((id) => ({ id, json: listed[id] as JsonObject }));
  const message = messageOf(rootJson([...kept, key], roles, root.version + 1, verifiedAt + lifetimes.root));
  const { threshold } = root.roles.root;
  const before = keysOf(root.roles.root, root.keys)
    .filter((one) => rootKeyFault(one, gun, undefined) === undefined)
    .slice(0, threshold);
  if (before.length < threshold)
    throw new SignError('ERR_KEY_NOT_USABLE', `the root of ${gun} has not enough keys that can be used`);
  const signing = role === 'root' && !before.some(({ id }) => id === key.id) ? [...before, key] : before;
  return { role: 'root', message, signers: signing.map((one) => ({ key: one, method: signingMethod(one, pkcs1).method })) };
}

/**
 * Gives a role that the server signs a new key (`dct.md` §7.4), or takes it from a client: to be signed by the root key, and enough by itself.
 * @throws SignError those of the server
 */
export async function prepareServerRotation(
  repository: TrustedRepository,
  server: NotaryServer,
  role: 'snapshot' | 'timestamp',
  options: RotateOptions = {},
): Promise<Prepared<DctUpdate>> {
  knownOptions('prepareServerRotation', options, names);
  const { pkcs1 = false, ...call } = options;
  const key = await server.rotateServerKey(role, call);
  return preparedUpdate(repository.gun, [nextRoot(repository, role, key, pkcs1)]);
}

/**
 * Replaces the targets key (`dct.md` §7.4): root and targets together, because with one alone no client could read the repository any more.
 * @param targetsKey SubjectPublicKeyInfo, DER
 */
export function prepareTargetsRotation(
  repository: TrustedRepository,
  targetsKey: Uint8Array,
  options: RotateOptions = {},
): Prepared<DctUpdate> {
  knownOptions('prepareTargetsRotation', options, names);
  const { pkcs1 = false } = options;
  const key = dctKey(targetsKey);
  const message = messageOf(targetsJson(contentsOf(repository.targets, repository.verifiedAt + lifetimes.targets)));
  return preparedUpdate(repository.gun, [
    nextRoot(repository, 'targets', key, pkcs1),
    { role: 'targets', message, signers: [{ key, method: signingMethod(key, pkcs1).method }] },
  ]);
}

/**
 * Replaces the root key (`dct.md` §7.4): signed by the old one and the new one. Who pinned the old certificate can follow; who pins the new
 * one need not.
 * @param certificate of the new key, PEM or DER, as for `prepareRepository`
 * @throws SignError `ERR_CHAIN_INVALID`
 */
export function prepareRootRotation(
  repository: TrustedRepository,
  certificate: Uint8Array,
  options: RotateOptions = {},
): Prepared<DctUpdate> {
  knownOptions('prepareRootRotation', options, names);
  const { pkcs1 = false } = options;
  const key = dctCertificateKey(parseCertificates(certificate));
  const fault = rootKeyFault(key, repository.gun, repository.verifiedAt);
  if (fault !== undefined)
    throw new SignError('ERR_CHAIN_INVALID', `this is no root certificate for ${repository.gun}: ${fault}`);
  return preparedUpdate(repository.gun, [nextRoot(repository, 'root', key, pkcs1)]);
}
