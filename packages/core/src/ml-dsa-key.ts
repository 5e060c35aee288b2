import { invalidArgument, loadMlDsa, type MlDsaOptions, type MlDsaSpec, mlDsaSpki, nodeCrypto, wipe } from '@securosys/core';

/** An ML-DSA key in this process. Its private half is in no member: nothing that prints or stores the object shows it. */
export interface MlDsaKey {
  readonly spec: MlDsaSpec;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array<ArrayBuffer>;
  /** Signs a message, never a digest: 2420, 3309 or 4627 bytes, different ones each time. */
  sign(message: Uint8Array, options?: MlDsaOptions): Uint8Array<ArrayBuffer>;
}

const seedBytes = 32;

/**
 * A software ML-DSA key, on every runtime.
 * @param seed 32 bytes, from which the key can be made again; the caller's copy is left as it is. Default: random.
 * @throws SignError `ERR_INVALID_ARGUMENT` for a seed of another length
 */
export async function createMlDsaKey(spec: MlDsaSpec, seed?: Uint8Array): Promise<MlDsaKey> {
  if (seed !== undefined && seed.byteLength !== seedBytes) invalidArgument(`an ML-DSA seed has ${seedBytes} bytes`);
  const library = await loadMlDsa();
  const own = Uint8Array.from(seed ?? nodeCrypto().randomBytes(seedBytes));
  const { publicKey, secretKey } = library.generate(spec, own);
  wipe(own);
  const spki = mlDsaSpki({ spec, publicKey });
  return { spec, spki, sign: (message, options) => library.sign(spec, secretKey, message, options) };
}
