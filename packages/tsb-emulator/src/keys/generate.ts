import { createSecretKey, generateKeyPair, type KeyObject, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { isMlDsaSpec } from '@securosys/core';
import { failure } from '../failure.js';
import { type KeyType, specFacts } from './key-specs.js';
import { generateMlDsaKey } from './ml-dsa.js';

const generate = promisify(generateKeyPair);

/** A new software key: a private or a secret one. RSA takes 50 ms to seconds, which is why tests bring keys of their own. */
export async function generatePrivateKey(spec: KeyType): Promise<KeyObject> {
  const { family, keySize = 0, namedCurve = '', secretBytes = 0 } = specFacts(spec);
  if (family === 'rsa') return (await generate('rsa', { modulusLength: keySize, publicExponent: 0x10001 })).privateKey;
  if (family === 'ec') return (await generate('ec', { namedCurve })).privateKey;
  if (family === 'ed25519') return (await generate('ed25519', undefined)).privateKey;
  if (family === 'secret') return createSecretKey(randomBytes(secretBytes));
  if (isMlDsaSpec(spec)) return generateMlDsaKey(spec);
  throw failure(101, `the emulator has no software keys of type ${spec}`);
}
