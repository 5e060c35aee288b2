import {
  base64Bytes,
  base64Text,
  invalidArgument,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Prepared,
  type PreparedPart,
  SignError,
  type SigningFacts,
  sha256Hex,
  verifySignature,
} from '@securosys/core';
import { algorithmOf, type DctKey, type DctMethod, publicKeyOf, readKey } from '../model/keys.js';
import { checkGun, type DctRole, isDelegation } from '../model/roles.js';
import { readRoot } from '../model/root.js';
import { readTargets } from '../model/targets.js';
import type { PublishedFile } from '../server/notary-server.js';
import { explainMetadata } from './explain.js';
import { partId } from './part-id.js';
import { saysNothingElse } from './rewritten.js';
import { expiryText, writeFile } from './write-file.js';

/** Files that are published together, signed. */
export interface DctUpdate {
  readonly gun: string;
  readonly files: readonly PublishedFile[];
}

/** A key that signs a file, and how. */
export interface FileSigner {
  readonly key: DctKey;
  readonly method: DctMethod;
}

/** A file that is to be signed. */
export interface FilePlan {
  readonly role: DctRole;
  /** From `messageOf`. */
  readonly message: Uint8Array;
  /** Several for a root that replaces its key: old and new. */
  readonly signers: readonly FileSigner[];
}

/** Name of the format in prepared JSON and in facts. */
export const dctFormatId = 'dct';

/** Keys that may be asked to sign one file. */
const maxSigners = 16;

/** Demands that a file will be read back as exactly these bytes (`dct.md` §4.3): one that the server writes otherwise spoils the repository. */
function checkRewritten({ role, message }: FilePlan): void {
  const bytes = writeFile(message, []);
  const file =
    role === 'root' ? readRoot(bytes) : readTargets(role === 'targets' || isDelegation(role) ? role : notOurs(role), bytes);
  if ('targets' in file && file.unusable.size > 0) throw new SignError('ERR_MALFORMED', `${role}: a tag has no usable hash`);
  if (file.expires !== expiryText(file.expiresAt) || !saysNothingElse(file, message))
    throw new SignError(
      'ERR_MALFORMED',
      `${role}: the server would write this file otherwise, and nobody could read it any more`,
    );
}

function notOurs(role: string): never {
  throw new SignError('ERR_MALFORMED', `${role} is signed by the server`);
}

interface FilePart extends PreparedPart {
  readonly signer: FileSigner;
}

function partsOf({ role, message, signers }: FilePlan): FilePart[] {
  const facts: SigningFacts = explainMetadata(message) ?? invalidArgument(`${role}: nobody can be shown what is to be signed`);
  return signers.map((signer) => {
    const algorithm = algorithmOf(signer.key, signer.method);
    if (!algorithm) return invalidArgument(`${role}: its key does not sign with ${signer.method}`);
    const id = partId(role, signers.length === 1 ? undefined : signer.key.id);
    return { id, algorithm, input: { message }, domain: 'tuf', facts, spkiSha256: sha256Hex(signer.key.spki), signer };
  });
}

function assemblePart(part: FilePart, signature: Uint8Array | undefined) {
  const { id, algorithm, input, signer } = part;
  if (!signature) return invalidArgument(`the signature '${id}' is missing`);
  if (!verifySignature(publicKeyOf(signer.key), algorithm, input.message, signature))
    throw new SignError('ERR_SIGNATURE_MISMATCH', `the signature '${id}' does not fit the file or its key`);
  return { keyId: signer.key.id, method: signer.method, signature };
}

/**
 * Files to be signed and published together, one part for each signature.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED` for a file that could not be read back
 */
export function preparedUpdate(gun: string, plans: readonly FilePlan[]): Prepared<DctUpdate> {
  checkGun(gun);
  if (plans.length === 0) invalidArgument('an update has no files');
  if (new Set(plans.map(({ role }) => role)).size !== plans.length) invalidArgument('an update has a role twice');
  for (const plan of plans) checkRewritten(plan);
  const files = plans.map((plan) => ({ plan, parts: partsOf(plan) }));
  const parts = files.flatMap((file) => file.parts);
  return {
    format: dctFormatId,
    version: 1,
    parts: parts.map(({ signer: _, ...part }) => part),
    assemble(signatures) {
      const foreign = Object.keys(signatures).find((id) => !parts.some((part) => part.id === id));
      if (foreign !== undefined) invalidArgument('there is a signature that nobody asked for');
      return {
        gun,
        files: files.map(({ plan, parts: own }) => ({
          role: plan.role,
          bytes: writeFile(
            plan.message,
            own.map((part) => assemblePart(part, signatures[part.id])),
          ),
        })),
      };
    },
    toJSON: () => ({
      format: dctFormatId,
      version: 1,
      gun,
      files: plans.map(({ role, message, signers }) => ({
        role,
        message: base64Text(message),
        signers: signers.map(({ key, method }) => ({ key: key.json, method })),
      })),
    }),
  };
}

const malformed = (why: string): never => {
  throw new SignError('ERR_MALFORMED', `a prepared update of Docker Content Trust ${why}`);
};

function signerOf(json: JsonValue): FileSigner {
  const { key, method, ...others } = isJsonObject(json) ? json : malformed('names no signers');
  if (Object.keys(others).length > 0 || typeof method !== 'string') return malformed('names a signer badly');
  const read = readKey(key).key ?? malformed('names a key of a kind that is not taken');
  return { key: read, method: method as DctMethod };
}

function planOf(json: JsonValue): FilePlan {
  const { role, message, signers, ...others } = isJsonObject(json) ? json : malformed('lists no files');
  const isRole = typeof role === 'string' && (role === 'root' || role === 'targets' || isDelegation(role));
  if (!isRole || typeof message !== 'string' || !Array.isArray(signers) || Object.keys(others).length > 0)
    return malformed('describes a file badly');
  if (signers.length === 0 || signers.length > maxSigners) malformed('has a file without signers, or with too many');
  return { role: role as DctRole, message: base64Bytes(message, 'message'), signers: signers.map(signerOf) };
}

/** Takes back what `toJSON` gave, as hostile. @throws SignError `ERR_MALFORMED` */
export function restoredUpdate(json: JsonObject): Prepared<DctUpdate> {
  const { format, version, gun, files, ...others } = isJsonObject(json) ? json : malformed('is no object');
  if (
    format !== dctFormatId ||
    version !== 1 ||
    typeof gun !== 'string' ||
    !Array.isArray(files) ||
    Object.keys(others).length > 0
  )
    return malformed('of version 1 looks otherwise');
  try {
    return preparedUpdate(gun, files.map(planOf));
  } catch (error) {
    if (!SignError.is(error, 'ERR_INVALID_ARGUMENT')) throw error;
    throw new SignError('ERR_MALFORMED', error.message, { cause: error });
  }
}
