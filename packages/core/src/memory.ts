import type { KeyObject, KeyPairKeyObjectResult } from 'node:crypto';
import {
  agreementBytes,
  algorithmFitsKey,
  type BeginResult,
  type CallOptions,
  cryptoParameters,
  equalBytes,
  invalidArgument,
  isMlDsaSpec,
  type KeyBackend,
  type KeyInfo,
  type KeyOperation,
  type KeyPurpose,
  type KeyRef,
  type KeySpec,
  type KeySpecRequest,
  type KeyUsage,
  keySpecOf,
  knownOptions,
  type MlDsaOptions,
  nodeCrypto,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  type SignOperation,
  type SymmetricKeyInfo,
  type SymmetricKeyRequest,
  sanitizeText,
  sha256Hex,
  spkiOf,
} from '@securosys/core';
import { deriveSoftly } from './memory-agreement.js';
import { decryptSoftly, encryptSoftly } from './memory-encryption.js';
import { type MemorySymmetricKeyOptions, memorySymmetricKeys } from './memory-symmetric-keys.js';
import { createMlDsaKey, type MlDsaKey } from './ml-dsa-key.js';

export type { MemorySymmetricKeyOptions } from './memory-symmetric-keys.js';
export { createMlDsaKey, type MlDsaKey } from './ml-dsa-key.js';

/** Node's own, with the key type as a text: the typed forms do not know the newest. */
function generateKeyPair(type: string, options: object): Promise<KeyPairKeyObjectResult> {
  const generate = nodeCrypto().generateKeyPair as (
    type: string,
    options: object,
    done: (error: Error | null, publicKey: KeyObject, privateKey: KeyObject) => void,
  ) => void;
  return new Promise((resolve, reject) => {
    generate(type, options, (error, publicKey, privateKey) => (error ? reject(error) : resolve({ publicKey, privateKey })));
  });
}
const curves: Readonly<Record<string, string>> = { 'ec-p256': 'P-256', 'ec-p384': 'P-384', 'ec-p521': 'P-521' };

/**
 * A fresh software key pair of one of our key specs, as key objects of this runtime; {@link createMlDsaKey} needs none.
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED` when this runtime has no such algorithm (ML-DSA before Node 24.6)
 */
export async function generateSoftwareKey(spec: KeySpec): Promise<KeyPairKeyObjectResult> {
  try {
    if (spec.startsWith('rsa-'))
      return await generateKeyPair('rsa', { modulusLength: Number(spec.slice(4)), publicExponent: 65537 });
    if (curves[spec]) return await generateKeyPair('ec', { namedCurve: curves[spec] });
    return await generateKeyPair(spec, {});
  } catch (cause) {
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `this runtime cannot make a ${spec} key`, { cause });
  }
}

const usagesOf: Readonly<Record<KeyPurpose, readonly KeyUsage[]>> = {
  sign: ['sign', 'verify'],
  decrypt: ['decrypt', 'encrypt'],
  derive: ['derive'],
};

/** A key of the caller's own for {@link MemoryBackend.addKey}. */
export interface MemoryKeyOptions {
  label: string;
  /** A private key of the caller's own, for tests with fixed keys; {@link createMlDsaKey} makes those of ML-DSA. */
  privateKey: KeyObject | MlDsaKey;
  /** DER, leaf first. */
  chain?: readonly Uint8Array[];
  /** The one thing that the key may do. Default `sign`; only RSA keys decrypt, and only keys on NIST curves derive. */
  purpose?: KeyPurpose;
}

