import { invalidArgument } from '@securosys/core';
import { migrationReport } from '@securosys/sign';
import { writeOwnFile } from '../../files/write-file.js';
import type { Command } from '../command.js';
import type { CommandContext } from '../context.js';
import type { Exit } from '../exit-codes.js';
import { formatOptions } from '../open/format-options.js';
import { backendOptions } from '../open/open-backend.js';
import { openMigration } from '../open/open-migration.js';
import { gunOf, notaryOptions } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import { keyOptions, sameCommand } from '../open/open-signer.js';
import { signingOptions } from '../open/signing.js';
import { migrationLines } from '../output/migration-lines.js';
import { asciiJson } from '../output/output.js';

async function migrate(context: CommandContext): Promise<Exit> {
  const { words, output, signal } = context;
  const [typed = ''] = words.arguments;
  const gun = gunOf(typed);
  if (typed !== gun && typed.includes('@')) invalidArgument('dct migrate: name a repository, and tags with --tag');
  const settings = await context.settings();
  const opened = await openMigration(context, gun);
  try {
    const { migration } = opened;
    const planned = migrationReport(migration);
    if (words.flag('dry-run') || !migration.request) {
      output.result(planned, migrationLines(planned));
      return planned.entries.every(({ status }) => status === 'to-sign') ? 'ok' : 'refused';
    }
    const progress = await context.progress();
    const show = progress.approvals(gun);
    context.waits(sameCommand);
    const completed = await migration.request.complete({
      approvalTimeoutMs: settings.durationMs('approvalTimeout') ?? 0,
      signal,
      onProgress: (state) => show(state),
    });
    progress.stop();
    const report = migrationReport(migration, completed);
    const file = words.text('report');
    if (file !== undefined) await writeOwnFile(context.path(file), `${asciiJson(report)}\n`, { mode: 0o644, replace: true });
    await opened.done();
    context.waits(undefined);
    output.result(report, migrationLines(report));
    return report.entries.every(({ status }) => status === 'signed') ? 'ok' : 'refused';
  } finally {
    await opened.close();
  }
}

/** `dct migrate`. */
export const command: Command = {
  describe:
    'Signs every image anew that Docker Content Trust vouches for and that the registry still has, through one signing request. It ends with exit code 1 when tags were left behind, and says which; with 75 while people decide: run again, it goes on with the same request.',
  arguments: [{ name: 'repository', describe: 'registry.example/team/app' }],
  options: [
    ...notaryOptions,
    { name: 'tag', value: 'name', many: true, describe: 'only this tag; default: all that Docker believes' },
    { name: 'signer', value: 'name', many: true, describe: 'only tags that this signer has signed too' },
    { name: 'dry-run', describe: 'only say what would be signed' },
    { name: 'report', value: 'path', describe: 'file for the mapping from tags to signatures, JSON' },
    ...keyOptions,
    ...formatOptions,
    ...signingOptions,
    ...backendOptions,
    ...registryOptions,
  ],
  examples: [
    'securosys-sign dct migrate --server https://notary.example --root root.pem --key release --format notation-jws --format cosign --report moved.json registry.example/team/app',
  ],
  run: migrate,
};
