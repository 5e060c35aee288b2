import { dirname, join } from 'node:path';
import { invalidArgument } from '@securosys/core';
import { userFolder } from '../../config/user-folder.js';
import { makeOwnFolder, writeOwnFile } from '../../files/write-file.js';
import type { Command, CommandOption } from '../command.js';
import type { CommandContext } from '../context.js';
import { configTemplate } from '../settings/config-template.js';
import { settingTable } from '../settings/setting-table.js';

/** What can be said at once; nothing of it is a secret. Without `setting`: a configuration that is there already has no say. */
const members: readonly (readonly [member: string, option: CommandOption])[] = [
  ['restApi', { name: 'tsb-url', value: 'address', describe: 'Transaction Security Broker' }],
  ['tokenFile', { name: 'token-file', value: 'path', describe: 'file with its token; it may be written later' }],
  ['key', { name: 'key', value: 'label', describe: 'key that signs' }],
  ['chain', { name: 'chain', value: 'path', describe: 'its certificates, PEM' }],
  ['signingPolicy', { name: 'signing-policy', value: 'path', describe: 'signing policy' }],
  ['auditLog', { name: 'audit-log', value: 'path', describe: 'folder of the audit log' }],
  ['approverKeyFile', { name: 'approver-key-file', value: 'path', describe: 'for the machine of an approver: private key, PEM' }],
];

function typed(context: CommandContext): Map<string, string> {
  const given = new Map<string, string>();
  for (const [member, { name }] of members) {
    const text = context.words.text(name);
    if (text !== undefined) given.set(member, settingTable[member]?.kind === 'path' ? context.path(text) : text);
  }
  return given;
}

/** `init`. */
export const command: Command = {
  describe:
    'Writes a configuration in which every member is explained. It asks for no secret and takes none: tokens and private keys stay in files of their own.',
  options: [
    { name: 'output', value: 'path', describe: 'file; default: securosys/sign/config.yaml in the configuration of this user' },
    { name: 'force', describe: 'replace that file' },
    ...members.map(([, option]) => option),
  ],
  run: async (context) => {
    const { words, env, output } = context;
    const [where, given] = [words.text('output'), typed(context)];
    if (given.has('tokenFile') && given.has('approverKeyFile'))
      invalidArgument('an approver needs no token: whoever has both asks and approves alone');
    const usual = userFolder(env, 'sign');
    const file =
      where === undefined
        ? join(usual ?? invalidArgument('there is no home folder: give --output'), 'config.yaml')
        : context.path(where);
    if (where === undefined) await makeOwnFolder(dirname(file));
    await writeOwnFile(file, configTemplate(given), { replace: words.flag('force') });
    output.result({ file, members: [...given.keys()] }, [`written to ${file}`]);
    output.note('securosys-sign doctor says what is missing');
    return 'ok';
  },
};
