import { type CallOptions, hexText, type KeyPurpose, type KeyUsage, SignError } from '@securosys/core';
import type { TokenCalls } from '../token/token-calls.js';
import { findKey } from './find-key.js';
import type { NewKey } from './key-templates.js';
import type { NewKeyOptions } from './new-key.js';
import { undo } from './own-objects.js';
import type { TokenKey } from './token-key.js';

/**
 * Uses a new key once and checks the result in software, so that a key whose public half belongs to another, or whose point was read
 * wrongly, is never handed out.
 * @throws SignError when the result is not right
 */
export type SelfTest = (key: TokenKey, purpose: KeyPurpose, options: CallOptions) => Promise<void>;

const wanted: Readonly<Record<KeyPurpose, readonly KeyUsage[]>> = {
  sign: ['sign', 'verify'],
  decrypt: ['decrypt', 'encrypt'],
  derive: ['derive'],
};

/** What of a key that was read back is not as it was asked for. */
function deviations(key: TokenKey, asked: NewKey): string[] {
  const { sensitive, extractable } = key.info.pkcs11;
  const usages = wanted[asked.purpose];
  return [
    sensitive !== true && 'CKA_SENSITIVE',
    extractable !== asked.extractable && 'CKA_EXTRACTABLE',
    (key.usages.length !== usages.length || !usages.every((usage) => key.usages.includes(usage))) && 'usage flags',
    key.label !== asked.label && 'CKA_LABEL',
  ].filter((name) => name !== false);
}

/**
 * Reads a new key back by its fresh CKA_ID, compares it with what was asked for and tries it. One that deviates is destroyed, unless
 * weak attributes were allowed; one of another type, or that does not work, is destroyed always.
 * @throws SignError `ERR_PROTOCOL` with `details.deviations`, or what the self test throws
 */
export async function checkNewKey(
  calls: TokenCalls,
  asked: NewKey,
  { allowWeakAttributes = false }: NewKeyOptions,
  selfTest: SelfTest,
  options: CallOptions,
): Promise<TokenKey> {
  try {
    const key = await findKey(calls, { id: asked.id }, options);
    const found = deviations(key, asked);
    if (found.length > 0 && !allowWeakAttributes) throw deviates(calls, asked, found);
    if (found.length > 0) options.logger?.warn('a new key is weaker than asked for', { deviations: found.join(', ') });
    if (key.spec !== asked.spec) throw deviates(calls, asked, ['key type']);
    await selfTest(key, asked.purpose, options);
    return key;
  } catch (error) {
    await undo(calls, asked.id, options, error);
    throw error;
  }
}

function deviates(calls: TokenCalls, { id }: NewKey, found: readonly string[]): SignError {
  return new SignError(
    'ERR_PROTOCOL',
    `the token did not make the key as it was asked to: ${found.join(', ')}; it was destroyed`,
    {
      details: { deviations: found, ckaId: hexText(id), tokenLabel: calls.token.label },
    },
  );
}
