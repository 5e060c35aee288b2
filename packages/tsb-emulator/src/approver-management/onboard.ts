import { createCipheriv, randomBytes } from 'node:crypto';
import { base64Text, concatBytes, utf8Bytes } from '@securosys/core';
import type { OnboardAnswer } from '@securosys/tsb-client/api';
import { failure } from '../failure.js';
import type { ApproverRecord } from './approver-record.js';
import type { ApproverStore } from './approver-store.js';

/**
 * Hands the approver's file out, once for each code, under the transport password (`tsb-rest-api.md` §5.7).
 * @throws SignError with the TSB error 412 for a code that is not the one, 600 for a transport password of another length
 */
export function onboard(store: ApproverStore, approver: ApproverRecord, code: string, transportPassword: string): OnboardAnswer {
  const key = utf8Bytes(transportPassword);
  if (key.byteLength !== 16 && key.byteLength !== 32) throw failure(600, 'transportPassword has 16 or 32 bytes');
  if (approver.oneTimeCode === undefined || approver.oneTimeCode !== code)
    throw failure(412, 'the one-time code is wrong, or was used before');
  const iv = randomBytes(12);
  const cipher = createCipheriv(key.byteLength === 16 ? 'aes-128-gcm' : 'aes-256-gcm', key, iv);
  const encrypted = concatBytes(cipher.update(approver.file), cipher.final(), cipher.getAuthTag());
  store.update(approver, { oneTimeCode: undefined, onboarded: true });
  return { encryptedPayload: base64Text(encrypted), initializationVector: base64Text(iv) };
}
