import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { commandTable } from '../../src/securosys-sign/command-table.js';
import { exitCodes, exitOf } from '../../src/securosys-sign/exit-codes.js';
import { settingTable, variableOf } from '../../src/securosys-sign/settings/setting-table.js';
import { createSignWorld, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let root: string;
beforeAll(async () => {
  world = await createSignWorld();
  root = (await world.addKey('release')).root;
});
beforeEach(() => world.writeConfig());
afterAll(removeSignWorlds);

describe('the command line', () => {
  it('lists every command, and each explains itself: no option is there twice, and settings exist', async () => {
    const { code, stdout } = await world.run('--help');
    expect(code).toBe(0);
    for (const { name, load } of commandTable) {
      expect(stdout).toContain(`  ${name} `);
      const help = await world.run(...name.split(' '), '--help');
      expect({ name, code: help.code, stderr: help.stderr }).toEqual({ name, code: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: securosys-sign ${name}`);
      const { command } = await load();
      for (const { setting } of command.options ?? [])
        if (setting !== undefined) expect(Object.keys(settingTable), `${name} ${setting}`).toContain(setting);
      const secrets = (command.options ?? []).filter(({ setting = '' }) => settingTable[setting]?.secret);
      expect(secrets, 'secrets are no options').toEqual([]);
    }
  });

  it.each([
    [['verfy', 'x'], "there is no command 'verfy'; did you mean 'verify'?"],
    [['request', 'sumbit', 'x'], "'request' is one of: request prepare"],
    [['verify', '--trustfolder', 'x', 'y'], "there is no option --trustfolder; did you mean '--trust-folder'?"],
    [['verify', '--manifests', 'some', 'x'], '--manifests is one of index, children, all'],
    [['verify', '--ca'], '--ca needs <path>'],
    [['verify', '--json=true', 'x'], '--json takes no value'],
    [['verify', '-x', 'secret'], 'an argument is no option that there is'],
    [['key', 'show', 'one', 'two'], 'there is an argument too many'],
    [['attest'], 'attest: needs <image>'],
    [['--quiet', 'verify', 'x'], 'options stand behind the command'],
    [['attest'], 'securosys-sign attest --help says what it takes'],
    [['verify'], 'verify: name an image'],
    [['verify', '--max-age', '5', 'x', '--ca', 'root.pem'], '--max-age is a duration'],
    [['verify', 'registry.example/App:1.4', '--ca', 'root.pem'], 'ERR_INVALID_ARGUMENT'],
  ])('%j is a wrong command line: exit code 2', async (words, said) => {
    const { code, stdout, stderr } = await world.run(...words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('a group of commands explains itself', async () => {
    const { code, stdout } = await world.run('cert', '--help');
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/ {2}cert csr +ask a CA/) });
    expect(stdout).not.toContain('key create');
  });

  it.each([
    [['verify', 'registry.example/app:1.4'], 'say whom you trust: --ca'],
    [['request', 'status', 'abc'], 'securosys-sign request list shows them'],
    [['key', 'show', 'nobody'], 'securosys-sign key list shows what the backend has'],
  ])('%j names something that is not there, and is told how to find it', async (words, said) => {
    expect(await world.run(...words)).toMatchObject({ code: 66, stdout: '', stderr: expect.stringContaining(said) });
  });

  it('ends differently for what is refused, waits, is expired, unreachable and wrong', () => {
    const codes = [
      'ERR_NOT_TRUSTED',
      'ERR_APPROVAL_PENDING',
      'ERR_APPROVAL_EXPIRED',
      'ERR_NETWORK',
      'ERR_INVALID_ARGUMENT',
    ] as const;
    expect(codes.map((code) => exitCodes[exitOf(code)])).toEqual([1, 75, 76, 69, 2]);
    expect(new Set(Object.values(exitCodes)).size).toBe(Object.keys(exitCodes).length);
  });

  it('the guide names every exit code and every setting', () => {
    const guide = readFileSync(new URL('../../../../docs/guides/command-line.md', import.meta.url), 'utf8');
    for (const [name, code] of Object.entries(exitCodes)) expect(guide).toMatch(new RegExp(`\\| ${code} +\\| \`${name}\` +\\|`));
    for (const member of Object.keys(settingTable)) expect(guide, member).toContain(`\`${member}\``);
  });

  it('a network that is lost is told from everything else', async () => {
    const fetch = async () => {
      throw new TypeError('fetch failed');
    };
    const { code, stderr } = await world.runWith({ fetch }, 'verify', '--ca', root, 'registry.example/app:1.4');
    expect({ code, stderr }).toEqual({ code: 69, stderr: expect.stringContaining('ERR_NETWORK') });
  });
});

describe('settings', () => {
  const asked = (...words: string[]) => world.run('sign', ...words, world.image);

  it('what was typed goes before the environment, the environment before the file', async () => {
    world.writeConfig({ key: 'of-the-file' });
    expect((await asked()).stderr).toContain('of-the-file');
    world.env[variableOf('key')] = 'of-the-environment';
    try {
      expect((await asked()).stderr).toContain('of-the-environment');
      expect((await asked('--key', 'of-the-line')).stderr).toContain('of-the-line');
    } finally {
      delete world.env[variableOf('key')];
    }
  });

  it('the same can be said in YAML, without aliases', async () => {
    const yaml = (text: string) => world.write('other.yaml', text);
    const said = `restApi: ${world.tsb.url}\ntoken: ${world.tsb.token}\nkey: of-yaml\n`;
    expect((await asked('--config', yaml(said))).stderr).toContain('of-yaml');
    expect(await asked('--config', yaml(`key: &a x\nchain: *a\n`))).toMatchObject({ code: 65 });
    expect(await asked('--config', yaml('key: [\n'))).toMatchObject({
      code: 65,
      stderr: expect.stringMatching(/no YAML at \d+:\d+/),
    });
  });

  it('members and variables that nobody knows are refused, and the nearest one is named', async () => {
    world.writeConfig({ aprovalTimeout: '5m' });
    expect(await asked()).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'approvalTimeout'?") });
    world.writeConfig();
    world.env.SECUROSYS_SIGN_KEYY = 'x';
    try {
      expect(await asked()).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'SECUROSYS_SIGN_KEY'?") });
    } finally {
      delete world.env.SECUROSYS_SIGN_KEYY;
    }
  });

  it('a value of another form is refused with the name of where it was said', async () => {
    world.writeConfig({ approvalTimeout: '5 minutes', key: 'release' });
    expect(await asked()).toMatchObject({ code: 2, stderr: expect.stringContaining('approvalTimeout is a duration') });
    world.writeConfig({ stateFolder: 'here', key: 'release' });
    expect(await asked()).toMatchObject({ code: 2, stderr: expect.stringContaining('stateFolder is not an absolute path') });
  });
});

describe('emulated keys', () => {
  it('sign only for who has said so', async () => {
    world.writeConfig({ allowEmulated: false });
    const { code, stderr } = await world.run('sign', '--key', 'release', '--chain', 'release.pem', world.image);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('ERR_') });
    expect(world.tsb.requests).toHaveLength(0);
  });
});
