import type { webcrypto } from 'node:crypto';
import {
  algorithmFitsKey,
  classifySigningBytes,
  knownOptions,
  nodeCrypto,
  ownBytes,
  publicKeyFromSpki,
  type SignatureAlgorithm,
  SignError,
  type Signer,
  type SigningDomain,
  signatureAlgorithmFor,
} from '@securosys/core';
import { certificateOfTbs } from './certificate-facts.js';
import { EMULATED_POLICY_OID, isEmulated } from './emulated.js';
import { type HsmKeyAlgorithm, signatureAlgorithmOf, webKeyAlgorithm } from './webcrypto-algorithms.js';

/** How a key of a backend behaves as a WebCrypto key. */
export interface HsmKeyOptions {
  /** How the key signs unless `subtle.sign` is told another hash (ECDSA). Default: what certificates signed by this key use. */
  algorithm?: SignatureAlgorithm;
  /**
   * What the key may be asked to sign through WebCrypto. Default: certificates and certification requests, for which the signer
   * needs `allowCertificates` all the same. Bytes of no known format need the signer's `allowOpaque`.
   */
  domains?: readonly SigningDomain[];
  /** How long one `sign` may wait for people, in milliseconds. Default: not at all, and keys that need approval are refused. */
  waitMs?: number;
}

/** A WebCrypto that also knows keys of a backend. */
export interface HsmCrypto extends webcrypto.Crypto {
  /**
   * A key pair whose private half is a handle: it can `sign` and nothing else, and cannot be exported.
   * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_CAPABILITY_MISSING` for a key that needs approval when there is no `waitMs`
   */
  importHsmKey(signer: Signer, options?: HsmKeyOptions): Promise<webcrypto.CryptoKeyPair>;
}

interface HsmKey {
  readonly signer: Signer;
  readonly algorithm: HsmKeyAlgorithm;
  readonly domains: ReadonlySet<SigningDomain>;
  readonly waitMs: number;
  /** The key is an emulator's: certificates have to say so. */
  readonly emulated: boolean;
}

const defaultDomains: readonly SigningDomain[] = ['x509-certificate', 'x509-request'];

function bytesOf(data: webcrypto.BufferSource): Uint8Array {
  return ownBytes(
    ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data),
  );
}

/**
 * Refuses a certificate that does not say that an emulator signs it (threat model S34): verifiers would take it for real.
 * @throws SignError `ERR_EMULATOR_REFUSED`
 */
function checkMarked(tbs: Uint8Array): void {
  let marked = false;
  let cause: unknown;
  try {
    marked = isEmulated(certificateOfTbs(tbs));
  } catch (error) {
    cause = error;
  }
  if (!marked)
    throw new SignError(
      'ERR_EMULATOR_REFUSED',
      `the key is an emulator's, and the certificate does not say so in a form that is read strictly: add SERIALNUMBER=EMULATED to its subject or the policy ${EMULATED_POLICY_OID}`,
      cause === undefined ? {} : { cause },
    );
}

async function signWith(
  key: HsmKey,
  parameters: webcrypto.AlgorithmIdentifier,
  data: webcrypto.BufferSource,
): Promise<ArrayBuffer> {
  const message = bytesOf(data);
  const algorithm = signatureAlgorithmOf(parameters, key.algorithm);
  const domain = classifySigningBytes(message);
  // The caller of WebCrypto cannot say what it means, so the key says what may be meant (S9).
  if (domain && !key.domains.has(domain))
    throw new SignError('ERR_CROSS_PROTOCOL', `this key does not sign '${domain}' through WebCrypto`, { details: { domain } });
  if (key.emulated && domain === 'x509-certificate') checkMarked(message);
  const signature = await key.signer.sign(
    { algorithm, input: { message }, ...(domain && { domain }) },
    { timeoutMs: key.waitMs },
  );
  return ownBytes(signature).buffer;
}

