import {
  algorithmFitsKey,
  type BeginResult,
  type CallOptions,
  type DecryptOperation,
  type EncryptOperation,
  encryptTo,
  type KeyOperation,
  type KeyRef,
  type OpenOperation,
  publicKeyFromSpki,
  SignError,
  type SignOperation,
  sanitizeText,
} from '@securosys/core';
import type { TsbDecryptInput } from '../client/ciphers.js';
import type { TsbGroups } from '../client/groups.js';
import { cipherNameOf } from './cipher-names.js';
import { askToDecrypt, decryptInput } from './decrypt-request.js';
import { type KnownKey, labelOf } from './known-keys.js';
import type { BackendParts } from './parts.js';
import { approvalRequest, plainRequest } from './sign-request.js';
import { normalSignature } from './signature-bytes.js';
import { openInput, sealWith } from './symmetric-key.js';

/**
 * Begins one use of a key.
 * @throws SignError `ERR_KEY_CHANGED`, `ERR_KEY_NOT_USABLE`, `ERR_ALGORITHM_UNSUPPORTED`, `ERR_CAPABILITY_MISSING`, and those of the calls
 */
export async function beginUse(parts: BackendParts, operation: KeyOperation, options: CallOptions): Promise<BeginResult> {
  switch (operation.kind) {
    case 'sign':
      return sign(parts, operation, options);
    case 'decrypt':
      return decrypt(parts, operation, options);
    case 'encrypt':
      return encrypt(parts, operation, options);
    case 'seal':
      return { done: await sealWith(parts, operation, options) };
    case 'open':
      return decrypt(parts, operation, options);
    case 'derive':
      throw new SignError(
        'ERR_CAPABILITY_MISSING',
        'the REST API of a TSB has no key agreement: for this, use an RSA or an AES key',
      );
    default:
      throw new SignError(
        'ERR_CAPABILITY_MISSING',
        `this backend cannot ${sanitizeText(String((operation as { readonly kind: unknown }).kind), 40)}`,
      );
  }
}

/** Asks people, or does it at once, as far as the rules of the key are known. */
async function use(
  parts: BackendParts,
  key: KeyRef,
  options: CallOptions,
  ask: (known: KnownKey) => Promise<string>,
  atOnce: (known: KnownKey) => Promise<Uint8Array>,
): Promise<BeginResult> {
  labelOf(key);
  const known = await parts.keys.get(key, options);
  if (known.waits('ruleUse')) return { pending: await ask(known) };
  try {
    return { done: await atOnce(known) };
  } catch (error) {
    parts.keys.forget(key);
    throw error;
  }
}

function sign(parts: BackendParts, operation: SignOperation, options: CallOptions): Promise<BeginResult> {
  const { key, algorithm } = operation;
  // The API has one name for all ML-DSA sizes, and people should not be asked about what must fail in the end.
  const checked = ({ spec }: KnownKey) => {
    if (spec && !algorithmFitsKey(algorithm, spec))
      throw new SignError('ERR_ALGORITHM_UNSUPPORTED', `${algorithm} cannot be computed with a ${spec}`);
  };
  return use(
    parts,
    key,
    options,
    async (known) => {
      checked(known);
      return askPeople(parts, parts.client, operation, options);
    },
    async (known) => {
      checked(known);
      const password = await parts.password(labelOf(key), false);
      const request = plainRequest(operation, password, parts.style);
      return normalSignature(await parts.client.sign.synchronous(request, options), algorithm);
    },
  );
}

const inputOf = (operation: DecryptOperation | OpenOperation): TsbDecryptInput =>
  operation.kind === 'open' ? openInput(operation) : decryptInput(operation);

function decrypt(parts: BackendParts, operation: DecryptOperation | OpenOperation, options: CallOptions): Promise<BeginResult> {
  const input = inputOf(operation);
  return use(
    parts,
    operation.key,
    options,
    () => askPeople(parts, parts.client, operation, options),
    async () => {
      const password = await parts.password(input.label, false);
      return parts.client.ciphers.decrypt.synchronous({ ...input, ...(password !== undefined && { password }) }, options);
    },
  );
}

async function encrypt(
  parts: BackendParts,
  { key, algorithm, plaintext }: EncryptOperation,
  options: CallOptions,
): Promise<BeginResult> {
  const request = { label: labelOf(key), algorithm: cipherNameOf(algorithm), payload: plaintext };
  if (key.spkiSha256 !== undefined) {
    // Here, and to the very key that was pinned: between a look at the label and a call by it, the key could be exchanged (S7).
    const { spki, usages } = await parts.keys.describe(key, options);
    if (!usages.includes('encrypt')) throw new SignError('ERR_KEY_NOT_USABLE', 'the key may not decrypt what would be encrypted');
    return { done: encryptTo(publicKeyFromSpki(spki), algorithm, plaintext) };
  }
  return { done: (await parts.client.ciphers.encrypt(request, options)).encryptedPayload };
}

/** Makes the request that people decide on. */
export async function askPeople(
  parts: BackendParts,
  groups: TsbGroups,
  operation: SignOperation | DecryptOperation | OpenOperation,
  options: CallOptions,
): Promise<string> {
  if (operation.kind === 'sign') {
    const password = await parts.password(labelOf(operation.key), true);
    return groups.sign.asynchronous(await approvalRequest(operation, password, parts.style), options);
  }
  const { key, facts, claims, batch } = operation;
  const described = {
    ...(key.spkiSha256 !== undefined && { spkiSha256: key.spkiSha256 }),
    ...(facts && { facts }),
    ...(claims && { claims }),
    ...(batch && { batch }),
  };
  return askToDecrypt(groups, parts, inputOf(operation), described, options);
}
