import { invalidArgument, type JsonObject, knownOptions, type Prepared, SignError, sanitizeText } from '@securosys/core';
import { parseCertificates } from '@securosys/pki';
import { type DctKey, dctCertificateKey, dctKey, sameKey, signingMethod } from '../model/keys.js';
import { type DelegationRole, releasesRole, signerRole } from '../model/roles.js';
import type { Delegation, TargetsFile } from '../model/targets.js';
import type { TrustedRepository } from '../verify/update.js';
import { contentsOf, lifetimes, type TargetsContents, targetsJson } from './contents.js';
import { type DctUpdate, preparedUpdate } from './prepared-update.js';
import { messageOf } from './write-file.js';

/** Who may sign tags. */
export interface SignerKey {
  /** Name of the signer: the role is `targets/<name>`. */
  readonly signer: string;
  /** Certificate of the key, PEM or DER; only the leaf is used, and its later expiry is ignored by every reader. */
  readonly certificate?: Uint8Array;
  /** SubjectPublicKeyInfo, DER, instead of a certificate. */
  readonly publicKey?: Uint8Array;
  /**
   * Prefixes of tags that `targets/<name>` may say something of; default all. They bind nobody in `targets/releases`: that role is one for all signers, and
   * permits what any of them may sign.
   */
  readonly paths?: readonly string[];
}

/** How a change of delegations is signed. */
export interface DelegateOptions {
  /** Milliseconds since 1970; default three years after the repository was verified. */
  readonly expiresAt?: number;
  /** For an RSA targets key that cannot do PSS. Default `false`. */
  readonly pkcs1?: boolean;
}

/** @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED` */
function keyOf({ certificate, publicKey }: SignerKey): DctKey {
  if (certificate && !publicKey) return dctCertificateKey(parseCertificates(certificate).slice(0, 1));
  if (publicKey && !certificate) return dctKey(publicKey);
  return invalidArgument('a signer has a certificate or a publicKey');
}

function merged(declared: readonly Delegation[], name: DelegationRole, keyId: string, paths: readonly string[]): Delegation[] {
  const known = declared.find((one) => one.name === name);
  if (!known) return [...declared, { name, keyIds: [keyId], paths, threshold: 1 }];
  const grown = {
    ...known,
    keyIds: [...new Set([...known.keyIds, keyId])],
    paths: known.paths.includes('') ? known.paths : [...new Set([...known.paths, ...paths])],
  };
  return declared.map((one) => (one === known ? grown : one));
}

/** The targets key, as the root names it. */
function targetsSigner({ root, gun }: TrustedRepository, pkcs1: boolean) {
  const { keyIds, threshold } = root.roles.targets;
  const keys = keyIds.flatMap((id) => root.keys.get(id) ?? []).slice(0, threshold);
  if (keys.length < threshold)
    throw new SignError('ERR_KEY_NOT_USABLE', `the root of ${gun} names a targets key of a kind that is not taken`);
  return keys.map((key) => ({ key, method: signingMethod(key, pkcs1).method }));
}

function preparedTargets(
  repository: TrustedRepository,
  { expiresAt = repository.verifiedAt + lifetimes.targets, pkcs1 = false }: DelegateOptions,
  change: (contents: TargetsContents) => Partial<TargetsContents>,
): Prepared<DctUpdate> {
  const contents = contentsOf(repository.targets, expiresAt);
  const message = messageOf(targetsJson({ ...contents, ...change(contents) }));
  return preparedUpdate(repository.gun, [{ role: 'targets', message, signers: targetsSigner(repository, pkcs1) }]);
}

/** Keys that some role still names. */
function namedKeys(keys: ReadonlyMap<string, JsonObject>, delegations: readonly Delegation[]): Map<string, JsonObject> {
  return new Map([...keys].filter(([id]) => delegations.some(({ keyIds }) => keyIds.includes(id))));
}

/**
 * Lets a key sign tags (`dct.md` §7.2): in `targets/<signer>` and in `targets/releases`, beside the keys that are there. To be signed by the targets key.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_KEY_NOT_USABLE`
 */
export function prepareSigner(
  repository: TrustedRepository,
  signer: SignerKey,
  options: DelegateOptions = {},
): Prepared<DctUpdate> {
  knownOptions('a signer', signer, ['signer', 'certificate', 'publicKey', 'paths']);
  knownOptions('prepareSigner', options, ['expiresAt', 'pkcs1']);
  const { paths = [''] } = signer;
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string'))
    invalidArgument('paths are prefixes of tags, at least one');
  const role = signerRole(signer.signer);
  if (role === releasesRole) invalidArgument(`'releases' is the role of all signers`);
  const key = keyOf(signer);
  return preparedTargets(repository, options, ({ keys, delegations }) => {
    // The shared role first, as Docker writes them: that is where clients say that a tag is from.
    const both = merged(merged(delegations, releasesRole, key.id, paths), role, key.id, paths);
    return { keys: new Map([...keys, [key.id, key.json]]), delegations: both };
  });
}

/** Ids under which a signer's role has its keys. */
function keysOfSigner(targets: TargetsFile, role: DelegationRole): readonly string[] {
  const found = targets.delegations.find(({ name }) => name === role);
  return found?.keyIds ?? invalidArgument(`there is no signer '${sanitizeText(role, 80)}'`);
}

/**
 * Takes a signer's right to sign away: its role goes, and its keys leave `targets/releases` unless another signer has them too. What the signer
 * has put into `targets/releases` stays until somebody signs that role anew, so sign it in the same breath.
 * @throws SignError `ERR_INVALID_ARGUMENT`; `ERR_POLICY_UNSAFE` when nobody could sign `targets/releases` any more
 */
export function prepareSignerRemoval(
  repository: TrustedRepository,
  signer: string,
  options: DelegateOptions = {},
): Prepared<DctUpdate> {
  knownOptions('prepareSignerRemoval', options, ['expiresAt', 'pkcs1']);
  const role = signerRole(signer);
  const { targets } = repository;
  const gone = keysOfSigner(targets, role).filter((id) => {
    const key = targets.keys.get(id);
    const others = targets.delegations.filter(({ name }) => name !== role && name !== releasesRole);
    return !others.some(({ keyIds }) => keyIds.some((other) => other === id || isSame(key, targets.keys.get(other))));
  });
  // A key may stand in the shared role with a certificate, and without one in its own: the same key under another id.
  const isGone = (id: string) => gone.includes(id) || gone.some((other) => isSame(targets.keys.get(id), targets.keys.get(other)));
  return preparedTargets(repository, options, ({ keys, delegations }) => {
    const left = delegations
      .filter(({ name }) => name !== role)
      .map((one) => (one.name === releasesRole ? { ...one, keyIds: one.keyIds.filter((id) => !isGone(id)) } : one));
    const releases = left.find(({ name }) => name === releasesRole);
    if (releases && releases.keyIds.length < releases.threshold)
      throw new SignError('ERR_POLICY_UNSAFE', `without ${signer} nobody could sign ${releasesRole}: add another signer first`);
    return { keys: namedKeys(keys, left), delegations: left };
  });
}

function isSame(a: DctKey | undefined, b: DctKey | undefined): boolean {
  return a !== undefined && b !== undefined && sameKey(a, b);
}
