import { type SettingSpec, settingTable } from './setting-table.js';

/** What a member may look like; a line that is commented out is only an example. */
const examples: Readonly<Record<SettingSpec['kind'], string>> = {
  text: '…',
  path: '/absolute/path',
  flag: 'false',
  duration: '0s',
  list: '[]',
  paths: '[/absolute/path]',
  object: '{}',
};

/**
 * A configuration that says what each member is for. Those that are given are set, all others are commented out. Members that are secrets
 * are left out: files and variables are better places.
 */
export function configTemplate(given: ReadonlyMap<string, string>): string {
  const members = Object.entries(settingTable).filter(([, { secret }]) => !secret);
  const lines = members.flatMap(([name, { describe, kind }]) => {
    const value = given.get(name);
    return [`# ${describe}`, value === undefined ? `# ${name}: ${examples[kind]}` : `${name}: ${JSON.stringify(value)}`, ''];
  });
  return [
    '# Configuration of securosys-sign. What is typed goes before the environment (SECUROSYS_SIGN_…), that before this file.',
    '# Keep tokens and private keys in files of their own (mode 0600); securosys-sign doctor says what is missing.',
    '',
    ...lines,
  ].join('\n');
}
