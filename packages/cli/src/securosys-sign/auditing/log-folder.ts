import { invalidArgument, parseJsonObject } from '@securosys/core';
import { type AuditHead, readCheckpoint, type VerifyAuditLogOptions } from '@securosys/sign/audit';
import type { CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { publicKeyOf } from '../open/public-keys.js';

/** The folder that was typed, else that of the settings. @throws SignError `ERR_INVALID_ARGUMENT` */
export async function logFolder(context: CommandContext): Promise<string> {
  const [typed] = context.words.arguments;
  if (typed !== undefined) return context.path(typed);
  return (
    (await context.settings()).path('auditLog') ??
    invalidArgument('which audit log? name its folder, or auditLog in the configuration')
  );
}

/** `log:seq:hash`, as `audit verify` shows a head. @throws SignError `ERR_INVALID_ARGUMENT` */
export function typedHead(text: string, option: string): AuditHead {
  const [, log, seq, hash] = /^([0-9a-f]{32}):(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (log === undefined || seq === undefined || hash === undefined)
    return invalidArgument(`--${option} is a head as audit verify shows it: log:number:hash`);
  return { log, seq: Number(seq), hash };
}

export const headText = ({ log, seq, hash }: AuditHead): string => `${log}:${seq}:${hash}`;

/** Options that say what a log is compared with. */
export const anchorOptions: readonly CommandOption[] = [
  { name: 'checkpoint-key', value: 'path', many: true, describe: 'key whose checkpoints count: public key or certificate, PEM' },
  { name: 'checkpoint', value: 'path', many: true, describe: 'checkpoint that was kept elsewhere, signed by such a key' },
  { name: 'expected-head', value: 'head', describe: 'log:number:hash that is known to be one of this log' },
  { name: 'after', value: 'head', describe: 'where it begins, when older files were taken away: log:number:hash' },
];

/**
 * What the log is compared with, as it was typed.
 * @throws SignError `ERR_INVALID_ARGUMENT`, `ERR_MALFORMED`, those of reading files
 */
export async function typedAnchors(context: CommandContext): Promise<VerifyAuditLogOptions> {
  const { words } = context;
  const keys = await Promise.all(
    words
      .list('checkpoint-key')
      .map(async (path) => publicKeyOf(await context.readFile(path, '--checkpoint-key'), '--checkpoint-key')),
  );
  const checkpoints = await Promise.all(
    words
      .list('checkpoint')
      .map(async (path) =>
        readCheckpoint(parseJsonObject(await context.readFile(path, '--checkpoint'), { what: '--checkpoint' })),
      ),
  );
  if (checkpoints.length > 0 && keys.length === 0) invalidArgument('whose checkpoint is it? give --checkpoint-key');
  const [head, after] = [words.text('expected-head'), words.text('after')];
  return {
    ...(keys.length > 0 && { keys }),
    ...(checkpoints.length > 0 && { checkpoints }),
    ...(head !== undefined && { expectedHead: typedHead(head, 'expected-head') }),
    ...(after !== undefined && { after: typedHead(after, 'after') }),
  };
}
