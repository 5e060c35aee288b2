import type { KeyObject } from 'node:crypto';
import { invalidArgument, type JsonObject, knownOptions, nodeCrypto, parseJsonObject, SignError } from '@securosys/core';
import { isJweAlgorithm, type JweAlgorithm } from '../jwe/algorithms.js';

/** Largest key file that is looked at, in bytes. */
const maxKeyFileBytes = 64 * 1024;

/** A public key as ocicrypt takes it for jwe, and what a JWK says of itself. */
export interface PublicKeyFile {
  readonly publicKey: KeyObject;
  /** `alg` of a JWK. */
  readonly algorithm?: JweAlgorithm;
}

/** How a private key is read. */
export interface PrivateKeyFileOptions {
  /** Of a PEM that is encrypted. */
  password?: string | Uint8Array;
}

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', why);
};

type Form = 'jwk' | 'pem' | 'der';

function formOf(bytes: Uint8Array): Form {
  if (!(bytes instanceof Uint8Array)) invalidArgument('a key file is a Uint8Array');
  if (bytes.byteLength > maxKeyFileBytes) throw new SignError('ERR_LIMIT', `the key file is over ${maxKeyFileBytes} bytes`);
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b ? 'jwk' : first === 0x30 && bytes[0] === 0x30 ? 'der' : 'pem';
}

/** The first result of some ways to read a key; Node does not say which form bytes have. */
function firstReadable(...ways: readonly (() => KeyObject)[]): KeyObject | undefined {
  for (const way of ways) {
    try {
      return way();
    } catch {
      // another way may do; the caller says that none did
    }
  }
  return undefined;
}

function jwkOf(bytes: Uint8Array): { readonly jwk: JsonObject; readonly algorithm?: JweAlgorithm } {
  const jwk = parseJsonObject(bytes, { what: 'JWK', maxBytes: maxKeyFileBytes, maxDepth: 4 });
  const { kty, alg } = jwk;
  if (kty !== 'RSA' && kty !== 'EC') malformed('the JWK is neither an RSA nor an EC key');
  if (alg === undefined) return { jwk };
  if (!isJweAlgorithm(alg))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'the JWK is for an algorithm that ocicrypt does not read');
  return { jwk, algorithm: alg };
}

/**
 * Reads a public key as ocicrypt takes it for `jwe:` and `pkcs11:` (`ocicrypt.md` §9.1): PEM or DER (SubjectPublicKeyInfo, PKCS#1), or a
 * JWK. Private keys and certificates are refused, because nobody means to hand those out.
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED` for a JWK of another algorithm
 */
export function readPublicKeyFile(bytes: Uint8Array): PublicKeyFile {
  const { createPublicKey } = nodeCrypto();
  const form = formOf(bytes);
  if (form === 'jwk') {
    const { jwk, algorithm } = jwkOf(bytes);
    if (jwk.d !== undefined) malformed('the JWK is a private key');
    const publicKey = firstReadable(() => createPublicKey({ key: { ...jwk } as Record<string, string>, format: 'jwk' }));
    return { publicKey: publicKey ?? malformed('the JWK is no public key'), ...(algorithm && { algorithm }) };
  }
  const key = Buffer.from(bytes);
  if (form === 'pem' && !/^-----BEGIN (?:RSA )?PUBLIC KEY-----/m.test(key.toString('latin1')))
    malformed('the file is no public key');
  const publicKey = firstReadable(
    ...(form === 'pem'
      ? [() => createPublicKey(key)]
      : (['spki', 'pkcs1'] as const).map((type) => () => createPublicKey({ key, format: 'der', type }))),
  );
  return { publicKey: publicKey ?? malformed('the file is no public key') };
}

/**
 * Reads a private key: PEM or DER (PKCS#8, PKCS#1, SEC 1) or a JWK. More than ocicrypt itself, which leaves SEC 1 in PEM and encrypted
 * PKCS#8 out without a word (`ocicrypt.md` §9.1).
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED` for a JWK of another algorithm; `ERR_AUTHENTICATION` for an
 * encrypted key without its password
 */
export function readPrivateKeyFile(bytes: Uint8Array, options: PrivateKeyFileOptions = {}): KeyObject {
  knownOptions('readPrivateKeyFile', options, ['password']);
  const { createPrivateKey } = nodeCrypto();
  const form = formOf(bytes);
  if (form === 'jwk') {
    const { jwk } = jwkOf(bytes);
    return (
      firstReadable(() => createPrivateKey({ key: { ...jwk } as Record<string, string>, format: 'jwk' })) ??
      malformed('the JWK is no private key')
    );
  }
  const key = Buffer.from(bytes);
  try {
    const { password } = options;
    const passphrase =
      password === undefined ? {} : { passphrase: typeof password === 'string' ? password : Buffer.from(password) };
    const ways = (['pkcs8', 'pkcs1', 'sec1'] as const).map(
      (type) => () => createPrivateKey({ key, format: 'der', type, ...passphrase }),
    );
    const found = firstReadable(...(form === 'pem' ? [() => createPrivateKey({ key, format: 'pem', ...passphrase })] : ways));
    if (found) return found;
    const encrypted = form === 'pem' && /ENCRYPTED/.test(key.toString('latin1'));
    if (encrypted)
      throw new SignError('ERR_AUTHENTICATION', 'the private key is encrypted, and its password is missing or wrong');
    return malformed('the file is no private key');
  } finally {
    key.fill(0);
  }
}
