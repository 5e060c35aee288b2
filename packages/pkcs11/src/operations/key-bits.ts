import type { KeySpec } from '@securosys/core';

const curveBits: Partial<Readonly<Record<KeySpec, number>>> = { 'ec-p256': 256, 'ec-p384': 384, 'ec-p521': 521 };

/** Bits of an RSA modulus or of a NIST curve; `undefined` where modules disagree about what they count (Edwards curves). */
export const keyBits = (spec: KeySpec): number | undefined =>
  spec.startsWith('rsa-') ? Number(spec.slice('rsa-'.length)) : curveBits[spec];
