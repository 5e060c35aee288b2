import { join } from 'node:path';
import type { CompletedItem, CompletedRequest } from '@securosys/sign';
import { writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import { keyOptions } from '../open/open-signer.js';
import { decryptingOptions, openRequest, resumingOptions } from '../open/requests.js';
import type { Line } from '../output/output.js';
import { programName } from '../program-name.js';

/** Puts signatures of files where they were asked for. @returns what was written */
async function writeFiles(context: CommandContext, { items }: CompletedRequest): Promise<readonly string[]> {
  const folder = context.path(context.words.text('output-folder') ?? '.');
  const written: string[] = [];
  for (const item of items) {
    if (item.kind !== 'blob') continue;
    const { signed } = item;
    const files =
      'envelope' in signed
        ? [[signed.fileName, signed.envelope] as const]
        : [[signed.fileName, signed.signature] as const, [signed.bundleFileName, signed.bundle] as const];
    for (const [name, contents] of files) {
      const path = join(folder, name);
      await writeOwnFile(path, contents, { mode: 0o644, replace: true });
      written.push(path);
    }
  }
  return written;
}

function itemLine(item: CompletedItem): Line {
  if (item.kind === 'blob') return `  ${item.signed.fileName}: ${item.signed.subject.digest}`;
  if (item.kind === 'decrypt') return `  decrypted: ${item.decrypted?.reference ?? item.to}`;
  const { format, reference, signature } = item.signed;
  return `  ${format} of ${reference}: ${signature.digest}`;
}

function itemJson(item: CompletedItem): object {
  if (item.kind === 'blob') return { id: item.id, kind: item.kind, subject: item.signed.subject };
  if (item.kind === 'decrypt') return { id: item.id, kind: item.kind, to: item.to, reference: item.decrypted?.reference };
  return { id: item.id, kind: item.kind, ...item.signed };
}

/** `request complete`. */
export const command: Command = {
  describe:
    'Publishes what people have approved, after every rule was asked again. It waits with --approval-timeout; run again, it goes on where it stopped, and attaches nothing twice.',
  arguments: [{ name: 'request', describe: 'id, or a request file' }],
  options: [
    ...keyOptions.filter(({ name }) => name === 'approval-timeout'),
    { name: 'output-folder', value: 'path', describe: 'where signatures of files go; default: here' },
    ...resumingOptions,
    ...decryptingOptions,
  ],
  examples: ['securosys-sign request complete --approval-timeout 2h <id>'],
  run: async (context) => {
    const settings = await context.settings();
    const { request, close } = await openRequest(context);
    try {
      const progress = await context.progress();
      for (const { key, status } of request.items) if (status !== 'published') await context.approvers.learn(key?.label);
      const shown = new Map<string, ReturnType<typeof progress.approvals>>();
      context.waits(`go on with: ${programName} request complete ${request.id}`);
      const done = await request.complete({
        approvalTimeoutMs: settings.durationMs('approvalTimeout') ?? 0,
        signal: context.signal,
        onProgress: (state, item) => {
          const name = item === undefined ? request.id : `${item.format} ${item.name ?? item.tag ?? item.reference}`;
          const show = shown.get(name) ?? progress.approvals(name);
          shown.set(name, show);
          show(state);
        },
      });
      progress.stop();
      context.waits(undefined);
      const files = await writeFiles(context, done);
      context.output.result({ id: done.id, status: 'published', items: done.items.map(itemJson), files }, [
        { text: `done: request ${done.id}`, tone: 'good' },
        ...done.items.map(itemLine),
        ...files.map((path) => `  ${path}`),
      ]);
    } finally {
      await close();
    }
    return 'ok';
  },
};
