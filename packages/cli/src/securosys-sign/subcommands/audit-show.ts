import { invalidArgument } from '@securosys/core';
import { readAuditLog } from '@securosys/sign/audit';
import { logFolder } from '../auditing/log-folder.js';
import { recordLine } from '../auditing/record-line.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';

/** A day, or a time with its zone. @throws SignError `ERR_INVALID_ARGUMENT` */
function timeOf({ words }: CommandContext, option: string): number | undefined {
  const typed = words.text(option);
  if (typed === undefined) return undefined;
  const form = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;
  const at = form.test(typed) ? Date.parse(typed) : Number.NaN;
  return Number.isNaN(at) ? invalidArgument(`--${option} is 2026-03-01 (UTC) or 2026-03-01T08:30:00Z`) : at;
}

/** `audit show`. */
export const command: Command = {
  describe: 'Shows records of an audit log, in their order. Whether the log is whole, audit verify says.',
  arguments: [{ name: 'folder', describe: 'of the log; default: auditLog of the configuration', optional: true }],
  options: [
    { name: 'kind', value: 'kind', many: true, describe: 'intent, outcome, published, checkpoint, …' },
    { name: 'since', value: 'time', describe: 'not before' },
    { name: 'until', value: 'time', describe: 'before' },
    { name: 'key-sha256', value: 'hex', describe: 'of this key, by the SHA-256 of its public half' },
    { name: 'request', value: 'id', describe: 'of this request of the TSB' },
    { name: 'text', value: 'text', describe: 'that holds this: a digest, a repository' },
  ],
  run: async (context) => {
    const { words, output, signal } = context;
    const [since, until] = [timeOf(context, 'since'), timeOf(context, 'until')];
    const [kinds, spkiSha256, requestId, text] = [
      words.list('kind'),
      words.text('key-sha256'),
      words.text('request'),
      words.text('text'),
    ];
    const records = readAuditLog(await logFolder(context), {
      signal,
      ...(kinds.length > 0 && { kinds }),
      ...(since !== undefined && { since }),
      ...(until !== undefined && { until }),
      ...(spkiSha256 !== undefined && { spkiSha256 }),
      ...(requestId !== undefined && { requestId }),
      ...(text !== undefined && { text }),
    });
    for await (const record of records) output.result(record, [recordLine(record)]);
    return 'ok';
  },
};
