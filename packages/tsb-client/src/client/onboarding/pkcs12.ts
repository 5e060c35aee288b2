import type { KeyObject } from 'node:crypto';
import { type CallOptions, equalBytes, nodeCrypto, ownBytes, SignError, scanDer, wipe } from '@securosys/core';
import type * as Asn1 from 'asn1js';
import { withDeadline } from '../../http/deadline.js';
import { type Ber, loadBer, malformed } from './ber.js';
import { derivationBudget } from './derivation-budget.js';
import { type Opening, openWithPassword } from './password-cipher.js';
import { pkcs12Bytes, purposes } from './pkcs12-kdf.js';

/** A private key and its certificate. */
export interface OpenedPkcs12 {
  readonly privateKey: KeyObject;
  /** DER. */
  readonly certificate: Uint8Array;
}

const data = '1.2.840.113549.1.7.1';
const encryptedData = '1.2.840.113549.1.7.6';
const bags = '1.2.840.113549.1.12.10.1.';
const x509 = '1.2.840.113549.1.9.22.1';
/** Hashes of the MAC, by their names for `node:crypto`. */
const hashes: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.4': 'sha224',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** What is in a file. Keys stay encrypted until it is known that there is one only. */
interface Contents {
  readonly keys: { readonly algorithm: Asn1.BaseBlock | undefined; readonly encrypted: Uint8Array }[];
  readonly certificates: Uint8Array[];
}

/** The MAC is the only thing that tells a wrong password from a broken file, so a file without one is refused. */
async function checkMac(
  ber: Ber,
  macData: Asn1.BaseBlock | undefined,
  covered: Uint8Array,
  { password, budget }: Opening,
): Promise<void> {
  if (!macData) malformed('it has no MAC');
  const [digestInfo, salt, iterations] = ber.parts(macData);
  const [algorithm, expected] = ber.parts(digestInfo);
  const hash = hashes[ber.oid(ber.parts(algorithm)[0])];
  if (!hash) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'PKCS#12 file: the algorithm of its MAC is not supported');
  const { createHash, createHmac } = nodeCrypto();
  const length = createHash(hash).digest().byteLength;
  const derivation = { hash, password, salt: ber.octets(salt), iterations: iterations ? ber.integer(iterations) : 1 };
  const key = await pkcs12Bytes(derivation, purposes.mac, length, budget);
  const mac = createHmac(hash, key).update(covered).digest();
  wipe(key);
  if (!equalBytes(mac, ber.octets(expected)))
    throw new SignError('ERR_AUTHENTICATION', 'the password does not open the PKCS#12 file');
}

/** Keys and certificates of one SafeContents. */
function readBags(ber: Ber, safe: Uint8Array, found: Contents): void {
  for (const bag of ber.parts(ber.parse(safe))) {
    const [id, wrapped] = ber.parts(bag);
    const [value] = ber.parts(wrapped);
    const kind = ber.oid(id);
    if (kind === `${bags}2`) {
      const [algorithm, encrypted] = ber.parts(value);
      found.keys.push({ algorithm, encrypted: ber.octets(encrypted) });
    } else if (kind === `${bags}1`) malformed('its key is not encrypted');
    else if (kind === `${bags}3`) {
      const [type, certificate] = ber.parts(value);
      if (ber.oid(type) === x509) found.certificates.push(ber.octets(ber.parts(certificate)[0]));
    }
  }
}

function readKey(pkcs8: Uint8Array): KeyObject {
  try {
    return nodeCrypto().createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  } catch {
    // Without the cause: what Node says about a private key is nobody's business.
    return malformed('its key is not PKCS#8 that this runtime knows');
  } finally {
    wipe(pkcs8);
  }
}

function certificateFor(key: KeyObject, certificates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  for (const certificate of certificates) {
    scanDer(certificate, { what: 'certificate' });
    try {
      if (new (nodeCrypto().X509Certificate)(certificate).checkPrivateKey(key)) return ownBytes(certificate);
    } catch (cause) {
      throw new SignError('ERR_MALFORMED', 'PKCS#12 file: it holds a certificate that is none', { cause });
    }
  }
  return malformed('it holds no certificate of its key');
}

async function openFile(file: Uint8Array, opening: Opening): Promise<OpenedPkcs12> {
  const ber = await loadBer();
  const [version, authSafe, macData] = ber.parts(ber.parse(file));
  if (ber.integer(version) !== 3) malformed('it is not of version 3');
  const [type, content] = ber.parts(authSafe);
  if (ber.oid(type) !== data) malformed('it is not protected by a password');
  const covered = ber.octets(ber.parts(content)[0]);
  await checkMac(ber, macData, covered, opening);
  const found: Contents = { keys: [], certificates: [] };
  for (const info of ber.parts(ber.parse(covered))) {
    const [kind, wrapped] = ber.parts(info);
    const [inner] = ber.parts(wrapped);
    if (ber.oid(kind) === data) readBags(ber, ber.octets(inner), found);
    else if (ber.oid(kind) === encryptedData) {
      const [, algorithm, encrypted] = ber.parts(ber.parts(inner)[1]);
      readBags(ber, await openWithPassword(ber, algorithm, ber.octets(encrypted), opening), found);
    } else malformed('it holds contents of an unknown kind');
  }
  const [key, ...others] = found.keys;
  if (!key || others.length > 0) malformed('it does not hold exactly one private key');
  const privateKey = readKey(await openWithPassword(ber, key.algorithm, key.encrypted, opening));
  return { privateKey, certificate: certificateFor(privateKey, found.certificates) };
}

const defaultTimeoutMs = 30_000;

/**
 * Opens a PKCS#12 file (RFC 7292) of one private key: AES with PBES2, or SHA-1 with triple DES, protected by a MAC. At most 256 KiB,
 * 1,000,000 iterations for one key and 2,000,000 in all, during which the process goes on with other things.
 * @param options `timeoutMs`: default 30,000
 * @throws SignError `ERR_AUTHENTICATION` for a wrong password, `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_TIMEOUT`
 */
export function openPkcs12(file: Uint8Array, password: string, options: CallOptions = {}): Promise<OpenedPkcs12> {
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  return withDeadline((deadline) => openFile(file, { password, budget: derivationBudget(deadline) }), timeoutMs, signal);
}
