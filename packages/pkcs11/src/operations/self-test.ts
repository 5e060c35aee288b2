import { type CallOptions, equalBytes, nodeCrypto, ownBytes, SignError, spkiOf, verifySignature } from '@securosys/core';
import { CKM } from '../cryptoki/mechanisms.js';
import type { SelfTest } from '../keys/check-new-key.js';
import type { TokenKey } from '../keys/token-key.js';
import { decryptWith } from './decrypt.js';
import { deriveWith } from './derive.js';
import { planToSign, signWith } from './sign.js';
import type { UseContext } from './use-context.js';

const random = (bytes: number): Uint8Array => ownBytes(nodeCrypto().randomBytes(bytes));

/** Nothing that anybody would accept as a signature of something: 32 random bytes after these words. */
const words = new TextEncoder().encode('securosys pkcs11 self test: ');

function algorithmFor({ spec }: TokenKey) {
  if (spec === 'ed25519') return 'ed25519';
  return spec?.startsWith('ec-') ? 'ecdsa-sha256' : 'rsa-pkcs1-sha256';
}

async function signs(context: UseContext, key: TokenKey, options: CallOptions): Promise<boolean> {
  const message = Uint8Array.of(...words, ...random(32));
  // A token may have one of the two paddings only.
  const pkcs1 = await context.capabilities.has(CKM.RSA_PKCS, 'SIGN', options);
  const usual = algorithmFor(key);
  const algorithm = usual === 'rsa-pkcs1-sha256' && !pkcs1 ? 'rsa-pss-sha256' : usual;
  const plan = await planToSign(context, key, algorithm, options);
  return verifySignature(key.publicKey, algorithm, message, await signWith(context, key, plan, { message }, options));
}

async function decrypts(context: UseContext, key: TokenKey, options: CallOptions): Promise<boolean> {
  const plaintext = random(32);
  const { constants, publicEncrypt } = nodeCrypto();
  // SHA-1 is no weakness inside OAEP, and the one hash that every token has there.
  const how = { key: key.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const ciphertext = ownBytes(publicEncrypt(how, plaintext));
  return equalBytes(await decryptWith(context, key, { algorithm: 'rsa-oaep-sha1', ciphertext }, options), plaintext);
}

async function derives(context: UseContext, key: TokenKey, options: CallOptions): Promise<boolean> {
  const { diffieHellman, generateKeyPairSync } = nodeCrypto();
  const namedCurve = key.publicKey.asymmetricKeyDetails?.namedCurve ?? '';
  const other = generateKeyPairSync('ec', { namedCurve });
  const secret = await deriveWith(context, key, { algorithm: 'ecdh', publicKey: spkiOf(other.publicKey) }, options);
  return equalBytes(secret, diffieHellman({ privateKey: other.privateKey, publicKey: key.publicKey }));
}

const tests = { sign: signs, decrypt: decrypts, derive: derives };

/** Uses a new key once, and checks the result in software (`pkcs11.md` §6.8). */
export function selfTestOf(context: UseContext): SelfTest {
  return async (key, purpose, options) => {
    if (await tests[purpose](context, key, options)) return;
    throw new SignError('ERR_PROTOCOL', 'the key on the token does not belong to the public half that the token has for it', {
      details: { tokenLabel: context.token.token.label },
    });
  };
}
