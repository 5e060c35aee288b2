import { SignError } from '@securosys/core';
import { openAuditLog } from '@securosys/sign/audit';
import { writeOwnFile } from '../../files/write-file.js';
import { headText, logFolder, typedHead } from '../auditing/log-folder.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { backendOptions } from '../open/open-backend.js';
import { keyOptions, openSigner, sameCommand } from '../open/open-signer.js';
import { watchApprovals } from '../open/signing.js';

/** Names the head that people decide on: the log may have grown when they have. */
function withHead(error: unknown): unknown {
  if (!SignError.is(error, 'ERR_APPROVAL_PENDING')) return error;
  const { head } = error.details as { readonly head?: Parameters<typeof headText>[0] };
  if (!head) return error;
  const advice = `when they have decided, run it again with --head ${headText(head)}`;
  return new SignError(error.code, error.message, { cause: error, details: { ...error.details, advice }, retryable: true });
}

async function sign(context: CommandContext, folder: string): Promise<'ok'> {
  const { words, output, signal } = context;
  const typed = words.text('head');
  const settings = await context.settings();
  const { signer, close } = await openSigner(context);
  const log = openAuditLog({ folder, clock: context.clock });
  try {
    const checkpoint = await log.checkpoint(signer, {
      // Of people's time alone: a key that asks nobody has signed by the time that anybody would wait.
      timeoutMs: settings.durationMs('approvalTimeout') ?? 0,
      onProgress: await watchApprovals(context, 'checkpoint', sameCommand),
      signal,
      ...(typed !== undefined && { head: typedHead(typed, 'head') }),
    });
    const file = words.text('output');
    if (file !== undefined)
      await writeOwnFile(context.path(file), `${JSON.stringify(checkpoint)}\n`, { mode: 0o644, replace: words.flag('force') });
    output.result(checkpoint, [
      `record ${checkpoint.seq} and all before it are confirmed by key ${checkpoint.spkiSha256}`,
      file === undefined
        ? JSON.stringify(checkpoint)
        : `written to ${context.path(file)}: keep it where who writes the log cannot`,
    ]);
    return 'ok';
  } catch (error) {
    throw withHead(error);
  } finally {
    await log.close();
    await close();
  }
}

/** `audit checkpoint`. */
export const command: Command = {
  describe:
    'Signs the head of an audit log with a key: from then on nobody can change what was written before without being found out. Keep the result elsewhere.',
  arguments: [{ name: 'folder', describe: 'of the log; default: auditLog of the configuration', optional: true }],
  options: [
    { name: 'output', value: 'path', describe: 'file for the checkpoint; default: stdout' },
    { name: 'force', describe: 'replace that file' },
    { name: 'head', value: 'head', describe: 'go on with the request for this head: log:number:hash' },
    ...keyOptions,
    ...backendOptions,
  ],
  run: async (context) => sign(context, await logFolder(context)),
};
