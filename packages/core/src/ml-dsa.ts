import { ownBytes } from './bytes.js';
import { invalidArgument } from './errors.js';
import type { MlDsaPublicKey, MlDsaSpec } from './ml-dsa-spki.js';

/** Longest context of FIPS 204: its length is one byte. */
const longestContext = 255;

/** What ML-DSA signs besides the message. */
export interface MlDsaOptions {
  /** Up to 255 bytes that tell uses of one key apart; the verifier needs the same. Default: none. */
  readonly context?: Uint8Array | undefined;
}

/** ML-DSA (FIPS 204, pure, hedged) in JavaScript, for runtimes and inputs that `node:crypto` has none for. */
export interface MlDsa {
  /**
   * The pair that a seed stands for (FIPS 204 `ML-DSA.KeyGen_internal`).
   * @param seed 32 bytes, secret
   */
  generate(spec: MlDsaSpec, seed: Uint8Array): { publicKey: Uint8Array<ArrayBuffer>; secretKey: Uint8Array<ArrayBuffer> };
  /** @param secretKey as `generate` gives it: 2560, 4032 or 4896 bytes */
  sign(spec: MlDsaSpec, secretKey: Uint8Array, message: Uint8Array, options?: MlDsaOptions): Uint8Array<ArrayBuffer>;
  /** `false` for anything that is not a signature of this message and context. */
  verify(key: MlDsaPublicKey, message: Uint8Array, signature: Uint8Array, options?: MlDsaOptions): boolean;
}

function contextOf({ context }: MlDsaOptions = {}): { context?: Uint8Array } {
  if (context === undefined) return {};
  if (!(context instanceof Uint8Array) || context.byteLength > longestContext)
    invalidArgument(`an ML-DSA context is a Uint8Array of up to ${longestContext} bytes`);
  return { context };
}

/** Loads the implementation when first needed: it is large, and few keys are of this kind. */
export async function loadMlDsa(): Promise<MlDsa> {
  const { ml_dsa44, ml_dsa65, ml_dsa87 } = await import('@noble/post-quantum/ml-dsa.js');
  const sets = { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 } as const;
  return {
    generate(spec, seed) {
      const { publicKey, secretKey } = sets[spec].keygen(seed);
      return { publicKey: ownBytes(publicKey), secretKey: ownBytes(secretKey) };
    },
    sign: (spec, secretKey, message, options) => ownBytes(sets[spec].sign(message, secretKey, contextOf(options))),
    verify({ spec, publicKey }, message, signature, options) {
      const context = contextOf(options);
      const set = sets[spec];
      if (publicKey.byteLength !== set.lengths.publicKey || signature.byteLength !== set.lengths.signature) return false;
      return set.verify(signature, message, publicKey, context);
    },
  };
}
