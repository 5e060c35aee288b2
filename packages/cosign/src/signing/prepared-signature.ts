import {
  base64Text,
  invalidArgument,
  type JsonObject,
  ownBytes,
  type Prepared,
  type SignatureAlgorithm,
  SignError,
  type SigningDomain,
  type SigningFacts,
  sha256Hex,
  verifySignature,
} from '@securosys/core';
import { storedSignature } from '../keys/signature-bytes.js';
import type { SigningKey } from './signing-key.js';

/** Version of the JSON form. */
export const jsonVersion = 1;

/** One message that waits for its signature. */
export interface CosignPart {
  readonly id: string;
  readonly message: Uint8Array;
  /** Absent for a blob. */
  readonly domain?: SigningDomain;
  readonly facts: SigningFacts;
}

/** What something prepared is made of. */
export interface PreparedInput<A> {
  readonly format: string;
  readonly key: SigningKey;
  readonly algorithm: SignatureAlgorithm;
  readonly parts: readonly CosignPart[];
  /** Members of the JSON form besides format, version, key and algorithm. */
  readonly json: JsonObject;
  /** @param signatures verified, as cosign stores them, by part */
  readonly build: (signatures: ReadonlyMap<string, Uint8Array>) => A;
}

function assemble<A>({ parts, key, algorithm, build }: PreparedInput<A>, given: Readonly<Record<string, Uint8Array>>): A {
  const ids = parts.map(({ id }) => id);
  if (Object.keys(given).length !== ids.length || ids.some((id) => !(given[id] instanceof Uint8Array)))
    return invalidArgument(`one signature is needed of each part, and no other: ${ids.join(', ')}`);
  const signatures = new Map<string, Uint8Array>();
  for (const { id, message } of parts) {
    const signature = ownBytes(given[id] as Uint8Array);
    if (!verifySignature(key.key, algorithm, message, signature))
      throw new SignError('ERR_SIGNATURE_MISMATCH', `the signature of part '${id}' does not verify for its bytes`);
    signatures.set(id, storedSignature(algorithm, signature));
  }
  return build(signatures);
}

/** Something that waits for the signatures of its parts, all by one key. */
export function preparedSignature<A>(input: PreparedInput<A>): Prepared<A> {
  const { format, key, algorithm, parts, json } = input;
  const spkiSha256 = sha256Hex(key.spki);
  return {
    format,
    version: jsonVersion,
    parts: parts.map(({ id, message, domain, facts }) => ({
      id,
      algorithm,
      input: { message },
      ...(domain && { domain }),
      facts,
      spkiSha256,
    })),
    assemble: (signatures) => assemble(input, signatures),
    toJSON: () => ({ format, version: jsonVersion, spki: base64Text(key.spki), algorithm, ...json }),
  };
}
