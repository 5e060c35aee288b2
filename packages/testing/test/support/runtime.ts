import { constants, privateDecrypt } from 'node:crypto';
import type { EncryptionAlgorithm } from '@securosys/core';
import { softwareKeys } from './software-keys.js';

/** Algorithms that no software key decrypts with on this runtime: Node 20 leaves PKCS#1 v1.5 out, later ones have it. */
export async function leftOutHere(): Promise<EncryptionAlgorithm[]> {
  const key = (await softwareKeys())['rsa-2048'];
  try {
    privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, new Uint8Array(256).fill(1));
    return [];
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_INVALID_ARG_VALUE' ? ['rsa-pkcs1'] : [];
  }
}
