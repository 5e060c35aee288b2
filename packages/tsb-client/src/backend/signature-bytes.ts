import {
  algorithmFacts,
  derChildren,
  ecdsaFromDer,
  ownBytes,
  type SignatureAlgorithm,
  SignError,
  scanDer,
} from '@securosys/core';

/** Bytes of r‖s by curve: P-256 (and Ed25519), P-384, P-521. */
const rawLengths = [64, 96, 132] as const;

/** Bytes of the larger of r and s when `bytes` is exactly a DER SEQUENCE of two positive INTEGERs, else `undefined`. */
function integerSizes(bytes: Uint8Array): number | undefined {
  if (bytes[0] !== 0x30) return undefined;
  try {
    const outer = scanDer(bytes, { maxDepth: 1, maxElements: 3 });
    const children = derChildren(bytes, outer);
    if (children.length !== 2 || children.some((child) => child.tag !== 0x02)) return undefined;
    return Math.max(...children.map((child) => child.end - child.contents - (bytes[child.contents] === 0 ? 1 : 0)));
  } catch (error) {
    if (SignError.is(error)) return undefined;
    throw error;
  }
}

/** The 64 bytes in an OCTET STRING or a BIT STRING, which only EdDSA results were seen in. */
function unwrapped(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.byteLength === 66 && bytes[0] === 0x04 && bytes[1] === 0x40) return bytes.subarray(2);
  if (bytes.byteLength === 67 && bytes[0] === 0x03 && bytes[1] === 0x41 && bytes[2] === 0) return bytes.subarray(3);
  return undefined;
}

function fromIntegers(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  // r and s of a larger curve are both this short once in 2^256 signatures.
  const width = (rawLengths.find((length) => size <= length / 2) ?? 0) / 2;
  if (rawLengths.some((length) => length === bytes.byteLength))
    throw new SignError('ERR_PROTOCOL', 'the signature in the answer may be DER as well as r‖s; asking again makes another one');
  return ecdsaFromDer(bytes, width);
}

/**
 * A signature as `core` wants it, from any form that servers were seen to answer (`tsb-rest-api.md` §3.3). We ask for `RAW`, but
 * older servers write DER, and EdDSA came as bare 64 bytes, OCTET STRING, BIT STRING and SEQUENCE. The form is told by the bytes;
 * the signer verifies the outcome.
 * @param algorithm absent for a request that is looked at in another process: then a form that fits nothing is given out as it is
 * @throws SignError `ERR_PROTOCOL` for bytes that no form of this algorithm's signatures fits, and for those that fit two
 */
export function normalSignature(bytes: Uint8Array, algorithm?: SignatureAlgorithm): Uint8Array<ArrayBuffer> {
  const family = algorithm && algorithmFacts(algorithm).family;
  // Their results are plain bytes, and nothing inside them means anything.
  if (family === 'rsa-pss' || family === 'rsa-pkcs1' || family === 'ml-dsa') return ownBytes(bytes);
  const inner = family === 'ecdsa' ? undefined : unwrapped(bytes);
  if (inner) return ownBytes(inner);
  const size = integerSizes(bytes);
  const longest = family === 'ed25519' ? 32 : 66;
  if (size !== undefined && size <= longest) return fromIntegers(bytes, size);
  const lengths: readonly number[] = family === 'ed25519' ? [64] : rawLengths;
  if (family !== undefined && !lengths.includes(bytes.byteLength))
    throw new SignError('ERR_PROTOCOL', `${bytes.byteLength} bytes in the answer are no form of an ${family} signature`);
  return ownBytes(bytes);
}
