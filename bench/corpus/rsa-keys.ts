import { createPrivateKey, generatePrime, type KeyObject } from 'node:crypto';

const exponent = 65537n;

/**
 * `count` RSA keys with different moduli in the time that 2·√count primes take: each modulus is one of the first half of the
 * primes times one of the second. Keys that share primes protect nothing; these only have to be different from each other.
 */
export async function distinctRsaKeys(bits: number, count: number): Promise<KeyObject[]> {
  const side = Math.ceil(Math.sqrt(count));
  const primes = await Promise.all(Array.from({ length: 2 * side }, () => prime(bits / 2)));
  const pairs = primes.slice(0, side).flatMap((p) => primes.slice(side).map((q) => [p, q] as const));
  return pairs.slice(0, count).map(([p, q]) => (p > q ? rsaKey(p, q) : rsaKey(q, p)));
}

/** A prime with its two top bits set, so that a product of two has exactly twice as many bits. */
async function prime(bits: number): Promise<bigint> {
  for (;;) {
    const candidate = await new Promise<bigint>((resolve, reject) =>
      generatePrime(bits, { bigint: true }, (error, value) => (error ? reject(error) : resolve(value))),
    );
    if (candidate % exponent !== 1n) return candidate;
  }
}

/** RFC 8017 §3.2, in the form of RFC 7518 §6.3. */
function rsaKey(p: bigint, q: bigint): KeyObject {
  const d = inverse(exponent, (p - 1n) * (q - 1n));
  const members = { n: p * q, e: exponent, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  const encoded = Object.fromEntries(Object.entries(members).map(([name, value]) => [name, base64url(value)]));
  return createPrivateKey({ key: { kty: 'RSA', ...encoded }, format: 'jwk' });
}

function base64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex').toString('base64url');
}

/** Extended Euclid. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [value % modulus, modulus, 1n, 0n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a % b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}
