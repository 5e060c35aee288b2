import type { CallOptions, DecryptOperation } from '@securosys/core';
import type { TsbDecryptInput } from '../client/ciphers.js';
import type { TsbGroups } from '../client/groups.js';
import { cipherNameOf } from './cipher-names.js';
import type { BackendParts } from './parts.js';
import { type DescribedRequest, describedRequest } from './request-metadata.js';

/** A decryption in the client's words. */
export function decryptInput({ key, algorithm, ciphertext }: DecryptOperation): TsbDecryptInput {
  return { label: key.label as string, algorithm: cipherNameOf(algorithm), encryptedPayload: ciphertext };
}

/** Asks people to let a ciphertext be decrypted: the ciphertext is what their approvals are bound to. */
export async function askToDecrypt(
  groups: Pick<TsbGroups, 'ciphers'>,
  { style, password }: Pick<BackendParts, 'style' | 'password'>,
  input: Omit<TsbDecryptInput, 'password'>,
  described: Omit<DescribedRequest, 'operation' | 'keyLabel' | 'payload'>,
  options: CallOptions,
): Promise<string> {
  const { label, encryptedPayload } = input;
  const secret = await password(label, true);
  const description = await describedRequest(
    { ...described, operation: 'decrypt', keyLabel: label, payload: encryptedPayload },
    style,
  );
  const request = { ...input, ...description, ...(secret !== undefined && { password: secret }) };
  return groups.ciphers.decrypt.asynchronous(request, { ...options, allowPasswordInRequest: secret !== undefined });
}
