import { constants, createPublicKey, generateKeyPairSync, type KeyObject, publicEncrypt } from 'node:crypto';
import { utf8Bytes } from '@securosys/core';
import { createFakeTsb } from '@securosys/testing';
import { createTsbClient } from '@securosys/tsb-client';
import { rsaKey } from '../../../../tests/rsa-key.js';

/** Keys and inputs that all cells share, because making them takes longer than a cell. */
export interface Material {
  readonly ec: KeyObject;
  readonly rsa: KeyObject;
  /** DER; makes the EC key an authority. */
  readonly certificate: Uint8Array;
  readonly plaintext: Uint8Array;
  /** The plaintext for the RSA key, OAEP with SHA-256. */
  readonly ciphertext: Uint8Array;
  /** A secret key, wrapped for the RSA key. */
  readonly wrapped: Uint8Array;
  /** Somebody's certificate signing request, DER. */
  readonly csr: Uint8Array;
}

/** What a key that also decrypts and unwraps may do. */
export const decrypting = { sign: false, decrypt: true, unwrap: true, wrap: true } as const;

export async function makeMaterial(): Promise<Material> {
  const rsa = rsaKey();
  const { privateKey: ec } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await using tsb = createFakeTsb({ attestationKey: rsa });
  const client = createTsbClient({ url: tsb.url, auth: { type: 'token', token: tsb.token }, fetch: tsb.fetch });
  const { spki } = await tsb.addKey({ label: 'authority', privateKey: ec });
  await tsb.addKey({ label: 'leaf', spec: 'ec-p256' });
  await tsb.addKey({ label: 'rsa', privateKey: rsa, attributes: decrypting });
  await client.keys.create({ label: 'secret', algorithm: 'AES', keySize: 256, policy: null, attributes: { extractable: true } });
  const plaintext = utf8Bytes('a layer key');
  const oaep = { key: createPublicKey(rsa), padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
  const request = { label: 'leaf', algorithm: 'SHA256_WITH_ECDSA', subject: { commonName: 'leaf' } } as const;
  return {
    ec,
    rsa,
    plaintext,
    certificate: await tsb.certificateAuthority.issue({ spki, subject: 'CN=authority', profile: 'ca' }),
    ciphertext: new Uint8Array(publicEncrypt(oaep, plaintext)),
    wrapped: await client.wrapping.wrap({ keyToBeWrapped: 'secret', wrapKeyName: 'rsa', wrapMethod: 'RSA_WRAP_OAEP' }),
    csr: await client.certificates.request.synchronous(request),
  };
}
