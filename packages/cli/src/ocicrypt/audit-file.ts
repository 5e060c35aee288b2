import { closeSync, constants, openSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SignError, sanitizeText } from '@securosys/core';
import type { KeyProviderUse } from '@securosys/ocicrypt';
import { makeOwnFolder } from '../files/write-file.js';

/**
 * Adds a line for a packet that was opened (S15): JSON, this user's alone. What nobody can write down is not given out.
 * @throws SignError `ERR_STORE`
 */
export async function writeAudit(path: string, { at, kids, ...use }: KeyProviderUse): Promise<void> {
  await makeOwnFolder(dirname(path));
  const line = JSON.stringify({ at: new Date(at).toISOString(), kids: kids.map((kid) => sanitizeText(kid, 80)), ...use });
  try {
    const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
    const file = openSync(path, flags, 0o600);
    try {
      writeFileSync(file, `${line}\n`);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new SignError('ERR_STORE', `the audit log cannot be written: ${sanitizeText(path, 400)}`, { cause });
  }
}
