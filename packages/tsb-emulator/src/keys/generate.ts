import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { isMlDsaSpec, type KeySpec } from '@securosys/core';
import { failure } from '../failure.js';
import { specFacts } from './key-specs.js';
import { generateMlDsaKey } from './ml-dsa.js';

const generate = promisify(generateKeyPair);

/** A new software private key. RSA takes 50 ms to seconds, which is why tests bring keys of their own. */
export async function generatePrivateKey(spec: KeySpec): Promise<KeyObject> {
  const facts = specFacts(spec);
  if (facts?.keySize) return (await generate('rsa', { modulusLength: facts.keySize, publicExponent: 0x10001 })).privateKey;
  if (facts?.namedCurve) return (await generate('ec', { namedCurve: facts.namedCurve })).privateKey;
  if (facts?.algorithm === 'ED') return (await generate('ed25519', undefined)).privateKey;
  if (isMlDsaSpec(spec)) return generateMlDsaKey(spec);
  throw failure(101, `the emulator has no software keys of type ${spec}`);
}
