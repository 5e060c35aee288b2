import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRunningClock, startFakeTsb } from '@securosys/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createSignWorld, people, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let words: string[];
beforeAll(async () => {
  world = await createSignWorld();
  const { chain } = await world.addKey('release', 'ec-p256', { approvers: people });
  world.writeConfig({ key: 'release', chain });
  words = ['sign', '--approval-timeout', '2h', world.image];
});
afterAll(removeSignWorlds);

const waiting = () => world.tsb.requests.filter(({ status }) => status === 'PENDING');
/** Acts once people are waited for and were looked at twice. */
function meanwhile(act: () => Promise<void> | void): void {
  let looks = 0;
  world.beforeCall = async () => {
    if (waiting().length > 0 && ++looks === 3) await act();
  };
}

describe('while people decide', () => {
  it('Ctrl-C stops the waiting and nothing else: exit code 75, and how to go on', async () => {
    const ending = new AbortController();
    meanwhile(() => ending.abort('SIGINT'));
    const { code, stdout, stderr } = await world.runWith({ signal: ending.signal }, ...words);
    expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
    expect(stderr).toContain('run the same command again');
    expect(waiting()).toHaveLength(1);
  });

  it('in a log it says who has approved and who is missing, and nothing in CI', async () => {
    meanwhile(async () => world.tsb.approve(waiting()[0]?.id ?? '', 'Ada'));
    const soon = ['sign', '--approval-timeout', '5m', world.image];
    const said = await world.run(...soon);
    expect(said.code).toBe(75);
    expect(said.stderr).toMatch(/approved by Ada; not yet by Ben, Cleo; .* left\n/);
    const [, id = ''] = /request status ([0-9a-f]{64}) says who is missing/.exec(said.stderr) ?? [];
    expect((await world.run('request', 'status', id)).stdout).toContain('approved by Ada; not yet by Ben, Cleo');
    const quiet = await world.runWith({ env: { ...world.env, CI: 'true' } }, ...soon);
    expect(quiet.stderr).toMatch(/^securosys-sign: .*\(ERR_APPROVAL_PENDING\)\n {2}request: .*\n {2}run .*\n$/);
  });

  it('on a terminal there is a bar with the time that is left, colours as wished, and the result stays clean', async () => {
    let drawn = '';
    const stderr = { write: (text: string) => (drawn += text), isTTY: true, columns: 120 };
    const soon = ['sign', '--approval-timeout', '5m', world.image];
    expect((await world.runWith({ stderr }, ...soon)).code).toBe(75);
    expect(drawn).toMatch(/\[=+ +\] .*approved by/);
    await world.tsb.approve(waiting()[0]?.id ?? '', 'Cleo');
    const { code, stdout } = await world.runWith({ stderr }, ...words);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^signed: /) });
    const coloured = { stdout: { write: (text: string) => (drawn = text), isTTY: true } };
    await world.runWith(coloured, 'inspect', world.image);
    expect(drawn).toContain('\u001b[');
    await world.runWith({ ...coloured, env: { ...world.env, NO_COLOR: '1' } }, 'inspect', world.image);
    expect(drawn).not.toContain('\u001b[');
  });
});

describe('the real process', () => {
  const program = fileURLToPath(new URL('../../dist/securosys-sign.cjs', import.meta.url));
  const start = (env: Record<string, string>, ...args: string[]) => {
    const child = spawn(process.execPath, [program, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (part) => (stdout += String(part)));
    const said = new Promise<void>((resolve) => {
      child.stderr.on('data', (part) => {
        stderr += String(part);
        resolve();
      });
    });
    const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, said, ended };
  };

  it('asks a TSB, is ended by Ctrl-C, and leaves one request that waits', async () => {
    const tsb = await startFakeTsb({ clock: createRunningClock(), attestationKey: rsaKey(), banner: () => undefined });
    try {
      const { spki } = await tsb.addKey({ label: 'release', spec: 'ec-p256', approvers: people });
      const authority = tsb.certificateAuthority;
      const { pemText } = await import('@securosys/pki');
      const chain = join(world.folder, 'real.pem');
      const certificates = [await authority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), await authority.root()];
      writeFileSync(chain, certificates.map((der) => pemText(der, 'CERTIFICATE')).join(''));
      const env = {
        HOME: join(world.folder, 'nobody'),
        TSB_URL: tsb.url,
        TSB_TOKEN: tsb.token ?? '',
        SECUROSYS_SIGN_ALLOW_EMULATED: 'true',
      };
      const { child, said, ended } = start(
        env,
        'sign',
        '--key',
        'release',
        '--chain',
        chain,
        '--approval-timeout',
        '2h',
        world.image,
      );
      await Promise.race([said, ended]);
      child.kill('SIGINT');
      const { code, stdout, stderr } = await ended;
      expect({ code, stdout }).toEqual({ code: 75, stdout: '' });
      expect(stderr).toContain('run the same command again');
      expect(tsb.requests.filter(({ status }) => status === 'PENDING')).toHaveLength(1);
    } finally {
      await tsb.close();
    }
  });

  it('knows its version, and ends with the codes of the guide', async () => {
    const version = await start({}, '--version').ended;
    expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
    expect(await start({ HOME: world.folder }, 'verify').ended).toMatchObject({ code: 2, stdout: '' });
  });
});
