import { derChildren, ecdsaFromDer, ownBytes, SignError, scanDer } from '@securosys/core';

/** Bytes of r and of s when `bytes` is exactly a DER SEQUENCE of two INTEGERs, else `undefined`. */
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

/**
 * A signature as `core` wants it, from any form that servers were seen to answer (`tsb-rest-api.md` §3.3). We ask for `RAW`, but
 * older servers write DER, and EdDSA came as bare 64 bytes, OCTET STRING, BIT STRING and SEQUENCE. A request that is looked at in
 * another process has no algorithm at hand, so the form is told by its bytes; the signer verifies the outcome.
 */
export function normalSignature(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength === 66 && bytes[0] === 0x04 && bytes[1] === 0x40) return ownBytes(bytes.subarray(2));
  if (bytes.byteLength === 67 && bytes[0] === 0x03 && bytes[1] === 0x41 && bytes[2] === 0) return ownBytes(bytes.subarray(3));
  const size = integerSizes(bytes);
  if (size === undefined || size > 66) return ownBytes(bytes);
  // r and s of a larger curve are both this short once in 2^256 signatures.
  return ecdsaFromDer(bytes, size <= 32 ? 32 : size <= 48 ? 48 : 66);
}
