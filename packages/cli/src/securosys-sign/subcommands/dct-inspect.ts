import { invalidArgument } from '@securosys/core';
import { forgetRepository, inspectRepository, reportText } from '@securosys/dct';
import type { Command } from '../command.js';
import { gunOf, notaryOptions, openNotary } from '../open/open-notary.js';
import { registryOptions } from '../open/open-oci.js';
import type { Line } from '../output/output.js';

const toned = (text: string): Line => (/^(weak|not trusted): /.test(text) ? { text, tone: 'warn' } : text);

/** `dct inspect`. */
export const command: Command = {
  describe:
    'Verifies a whole repository of Docker Content Trust, and shows its tags, who signed them, what expires when, and what is weak about it. Nothing is looked up in the registry.',
  arguments: [{ name: 'repository', describe: 'registry.example/team/app' }],
  options: [
    ...notaryOptions.filter(({ name }) => name !== 'registry-login-file'),
    { name: 'state-folder', value: 'path', setting: 'stateFolder', describe: 'where versions that were seen are remembered' },
    {
      name: 'forget',
      describe: 'forget the versions that were seen first: for a repository whose owner has set it up anew',
    },
    ...registryOptions,
  ],
  examples: ['securosys-sign dct inspect --server https://notary.example --root root.pem registry.example/team/app'],
  run: async (context) => {
    const { clock, output, signal, words } = context;
    if (words.flag('forget') && words.flag('first-use'))
      invalidArgument('--forget begins anew from a root that you know: give --root, --root-ca or --root-key-id');
    const opened = await openNotary(context, gunOf(words.arguments[0] ?? ''));
    try {
      if (words.flag('forget')) await forgetRepository(opened.store, opened.gun);
      const report = inspectRepository(await opened.trust.repository(opened.gun, clock, { signal }));
      output.result(report, reportText(report).map(toned));
    } finally {
      await opened.close();
    }
    return 'ok';
  },
};
