import { join } from 'node:path';
import { isJsonObject, type JsonObject, nodeFiles, parseJsonObject, sanitizeText } from '@securosys/core';
import { codeOf, readOwnFile } from '../../files/read-file.js';
import { stateFolders } from '../folders.js';
import type { Command } from './command.js';

const mostFiles = 1_000;
const shown = (value: unknown): string => (typeof value === 'string' ? sanitizeText(value, 200) : '');
const names = (value: unknown): string => (Array.isArray(value) ? value.map(shown).join(', ') : '');

async function statusFiles(folder: string): Promise<string[]> {
  try {
    const files = await nodeFiles().readdir(folder);
    return files.filter((name) => name.endsWith('.json')).slice(0, mostFiles);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function statusText(json: JsonObject): string {
  const approvals = isJsonObject(json.approvals) ? json.approvals : {};
  return [
    `${shown(json.requestId)}  ${shown(json.status)}, looked at ${shown(json.lookedAt)}`,
    `  ${shown(json.title)}, key ${shown(json.keyId)}`,
    `  approved by: ${names(approvals.approvedBy) || 'nobody yet'}`,
    `  not yet approved by: ${names(approvals.notYetApprovedBy)}`,
  ].join('\n');
}

/** Says which requests of this machine wait for people, as they were last looked at. */
export const command: Command = {
  help: 'Says which requests of this machine wait for people, as they were last looked at.',
  options: {},
  run: async (_values, { env }) => {
    const { status: folder } = stateFolders(env);
    const requests: JsonObject[] = [];
    for (const name of await statusFiles(folder)) {
      const bytes = await readOwnFile(join(folder, name), 'a status file', 'own');
      if (bytes) requests.push(parseJsonObject(bytes, { what: 'a status file' }));
    }
    return { text: requests.map(statusText).join('\n') || 'nothing waits', json: { requests } };
  },
};
