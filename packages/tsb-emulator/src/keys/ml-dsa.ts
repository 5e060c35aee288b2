import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { concatBytes, type MlDsaSpec, mlDsaPublicKey, mlDsaSpki, ownBytes } from '@securosys/core';
import { createMlDsaKey } from '@securosys/core/memory';

/*
 * `node:crypto` has no ML-DSA key objects before Node 24.6, so here such a key is a secret one: its seed, then its public key, from
 * which the type can be told as well. Everything that keeps key objects keeps these too.
 */
const seedBytes = 32;

/** A new ML-DSA key, or the one of a seed. */
export async function generateMlDsaKey(spec: MlDsaSpec, seed: Uint8Array = randomBytes(seedBytes)): Promise<KeyObject> {
  const { spki } = await createMlDsaKey(spec, seed);
  const publicKey = mlDsaPublicKey(spki)?.publicKey ?? new Uint8Array();
  return createSecretKey(concatBytes(seed, publicKey));
}

/** SubjectPublicKeyInfo DER of a key that {@link generateMlDsaKey} made. */
export function mlDsaSpkiOf(key: KeyObject, spec: MlDsaSpec): Uint8Array<ArrayBuffer> {
  return mlDsaSpki({ spec, publicKey: ownBytes(key.export().subarray(seedBytes)) });
}

/** Signs a message, with a context if there is one. */
export async function signMlDsa(
  key: KeyObject,
  spec: MlDsaSpec,
  message: Uint8Array,
  context: Uint8Array | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const software = await createMlDsaKey(spec, key.export().subarray(0, seedBytes));
  return software.sign(message, { context });
}
