import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { concatBytes, ownBytes } from '@securosys/core';
import { bigEndian16, bmpString, context0, integer, nothing, octets, oid, sequence, setOf } from '../crypto/der-writer.js';

/** What goes into the file. */
export interface Pkcs12Contents {
  /** PKCS#8 DER. */
  readonly privateKey: Uint8Array;
  /** DER. */
  readonly certificate: Uint8Array;
  /** Of the file and of the key alike. */
  readonly password: string;
  /** What keystores call the entry. */
  readonly alias: string;
}

type Der = Uint8Array<ArrayBuffer>;

/** As many as Java's keystores have. */
const iterations = 10_000;
const saltBytes = 20;

const ids = {
  data: '1.2.840.113549.1.7.1',
  encryptedData: '1.2.840.113549.1.7.6',
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certificateBag: '1.2.840.113549.1.12.10.1.3',
  x509Certificate: '1.2.840.113549.1.9.22.1',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
  sha256: '2.16.840.1.101.3.4.2.1',
} as const;

/** PBES2 (RFC 8018 §6.2): PBKDF2 with HMAC-SHA-256, AES-256-CBC. */
function encrypted(plain: Uint8Array, password: string): { readonly algorithm: Der; readonly ciphertext: Der } {
  const [salt, iv] = [randomBytes(saltBytes), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, iterations, 32, 'sha256'), iv);
  const prf = sequence(oid(ids.hmacSha256), nothing);
  const derivation = sequence(oid(ids.pbkdf2), sequence(octets(salt), integer(iterations), prf));
  const scheme = sequence(oid(ids.aes256Cbc), octets(iv));
  return {
    algorithm: sequence(oid(ids.pbes2), sequence(derivation, scheme)),
    ciphertext: concatBytes(cipher.update(plain), cipher.final()),
  };
}

/** The key of the MAC (RFC 7292 §B.2): with SHA-256 one block is all of it. */
function macKey(password: string, salt: Uint8Array): Uint8Array {
  const block = 64;
  const repeated = (bytes: Uint8Array) => {
    const length = block * Math.ceil(bytes.byteLength / block);
    return Uint8Array.from({ length }, (_, i) => bytes[i % bytes.byteLength] as number);
  };
  const diversifier = new Uint8Array(block).fill(3);
  let hash: Uint8Array = concatBytes(diversifier, repeated(salt), repeated(bigEndian16(`${password}\0`)));
  for (let i = 0; i < iterations; i++) hash = createHash('sha256').update(hash).digest();
  return hash;
}

const contentInfo = (type: string, content: Uint8Array): Der => sequence(oid(type), context0(content));
const attribute = (type: string, value: Uint8Array): Der => sequence(oid(type), setOf(value));

function bag(type: string, value: Uint8Array, { alias, certificate }: Pkcs12Contents): Der {
  const id = createHash('sha1').update(certificate).digest();
  const attributes = setOf(attribute(ids.localKeyId, octets(id)), attribute(ids.friendlyName, bmpString(alias)));
  return sequence(oid(type), context0(value), attributes);
}

/**
 * A PKCS#12 file (RFC 7292) with one key and its certificate, both encrypted, and a MAC over all.
 * @returns DER
 */
export function writePkcs12(contents: Pkcs12Contents): Uint8Array<ArrayBuffer> {
  const { password, privateKey, certificate } = contents;
  const key = encrypted(privateKey, password);
  const keys = sequence(bag(ids.shroudedKeyBag, sequence(key.algorithm, octets(key.ciphertext)), contents));
  const x509 = sequence(oid(ids.x509Certificate), context0(octets(certificate)));
  const sealed = encrypted(sequence(bag(ids.certificateBag, x509, contents)), password);
  const certificates = sequence(integer(0), sequence(oid(ids.data), sealed.algorithm, context0(sealed.ciphertext, false)));
  const safe = sequence(contentInfo(ids.encryptedData, certificates), contentInfo(ids.data, octets(keys)));
  const salt = randomBytes(saltBytes);
  const mac = createHmac('sha256', macKey(password, salt)).update(safe).digest();
  const digest = sequence(sequence(oid(ids.sha256), nothing), octets(mac));
  return ownBytes(sequence(integer(3), contentInfo(ids.data, octets(safe)), sequence(digest, octets(salt), integer(iterations))));
}
