import { join } from 'node:path';
import { isoSeconds, nodeFiles } from '@securosys/core';
import type { PluginProgress } from '@securosys/notation-envelope';
import { makeOwnFolder, writeOwnFile } from '../files/write-file.js';

const idForm = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * Says in a file how a request stands, for people and programs that cannot see the terminal; the file goes when the request has ended.
 * What has no id that can be a file's name has no file.
 */
export async function writeStatus(folder: string, progress: PluginProgress, now: number): Promise<void> {
  const { requestId, waitsUntil, ...state } = progress;
  if (requestId === undefined || !idForm.test(requestId) || requestId.startsWith('.')) return;
  const path = join(folder, `${requestId}.json`);
  if (state.status !== 'pending' && state.status !== 'approved') return nodeFiles().rm(path, { force: true });
  await makeOwnFolder(folder);
  const record = { requestId, ...state, waitsUntil: isoSeconds(waitsUntil), lookedAt: isoSeconds(now) };
  await writeOwnFile(path, `${JSON.stringify(record, undefined, 2)}\n`, { replace: true });
}
