import {
  base64Bytes,
  invalidArgument,
  type JsonObject,
  type KeySpec,
  loadVerifier,
  type SignatureAlgorithm,
  type SignatureVerifier,
  SignError,
  type SigningFacts,
  sha256Hex,
  signatureAlgorithmFor,
  utf8Bytes,
} from '@securosys/core';
import { type AuditHead, hashPattern, logPattern } from './record.js';

/** A head of a log, signed: whoever has it and the key's public half knows that nothing up to it was changed since. */
export interface AuditCheckpoint extends AuditHead {
  readonly algorithm: SignatureAlgorithm;
  /** SHA-256 of the SubjectPublicKeyInfo of the key, hex. */
  readonly spkiSha256: string;
  /** Over {@link checkpointBytes}; ECDSA as r‖s. Base64. */
  readonly signature: string;
}

const firstLine = 'securosys-audit-checkpoint v1';
const pattern = new RegExp(`^${firstLine}\nlog: ([0-9a-f]{32})\nseq: (0|[1-9]\\d{0,15})\nhash: ([0-9a-f]{64})\n$`);

/**
 * The message that a checkpoint's signature is over: four lines of ASCII that no other format starts with, so that it has a signing domain
 * of its own, `audit-checkpoint` (S9). It holds no time: the same head is the same message.
 */
export const checkpointBytes = ({ log, seq, hash }: AuditHead): Uint8Array<ArrayBuffer> =>
  utf8Bytes(`${firstLine}\nlog: ${log}\nseq: ${seq}\nhash: ${hash}\n`);

/** Explains checkpoints to approvers and guards: hand it to `formats`. */
export const auditCheckpointFormat = {
  id: 'audit-checkpoint',
  /** Facts of a checkpoint's bytes; `undefined` for any others. */
  explain(bytes: Uint8Array): SigningFacts | undefined {
    if (bytes.byteLength > 256) return undefined;
    const [, log, seq, hash] = pattern.exec(Buffer.from(bytes).toString('latin1')) ?? [];
    if (log === undefined || seq === undefined || hash === undefined) return undefined;
    return {
      format: 'audit-checkpoint',
      title: `Confirm that an audit log has exactly these records up to number ${seq}`,
      details: { log, record: seq, hash },
    };
  },
} as const;

/** The one algorithm that checkpoints of a key are signed with: that of Notary, or the only one there is. @throws SignError `ERR_ALGORITHM_UNSUPPORTED` */
export function checkpointAlgorithm(spec: KeySpec | undefined): SignatureAlgorithm {
  if (spec === 'ed25519' || spec === 'ml-dsa-44' || spec === 'ml-dsa-65' || spec === 'ml-dsa-87') return spec;
  return signatureAlgorithmFor('notary', spec);
}

/** Reads a checkpoint that was kept somewhere. @throws SignError `ERR_MALFORMED` */
export function readCheckpoint(json: JsonObject): AuditCheckpoint {
  const { log, seq, hash, algorithm, spkiSha256, signature } = json;
  const sound =
    logPattern.test(String(log)) &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 0 &&
    hashPattern.test(String(hash)) &&
    hashPattern.test(String(spkiSha256)) &&
    typeof algorithm === 'string' &&
    typeof signature === 'string';
  if (!sound) throw new SignError('ERR_MALFORMED', 'this is no checkpoint of an audit log');
  return { log, seq, hash, algorithm, spkiSha256, signature } as unknown as AuditCheckpoint;
}

/** What a key whose word counts says of a checkpoint. */
export type CheckpointCheck = (checkpoint: AuditCheckpoint) => 'good' | 'bad' | 'unknown-key';

/**
 * Checks checkpoints with pinned keys. The algorithm comes from the key; what the checkpoint names has to agree (S21).
 * @param keys SubjectPublicKeyInfo DER
 * @throws SignError `ERR_MALFORMED`, `ERR_INVALID_ARGUMENT`, `ERR_ALGORITHM_UNSUPPORTED`
 */
export async function checkpointChecker(keys: readonly Uint8Array[]): Promise<CheckpointCheck> {
  const pinned = new Map<string, SignatureVerifier>();
  for (const spki of keys) {
    if (!(spki instanceof Uint8Array)) invalidArgument('keys are SubjectPublicKeyInfo DER bytes');
    const verifier = await loadVerifier(spki);
    checkpointAlgorithm(verifier.spec);
    pinned.set(sha256Hex(spki), verifier);
  }
  return (checkpoint) => {
    const verifier = pinned.get(checkpoint.spkiSha256);
    if (!verifier) return 'unknown-key';
    const algorithm = checkpointAlgorithm(verifier.spec);
    if (algorithm !== checkpoint.algorithm) return 'bad';
    try {
      const signature = base64Bytes(checkpoint.signature, 'signature');
      return verifier.verify(algorithm, checkpointBytes(checkpoint), signature) ? 'good' : 'bad';
    } catch (error) {
      if (SignError.is(error, 'ERR_MALFORMED')) return 'bad';
      throw error;
    }
  };
}
