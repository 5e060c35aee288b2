import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SignError, sha256Hex } from '@securosys/core';
import { type RequestItem, requestFile, type SigningRequest } from '@securosys/sign';
import { makeOwnFolder, writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { applicationKeyOf, stateFolderOf } from '../open/open-backend.js';
import { decryptingOptions, openRequest, resumingOptions } from '../open/requests.js';
import type { Line } from '../output/output.js';
import { exitOfStatus, requestLines, subjectOf } from '../output/request-lines.js';
import { programName } from '../program-name.js';

const over: readonly string[] = ['rejected', 'expired', 'cancelled', 'failed', 'stale'];
/** Approvals of an item that nobody can use any more. */
const lostBy = ({ parts }: RequestItem): number =>
  parts.reduce((count, { approvals }) => count + (approvals?.approvedBy.length ?? 0), 0);

/** What is asked anew, why, and what that costs. */
function changeLines(items: readonly RequestItem[]): Line[] {
  return items.flatMap((item): Line[] => {
    const what = `${item.format} ${subjectOf(item)}`;
    const about = `      ${item.reference}`;
    if (!over.includes(item.status))
      return [`  ${item.status === 'published' ? 'stays done' : 'taken along'}: ${what}, ${item.status}`, about];
    const lost = lostBy(item);
    return [
      { text: `  asked anew: ${what}, ${item.status}`, tone: 'warn' },
      about,
      ...(item.reason === undefined ? [] : [`      ${item.reason}`]),
      ...(lost === 0 ? [] : [{ text: `      approvals that are lost: ${lost}`, tone: 'warn' } as const]),
    ];
  });
}

/** Where the new request is written; a place that is taken is refused before the old one is given up. */
function placeOf({ words, path }: CommandContext): string | undefined {
  const typed = words.text('output');
  if (typed === undefined) return undefined;
  const file = path(typed);
  if (existsSync(file) && !words.flag('force'))
    throw new SignError('ERR_CONFLICT', `this is there already: ${file}`, {
      details: { advice: 'give another --output, or --force to replace it' },
    });
  return file;
}

async function write(context: CommandContext, request: SigningRequest, file: string) {
  const bytes = await requestFile(request, await applicationKeyOf(context));
  await writeOwnFile(file, bytes, { replace: true });
  return { file, sha256: sha256Hex(bytes) };
}

/** Asks at once. The old request is gone by now: what cannot be sent is written down. */
async function submit(context: CommandContext, request: SigningRequest) {
  try {
    return await request.submit({ signal: context.signal });
  } catch (error) {
    if (!SignError.is(error)) throw error;
    const folder = join(stateFolderOf(await context.settings(), context), 'reprepared');
    await makeOwnFolder(folder);
    const { file, sha256 } = await write(context, request, join(folder, `${request.id}.json`));
    const advice = `the new request is in a file: ${programName} request submit --sha256 ${sha256} ${file}`;
    throw new SignError(error.code, error.message, {
      cause: error,
      details: { ...error.details, advice },
      retryable: error.retryable,
    });
  }
}

/** `request reprepare`. */
export const command: Command = {
  describe:
    'Asks anew for the items of a request that came to nothing: rejected, expired, cancelled, or stale because a tag moved, for what the tag names now. Everything in them needs new approvals, and approvers are told that it was asked before. What is done stays done; what people still decide on is taken along. The request gets another id.',
  arguments: [{ name: 'request', describe: 'id, or a request file' }],
  options: [
    { name: 'output', value: 'path', describe: 'write a request file, for request submit; default: ask at once' },
    { name: 'force', describe: 'replace that file' },
    ...resumingOptions,
    ...decryptingOptions,
  ],
  examples: ['securosys-sign request reprepare <id>'],
  run: async (context) => {
    const { signal, output } = context;
    const place = placeOf(context);
    const { request, close } = await openRequest(context);
    try {
      const { items } = await request.refresh({ signal });
      const lost = items.filter(({ status }) => over.includes(status)).reduce((count, item) => count + lostBy(item), 0);
      const next = await request.reprepare({ signal });
      const change = [
        { text: `request ${request.id} is given up for ${next.id}`, tone: 'strong' } as const,
        ...changeLines(items),
      ];
      for (const line of change) output.note(line);
      const written = place === undefined ? undefined : await write(context, next, place);
      const state = written ? next.state : await submit(context, next);
      const renewed = items
        .filter(({ status }) => over.includes(status))
        .map(({ id, status, reason }) => ({ id, status, reason }));
      output.result({ id: next.id, replaces: request.id, renewed, approvalsLost: lost, ...state, ...written }, [
        ...requestLines(next.id, state, context.approvers.name),
        ...(written ? [`  ${written.file}`, `  sha256 ${written.sha256}`] : []),
      ]);
      return written ? 'ok' : exitOfStatus(state.status);
    } finally {
      await close();
    }
  },
};
