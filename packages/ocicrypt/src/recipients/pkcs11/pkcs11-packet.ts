import {
  base64Bytes,
  base64Text,
  type EncryptionAlgorithm,
  isJsonObject,
  type JsonValue,
  parseJsonObject,
  SignError,
  utf8Bytes,
} from '@securosys/core';
import { maxPacketBytes } from '../annotations.js';

/** Hash of OAEP and of its mask. */
export type Pkcs11Hash = 'sha1' | 'sha256';

/** The private options, encrypted for one key. */
export interface Pkcs11Recipient {
  readonly algorithm: EncryptionAlgorithm;
  /** As long as the modulus. */
  readonly blob: Uint8Array;
}

const what = 'pkcs11 packet';
const maxRecipients = 32;

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `${what} is malformed: ${why}`);
};

const algorithms: Readonly<Record<Pkcs11Hash, EncryptionAlgorithm>> = { sha1: 'rsa-oaep-sha1', sha256: 'rsa-oaep-sha256' };

/** The encryption algorithm of a hash that packets name. */
export const pkcs11Algorithm = (hash: Pkcs11Hash): EncryptionAlgorithm => algorithms[hash];

function checkVersion(version: JsonValue | undefined): void {
  if (version !== 0) throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${what} has another version than 0`);
}

function recipientOf(value: JsonValue): Pkcs11Recipient {
  if (!isJsonObject(value)) return malformed('a recipient is not an object');
  const { version, blob, hash = '' } = value;
  checkVersion(version);
  if (typeof blob !== 'string' || blob === '') return malformed('a blob is missing');
  // Writers before 1.1.4 named none and meant SHA-1 (`ocicrypt.md` §9.3).
  const named = hash === '' ? 'sha1' : hash;
  if (named !== 'sha1' && named !== 'sha256')
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${what} names another hash than sha1 and sha256`);
  return { algorithm: pkcs11Algorithm(named), blob: base64Bytes(blob, `blob of the ${what}`) };
}

/** Reads a packet (`ocicrypt.md` §9.3). @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED` */
export function readPkcs11(packet: Uint8Array): Pkcs11Recipient[] {
  const { version, recipients } = parseJsonObject(packet, { what, maxBytes: maxPacketBytes, maxDepth: 4, maxValues: 200 });
  checkVersion(version);
  if (!Array.isArray(recipients)) return malformed('recipients is not a list');
  if (recipients.length > maxRecipients) throw new SignError('ERR_LIMIT', `${what} has over ${maxRecipients} recipients`);
  return recipients.map(recipientOf);
}

/** Writes a packet as ocicrypt does. */
export function writePkcs11(blobs: readonly Uint8Array[], hash: Pkcs11Hash): Uint8Array<ArrayBuffer> {
  const recipients = blobs.map((blob) => ({ version: 0, blob: base64Text(blob), hash }));
  return utf8Bytes(JSON.stringify({ version: 0, recipients }));
}
