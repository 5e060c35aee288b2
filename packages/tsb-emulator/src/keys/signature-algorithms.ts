import { tsbSignatureAlgorithms } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import { type KeyFamily, type KeyType, specFacts } from './key-specs.js';

/** One value of `signatureAlgorithm` (`tsb-rest-api.md` §3.3) that the emulator computes. */
export interface WireAlgorithm {
  readonly family: 'rsa-pkcs1' | 'rsa-pss' | 'ecdsa' | 'ed25519' | 'ml-dsa';
  /** Hash as `node:crypto` names it; `undefined` for bare payloads (`NONE_WITH_…`), Ed25519 and ML-DSA. */
  readonly hash: string | undefined;
  /** The payload is the digest already. */
  readonly prehashed: boolean;
}

const names: readonly string[] = tsbSignatureAlgorithms;
const grammar = /^(NONE)?(?:SHA(1|224|256|384|512))?_WITH_(RSA|RSA_PSS|ECDSA)$/;
const families = { RSA: 'rsa-pkcs1', RSA_PSS: 'rsa-pss', ECDSA: 'ecdsa' } as const;

function describe(name: string): WireAlgorithm | undefined {
  if (name === 'EDDSA') return { family: 'ed25519', hash: undefined, prehashed: false };
  if (name === 'ML_DSA') return { family: 'ml-dsa', hash: undefined, prehashed: false };
  const [, none, bits, family] = grammar.exec(name) ?? [];
  // PSS needs a hash for its mask, and NONE_WITH_RSA_PSS names none.
  if (family === undefined || name === 'NONE_WITH_RSA_PSS') return undefined;
  return {
    family: families[family as keyof typeof families],
    hash: bits === undefined ? undefined : `sha${bits}`,
    prehashed: none !== undefined,
  };
}

/** What each family of keys signs with. */
const signing: Readonly<Record<KeyFamily, readonly WireAlgorithm['family'][]>> = {
  rsa: ['rsa-pkcs1', 'rsa-pss'],
  ec: ['ecdsa'],
  ed25519: ['ed25519'],
  'ml-dsa': ['ml-dsa'],
  secret: [],
};

/**
 * The algorithm of that name, if the key can do it.
 * @throws SignError with the TSB error 501 for an unknown name, 607 when it does not fit the key, 101 when only a real TSB has it
 */
export function wireAlgorithm(name: string, spec: KeyType): WireAlgorithm {
  if (!names.includes(name)) throw failure(501, 'signatureAlgorithm is not a known value');
  const algorithm = describe(name);
  if (!algorithm) throw failure(101, `the emulator does not compute ${name}`);
  if (!signing[specFacts(spec).family].includes(algorithm.family)) throw failure(607, `${name} is not for keys of type ${spec}`);
  return algorithm;
}
