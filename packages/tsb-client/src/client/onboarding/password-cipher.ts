import { nodeCrypto, ownBytes, SignError, wipe } from '@securosys/core';
import type * as Asn1 from 'asn1js';
import { type Ber, malformed } from './ber.js';
import type { DerivationBudget } from './derivation-budget.js';
import { pkcs12Bytes, purposes } from './pkcs12-kdf.js';

const pbes2 = '1.2.840.113549.1.5.13';
const pbkdf2 = '1.2.840.113549.1.5.12';
/** SHA-1 and triple DES, from before PBES2; what many keystores still write. */
const sha1TripleDes = '1.2.840.113549.1.12.1.3';

/** What PBKDF2 takes unless told otherwise. */
const hmacWithSha1 = '1.2.840.113549.2.7';
/** Pseudo-random functions of PBKDF2 (RFC 8018 B.1.1), by their names for `node:crypto`, and the bytes that each gives. */
const hmacs: Readonly<Record<string, readonly [hash: string, bytes: number]>> = {
  [hmacWithSha1]: ['sha1', 20],
  '1.2.840.113549.2.8': ['sha224', 28],
  '1.2.840.113549.2.9': ['sha256', 32],
  '1.2.840.113549.2.10': ['sha384', 48],
  '1.2.840.113549.2.11': ['sha512', 64],
};
const ciphers: Readonly<Record<string, readonly [name: string, keyBytes: number, ivBytes: number]>> = {
  '2.16.840.1.101.3.4.1.2': ['aes-128-cbc', 16, 16],
  '2.16.840.1.101.3.4.1.22': ['aes-192-cbc', 24, 16],
  '2.16.840.1.101.3.4.1.42': ['aes-256-cbc', 32, 16],
};

function unsupported(what: string): never {
  throw new SignError(
    'ERR_ALGORITHM_UNSUPPORTED',
    `PKCS#12 file: ${what} is not supported; its owner can write it anew with 'openssl pkcs12', which takes AES-256`,
  );
}

function decrypted(cipher: string, key: Uint8Array, iv: Uint8Array, data: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    const opened = nodeCrypto().createDecipheriv(cipher, key, iv);
    return ownBytes(Buffer.concat([opened.update(data), opened.final()]));
  } catch (cause) {
    // The MAC was right, so the password is: the file is not what it says.
    throw new SignError('ERR_MALFORMED', 'PKCS#12 file: its contents do not decrypt', { cause });
  } finally {
    wipe(key);
  }
}

/** PBKDF2, on another thread. */
function derive(password: string, salt: Uint8Array, iterations: number, length: number, hash: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    nodeCrypto().pbkdf2(Buffer.from(password, 'utf8'), salt, iterations, length, hash, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

/** The password that opens something, and what opening may cost. */
export interface Opening {
  readonly password: string;
  readonly budget: DerivationBudget;
}

async function openPbes2(ber: Ber, parameters: Asn1.BaseBlock | undefined, data: Uint8Array, { password, budget }: Opening) {
  const [derivation, encryption] = ber.parts(parameters);
  const [kdf, kdfParameters] = ber.parts(derivation);
  if (ber.oid(kdf) !== pbkdf2) unsupported('its key derivation');
  const [first, second, ...more] = ber.parts(kdfParameters);
  const [prf] = ber.isInteger(more[0]) ? more.slice(1) : more;
  const [hash, bytes] = hmacs[prf ? ber.oid(ber.parts(prf)[0]) : hmacWithSha1] ?? unsupported('its HMAC');
  const [scheme, iv] = ber.parts(encryption);
  const [name, keyBytes, ivBytes] = ciphers[ber.oid(scheme)] ?? unsupported('its cipher');
  const vector = ber.octets(iv);
  if (vector.byteLength !== ivBytes) malformed('its initialisation vector has another length');
  const [salt, iterations] = [ber.octets(first), ber.integer(second)];
  budget.spend(iterations, Math.ceil(keyBytes / bytes), salt);
  const key = await derive(password, salt, iterations, keyBytes, hash);
  return decrypted(name, key, vector, data);
}

/**
 * Opens what a password encrypts: PBES2 with PBKDF2 and AES-CBC (RFC 8018), or SHA-1 with triple DES (RFC 7292 appendix C).
 * @param algorithm an AlgorithmIdentifier
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT` (iterations), `ERR_MALFORMED`, and as the budget does
 */
export async function openWithPassword(
  ber: Ber,
  algorithm: Asn1.BaseBlock | undefined,
  data: Uint8Array,
  opening: Opening,
): Promise<Uint8Array<ArrayBuffer>> {
  const [identifier, parameters] = ber.parts(algorithm);
  const oid = ber.oid(identifier);
  if (oid === pbes2) return openPbes2(ber, parameters, data, opening);
  if (oid !== sha1TripleDes) unsupported('its cipher');
  const [first, second] = ber.parts(parameters);
  const { password, budget } = opening;
  const derivation = { hash: 'sha1', password, salt: ber.octets(first), iterations: ber.integer(second) };
  const key = await pkcs12Bytes(derivation, purposes.key, 24, budget);
  return decrypted('des-ede3-cbc', key, await pkcs12Bytes(derivation, purposes.iv, 8, budget), data);
}