/**
 * A `Crypto` for libraries that sign through WebCrypto, `@peculiar/x509` for example: private keys live in a backend, and the platform answers
 * everything else. Pass it to the library's calls; do not install it globally.
 *
 * A WebCrypto call cannot wait for days: for keys that need approval use `prepareCertificate` and `prepareCsr`.
 * @param options `fallback`: the WebCrypto that answers everything else; default the platform's
 *
 * @example
 * ```ts
 * import { createSigner, type KeyBackend } from '@securosys/core';
 * import { createHsmCrypto } from '@securosys/pki';
 * declare const backend: KeyBackend;
 * const crypto = createHsmCrypto();
 * const keys = await crypto.importHsmKey(createSigner(backend, { label: 'ca' }, { allowCertificates: true }));
 * // X509CertificateGenerator.createSelfSigned({ name: 'CN=ca', keys, … }, crypto)
 * ```
 */
export function createHsmCrypto(options: { fallback?: webcrypto.Crypto } = {}): HsmCrypto {
  knownOptions('createHsmCrypto', options, ['fallback']);
  const platform = options.fallback ?? nodeCrypto().webcrypto;
  const keys = new WeakMap<object, HsmKey>();

  const sign: webcrypto.SubtleCrypto['sign'] = async (parameters, key, data) => {
    const own = keys.get(key);
    return own ? signWith(own, parameters, data) : platform.subtle.sign(parameters, key, data);
  };

  async function importHsmKey(signer: Signer, keyOptions: HsmKeyOptions = {}): Promise<webcrypto.CryptoKeyPair> {
    knownOptions('importHsmKey', keyOptions, ['algorithm', 'domains', 'waitMs']);
    const { spec, spki, needsApproval, assurance } = await signer.describe();
    const algorithm = keyOptions.algorithm ?? signatureAlgorithmFor('x509', spec);
    if (!spec || !algorithmFitsKey(algorithm, spec))
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with this key`);
    if (needsApproval && keyOptions.waitMs === undefined)
      throw new SignError(
        'ERR_CAPABILITY_MISSING',
        'this key needs approval, which a WebCrypto call cannot wait for; prepare a certificate or set waitMs',
      );
    const web = webKeyAlgorithm(spec, algorithm, publicKeyFromSpki(spki).asymmetricKeyDetails?.publicExponent);
    const publicKey = await platform.subtle.importKey('spki', ownBytes(spki), web, true, ['verify']);
    const privateKey: webcrypto.CryptoKey = Object.freeze({
      type: 'private',
      extractable: false,
      usages: ['sign' as const],
      algorithm: web,
    });
    const domains = new Set(keyOptions.domains ?? defaultDomains);
    keys.set(privateKey, { signer, algorithm: web, domains, waitMs: keyOptions.waitMs ?? 0, emulated: assurance === 'emulated' });
    return { privateKey, publicKey };
  }

  return {
    subtle: forwarding(platform.subtle, keys, sign),
    CryptoKey: nodeCrypto().webcrypto.CryptoKey,
    getRandomValues: (array) => platform.getRandomValues(array),
    randomUUID: () => platform.randomUUID(),
    importHsmKey,
  };
}

/** The platform's `SubtleCrypto` with our `sign`; any other use of one of our handles is refused with a reason. */
function forwarding(
  subtle: webcrypto.SubtleCrypto,
  keys: WeakMap<object, HsmKey>,
  sign: webcrypto.SubtleCrypto['sign'],
): webcrypto.SubtleCrypto {
  return new Proxy(subtle, {
    get(target, name) {
      if (name === 'sign') return sign;
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || name === 'constructor') return member;
      return async (...args: unknown[]) => {
        if (args.some((arg) => typeof arg === 'object' && arg !== null && keys.has(arg)))
          throw new SignError(
            'ERR_KEY_NOT_USABLE',
            `'${String(name)}' is not possible with a key of a backend: it signs, and never leaves`,
          );
        return Reflect.apply(member, target, args);
      };
    },
  });
}
