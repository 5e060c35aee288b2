import {
  hashBytes,
  type KeySpec,
  keySpecOf,
  nodeCrypto,
  publicKeyFromSpki,
  SignError,
  sanitizeText,
  spkiOf,
  utf8Text,
} from '@securosys/core';
import { type PemBlock, pemBlocks, pemText } from '@securosys/pki';

/** A public key that can verify cosign signatures. */
export interface CosignPublicKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly spec: KeySpec;
}

const cosignSpecs: readonly KeySpec[] = ['ec-p256', 'ec-p384', 'ec-p521', 'rsa-2048', 'rsa-3072', 'rsa-4096', 'ed25519'];

function keyOf(read: () => ReturnType<typeof publicKeyFromSpki>): CosignPublicKey {
  const key = read();
  const spec = keySpecOf(key);
  if (!spec || !cosignSpecs.includes(spec))
    throw new SignError('ERR_ALGORITHM_UNSUPPORTED', 'cosign does not verify with public keys of this type');
  return { spki: spkiOf(key), spec };
}

function pkcs1Key({ bytes }: PemBlock): ReturnType<typeof publicKeyFromSpki> {
  try {
    return nodeCrypto().createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs1' });
  } catch {
    throw new SignError('ERR_MALFORMED', 'public key is not an RSAPublicKey in DER');
  }
}

/**
 * A public key as cosign writes it and as `--key` takes it (`cosign.md` §2.4): PEM `PUBLIC KEY`, 64 characters a line, a line feed at the end.
 * @param spki SubjectPublicKeyInfo, DER
 * @throws SignError `ERR_MALFORMED`; `ERR_ALGORITHM_UNSUPPORTED` for a key that cosign cannot verify with
 */
export function cosignPublicKeyPem(spki: Uint8Array): string {
  return pemText(keyOf(() => publicKeyFromSpki(spki)).spki, 'PUBLIC KEY');
}

/**
 * Reads a public key as cosign's `--key` does: the first PEM block, `PUBLIC KEY` (SubjectPublicKeyInfo) or `RSA PUBLIC KEY` (PKCS#1). Text
 * before it and CRLF are fine; a certificate or a private key is refused.
 * @param pem text, or its UTF-8 bytes
 * @throws SignError `ERR_MALFORMED`, `ERR_LIMIT`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export function readCosignPublicKey(pem: string | Uint8Array): CosignPublicKey {
  const [block] = pemBlocks(typeof pem === 'string' ? pem : utf8Text(pem, 'public key'));
  if (block?.label === 'PUBLIC KEY') return keyOf(() => publicKeyFromSpki(block.bytes));
  if (block?.label === 'RSA PUBLIC KEY') return keyOf(() => pkcs1Key(block));
  const found = block
    ? `the first block is a ${sanitizeText(block.label, 40)}`
    : 'there is no block in it, and a path is not read';
  throw new SignError('ERR_MALFORMED', `a public key is PEM, PUBLIC KEY or RSA PUBLIC KEY: ${found}`);
}

/**
 * What a bundle says about its key, in base64 there (§6.2): SHA-256 of the SubjectPublicKeyInfo, 32 bytes. Nobody signed it: it helps to
 * find a key, and never to trust one.
 */
export function keyHint(spki: Uint8Array): Uint8Array<ArrayBuffer> {
  return hashBytes('sha256', spki);
}