/** A backend over software keys, which tests may also fill and change behind a signer's back. */
export interface MemoryBackend extends KeyBackend {
  createKey(spec: KeySpecRequest): Promise<KeyInfo>;
  addKey(key: MemoryKeyOptions): KeyInfo;
  describeSymmetricKey(ref: KeyRef, options?: CallOptions): Promise<SymmetricKeyInfo>;
  createSymmetricKey(request: SymmetricKeyRequest): Promise<SymmetricKeyInfo>;
  addSymmetricKey(key: MemorySymmetricKeyOptions): SymmetricKeyInfo;
  setCertificates(label: string, chain: readonly Uint8Array[]): void;
  deleteKey(label: string): void;
  certificates(ref: KeyRef): Promise<Uint8Array[]>;
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Public halves are given out as copies: a caller who writes to one must not change the key. */
const copyOf = (info: KeyInfo): KeyInfo => ({ ...info, spki: ownBytes(info.spki) });

interface SoftwareKey {
  readonly spec: KeySpec | undefined;
  readonly spki: Uint8Array;
  readonly sign: (algorithm: SignatureAlgorithm, message: Uint8Array, options: MlDsaOptions) => Uint8Array;
}

interface MemoryKey extends Pick<SoftwareKey, 'sign'> {
  readonly info: KeyInfo;
  /** Of keys that decrypt. */
  readonly decrypts: KeyObject | undefined;
  /** Of keys that derive. */
  readonly derives: KeyObject | undefined;
  chain: readonly Uint8Array[];
}

function softwareKey(key: KeyObject | MlDsaKey): SoftwareKey {
  if ('spki' in key) return { spec: key.spec, spki: key.spki, sign: (_, message, options) => key.sign(message, options) };
  return {
    spec: keySpecOf(key),
    spki: spkiOf(key),
    sign(algorithm, message, { context }) {
      if (context !== undefined) throw new SignError('ERR_CAPABILITY_MISSING', 'this key signs without a context');
      const { hash, parameters } = cryptoParameters(algorithm);
      return ownBytes(nodeCrypto().sign(hash, message, { key, ...parameters }));
    },
  };
}

function signed(operation: SignOperation, { spec, usages }: KeyInfo, sign: SoftwareKey['sign']): Uint8Array {
  const { algorithm, input, context } = operation;
  if (!spec || !algorithmFitsKey(algorithm, spec))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with this key`);
  if (!usages.includes('sign')) throw new SignError('ERR_KEY_NOT_USABLE', `this key may ${usages[0]}, it does not sign`);
  const message = input.message ?? input.preimage;
  if (message === undefined) throw new SignError('ERR_CAPABILITY_MISSING', 'the memory backend signs messages, not bare digests');
  return sign(algorithm, message, { context });
}

/**
 * Software keys in this process: for tests and examples, with no I/O at all. Nothing is stored and nothing protects the keys
 * but the process, and `assurance` says so.
 */
export function createMemoryBackend(options: { id?: string } = {}): MemoryBackend {
  knownOptions('createMemoryBackend', options, ['id']);
  const keys = new Map<string, MemoryKey>();
  const symmetric = memorySymmetricKeys();

  function find(ref: KeyRef): MemoryKey {
    const byHash = () => [...keys.values()].find((key) => key.info.ref.spkiSha256 === ref.spkiSha256);
    const key = ref.label !== undefined ? keys.get(ref.label) : ref.spkiSha256 !== undefined ? byHash() : undefined;
    if (!key || (ref.id && !equalBytes(ref.id, key.info.ref.id ?? new Uint8Array())))
      throw new SignError('ERR_KEY_NOT_FOUND', `no key '${sanitizeText(ref.label ?? ref.spkiSha256 ?? '(by id)')}' in memory`);
    if (ref.spkiSha256 !== undefined && ref.spkiSha256 !== key.info.ref.spkiSha256)
      throw new SignError('ERR_KEY_CHANGED', `key '${sanitizeText(ref.label ?? '')}' is not the one that was pinned`);
    return key;
  }

  function addKey({ label, privateKey, chain = [], purpose = 'sign' }: MemoryKeyOptions): KeyInfo {
    if (keys.has(label) || symmetric.has(label)) throw new SignError('ERR_KEY_EXISTS', `key '${sanitizeText(label)}' exists`);
    const software = softwareKey(privateKey);
    const { spki } = software;
    if (!Object.hasOwn(usagesOf, purpose)) invalidArgument(`unknown purpose '${sanitizeText(String(purpose), 40)}'`);
    const doing = (what: KeyPurpose) => (purpose === what && !('spki' in privateKey) ? privateKey : undefined);
    const [decrypts, derives] = [doing('decrypt'), doing('derive')];
    if (purpose === 'decrypt' && decrypts?.asymmetricKeyType !== 'rsa')
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'only RSA keys decrypt in memory');
    if (purpose === 'derive' && !(software.spec && agreementBytes(software.spec)))
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'only keys on P-256, P-384 and P-521 derive in memory');
    const info: KeyInfo = {
      ref: { label, spkiSha256: sha256Hex(spki) },
      spec: software.spec,
      spki: ownBytes(spki),
      usages: [...usagesOf[purpose]],
      needsApproval: false,
      assurance: 'software',
    };
    keys.set(label, { info, sign: software.sign, decrypts, derives, chain: chain.map(ownBytes) });
    return copyOf(info);
  }

  function addSymmetricKey(key: MemorySymmetricKeyOptions): SymmetricKeyInfo {
    if (keys.has(key.label)) throw new SignError('ERR_KEY_EXISTS', `key '${sanitizeText(key.label)}' exists`);
    return symmetric.add(key);
  }

  const close = async () => {
    keys.clear();
    symmetric.clear();
  };

  return {
    id: options.id ?? 'memory',
    addKey,
    async describeKey(ref, { signal } = {}) {
      signal?.throwIfAborted();
      return copyOf(find(ref).info);
    },
    async begin(operation: KeyOperation, { signal }: CallOptions = {}): Promise<BeginResult> {
      signal?.throwIfAborted();
      if (operation.kind === 'seal' || operation.kind === 'open') return { done: symmetric.use(operation) };
      const { info, decrypts, derives, sign } = find(operation.key);
      switch (operation.kind) {
        case 'sign':
          return { done: signed(operation, info, sign) };
        case 'decrypt':
          return { done: decryptSoftly(decrypts, operation) };
        case 'encrypt':
          return { done: encryptSoftly(decrypts, operation) };
        case 'derive':
          return { done: deriveSoftly(derives, info.spec, operation) };
        default:
          throw new SignError(
            'ERR_CAPABILITY_MISSING',
            `the memory backend cannot ${sanitizeText(String((operation as { kind: unknown }).kind), 40)}`,
          );
      }
    },
    async certificates(ref) {
      return find(ref).chain.map(ownBytes);
    },
    async *listKeys() {
      for (const { info } of keys.values()) yield copyOf(info);
    },
    async createKey({ label, spec, purpose }) {
      const privateKey = isMlDsaSpec(spec) ? await createMlDsaKey(spec) : (await generateSoftwareKey(spec)).privateKey;
      return addKey({ label, privateKey, ...(purpose && { purpose }) });
    },
    async describeSymmetricKey(ref, { signal } = {}) {
      signal?.throwIfAborted();
      return symmetric.describe(ref);
    },
    addSymmetricKey,
    createSymmetricKey: async ({ label }) => addSymmetricKey({ label }),
    setCertificates(label, chain) {
      find({ label }).chain = chain.map(ownBytes);
    },
    deleteKey(label) {
      keys.delete(label);
      symmetric.delete(label);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
