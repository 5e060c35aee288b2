import { concatBytes, equalBytes, hexBytes, ownBytes } from './bytes.js';

/** The three parameter sets of FIPS 204. */
export type MlDsaSpec = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

/** Public half of an ML-DSA key. */
export interface MlDsaPublicKey {
  readonly spec: MlDsaSpec;
  /** As FIPS 204 encodes it: 1312, 1952 or 2592 bytes. */
  readonly publicKey: Uint8Array<ArrayBuffer>;
}

/**
 * All of the SubjectPublicKeyInfo up to the key (RFC 9881 §4: OID without parameters, BIT STRING without unused bits). In DER only
 * the key varies, so comparing is parsing: runtimes before Node 24.6 cannot read these keys.
 */
const prefixes: Readonly<Record<MlDsaSpec, { readonly prefix: string; readonly keyBytes: number }>> = {
  'ml-dsa-44': { prefix: '30820532300b06096086480165030403110382052100', keyBytes: 1312 },
  'ml-dsa-65': { prefix: '308207b2300b0609608648016503040312038207a100', keyBytes: 1952 },
  'ml-dsa-87': { prefix: '30820a32300b060960864801650304031303820a2100', keyBytes: 2592 },
};
const specs = Object.keys(prefixes) as readonly MlDsaSpec[];

/** Whether a text names one of the parameter sets. */
export function isMlDsaSpec(spec: string | undefined): spec is MlDsaSpec {
  return specs.some((one) => one === spec);
}

/** The ML-DSA key in a SubjectPublicKeyInfo; `undefined` for any other key, and for anything that is not its one DER form. */
export function mlDsaPublicKey(spki: Uint8Array): MlDsaPublicKey | undefined {
  for (const spec of specs) {
    const prefix = hexBytes(prefixes[spec].prefix);
    if (spki.byteLength !== prefix.byteLength + prefixes[spec].keyBytes) continue;
    if (equalBytes(spki.subarray(0, prefix.byteLength), prefix))
      return { spec, publicKey: ownBytes(spki.subarray(prefix.byteLength)) };
  }
  return undefined;
}

/** SubjectPublicKeyInfo DER of an ML-DSA key. */
export function mlDsaSpki({ spec, publicKey }: MlDsaPublicKey): Uint8Array<ArrayBuffer> {
  return concatBytes(hexBytes(prefixes[spec].prefix), publicKey);
}
