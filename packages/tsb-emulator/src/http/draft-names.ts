import { isJsonObject, type JsonValue } from '@securosys/core';

/** What older servers and their clients call post-quantum algorithms (`tsb-rest-api.md` §3.1, §3.3; §8, 15). */
const algorithms: ReadonlyMap<string, string> = new Map([
  ['DILITHIUM_L2', 'ML-DSA-44'],
  ['DILITHIUM_L3', 'ML-DSA-65'],
  ['DILITHIUM_L5', 'ML-DSA-87'],
  ['SPHINCS_PLUS_SHAKE_L1', 'SLH-DSA-SHAKE-128s'],
  ['SPHINCS_PLUS_SHAKE_L3', 'SLH-DSA-SHAKE-192s'],
  ['SPHINCS_PLUS_SHAKE_L5', 'SLH-DSA-SHAKE-256s'],
  ...[512, 768, 1024].flatMap((size): [string, string][] => [
    [`KYBER${size}_WITH_SHAKE`, `ML-KEM-${size}`],
    [`KYBER${size}_WITH_SHA2_AES`, `ML-KEM-${size}`],
  ]),
]);
const signatureAlgorithms: ReadonlyMap<string, string> = new Map([
  ['DILITHIUM', 'ML_DSA'],
  ['SPHINCS_PLUS', 'SLH_DSA'],
]);

function renamed(body: JsonValue, member: string, names: ReadonlyMap<string, string>): JsonValue {
  if (!isJsonObject(body)) return body;
  const name = body[member];
  const current = typeof name === 'string' ? names.get(name) : undefined;
  return current === undefined ? body : { ...body, [member]: current };
}

/** A body with today's names, which are the only ones that the contract lets a client send. */
export function withCurrentNames(body: JsonValue): JsonValue {
  const own = renamed(renamed(body, 'algorithm', algorithms), 'signatureAlgorithm', signatureAlgorithms);
  if (!isJsonObject(own) || own.signRequest === undefined) return own;
  return { ...own, signRequest: renamed(own.signRequest, 'signatureAlgorithm', signatureAlgorithms) };
}
