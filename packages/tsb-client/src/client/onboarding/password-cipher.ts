import { nodeCrypto, ownBytes, SignError, wipe } from '@securosys/core';
import type * as Asn1 from 'asn1js';
import { type Ber, malformed } from './ber.js';
import { checkCost, pkcs12Bytes, purposes } from './pkcs12-kdf.js';

const pbes2 = '1.2.840.113549.1.5.13';
const pbkdf2 = '1.2.840.113549.1.5.12';
/** SHA-1 and triple DES, from before PBES2; what many keystores still write. */
const sha1TripleDes = '1.2.840.113549.1.12.1.3';

/** Pseudo-random functions of PBKDF2 (RFC 8018 B.1.1), by their names for `node:crypto`. */
const hmacs: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.8': 'sha224',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
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

function derive(password: string, salt: Uint8Array, iterations: number, length: number, hash: string): Promise<Uint8Array> {
  checkCost(iterations, salt);
  return new Promise((resolve, reject) => {
    nodeCrypto().pbkdf2(Buffer.from(password, 'utf8'), salt, iterations, length, hash, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

async function openPbes2(ber: Ber, parameters: Asn1.BaseBlock | undefined, data: Uint8Array, password: string) {
  const [derivation, encryption] = ber.parts(parameters);
  const [kdf, kdfParameters] = ber.parts(derivation);
  if (ber.oid(kdf) !== pbkdf2) unsupported('its key derivation');
  const [salt, iterations, ...more] = ber.parts(kdfParameters);
  const [prf] = ber.isInteger(more[0]) ? more.slice(1) : more;
  const hash = prf ? (hmacs[ber.oid(ber.parts(prf)[0])] ?? unsupported('its HMAC')) : 'sha1';
  const [scheme, iv] = ber.parts(encryption);
  const [name, keyBytes, ivBytes] = ciphers[ber.oid(scheme)] ?? unsupported('its cipher');
  const vector = ber.octets(iv);
  if (vector.byteLength !== ivBytes) malformed('its initialisation vector has another length');
  const key = await derive(password, ber.octets(salt), ber.integer(iterations), keyBytes, hash);
  return decrypted(name, key, vector, data);
}

/**
 * Opens what a password encrypts: PBES2 with PBKDF2 and AES-CBC (RFC 8018), or SHA-1 with triple DES (RFC 7292 appendix C).
 * @param algorithm an AlgorithmIdentifier
 * @throws SignError `ERR_ALGORITHM_UNSUPPORTED`, `ERR_LIMIT` (iterations), `ERR_MALFORMED`
 */
export async function openWithPassword(
  ber: Ber,
  algorithm: Asn1.BaseBlock | undefined,
  data: Uint8Array,
  password: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const [identifier, parameters] = ber.parts(algorithm);
  const oid = ber.oid(identifier);
  if (oid === pbes2) return openPbes2(ber, parameters, data, password);
  if (oid !== sha1TripleDes) unsupported('its cipher');
  const [first, second] = ber.parts(parameters);
  const [salt, iterations] = [ber.octets(first), ber.integer(second)];
  const key = pkcs12Bytes('sha1', password, salt, iterations, purposes.key, 24);
  return decrypted('des-ede3-cbc', key, pkcs12Bytes('sha1', password, salt, iterations, purposes.iv, 8), data);
}
