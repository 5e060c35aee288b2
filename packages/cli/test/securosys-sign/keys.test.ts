import { pemText } from '@securosys/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignWorld, people, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
beforeAll(async () => {
  world = await createSignWorld();
  await world.addKey('council', 'ec-p256', { approvers: people });
});
afterAll(removeSignWorlds);

describe('key create', () => {
  it('makes no key before somebody has decided who approves its use (S8)', async () => {
    const { code, stderr } = await world.run('key', 'create', 'release');
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('--no-approval') });
    expect((await world.run('key', 'show', 'release')).code).toBe(66);
    expect((await world.run('key', 'create', 'release', '--no-approval', '--rules', 'rules.json')).code).toBe(2);
  });

  it('makes one with rules, and one without, and none twice', async () => {
    world.write('ada.pub', pemText((await world.addKey('ada')).spki, 'PUBLIC KEY'));
    const rules = ['--approver', 'Ada=ada.pub', '--quorum', '1', '--output', 'rules.json'];
    expect((await world.run('policy', 'build', 'key', ...rules)).code).toBe(0);
    const made = await world.run('key', 'create', 'release', '--spec', 'ec-p256', '--rules', 'rules.json', '--json');
    expect(made).toMatchObject({ code: 0, results: [{ label: 'release', spec: 'ec-p256', needsApproval: true }] });
    expect((await world.run('key', 'create', 'release', '--no-approval')).code).toBe(73);
    expect(await world.run('key', 'create', 'plain', '--spec', 'ec-p256', '--no-approval')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nobody approves its use'),
    });
  });
});

describe('key create --purpose', () => {
  it('makes a key that decrypts and does not sign, and writes its public half for encrypt', async () => {
    const words = ['--purpose', 'decrypt', '--spec', 'rsa-2048', '--no-approval', '--output', 'images.pub'];
    const made = await world.run('key', 'create', 'images', ...words, '--json');
    expect(made).toMatchObject({
      code: 0,
      results: [{ usages: expect.arrayContaining(['decrypt']), file: expect.stringContaining('images.pub') }],
    });
    const signed = await world.run(
      'sign',
      '--key',
      'images',
      '--docker-reference',
      'registry.example/app',
      '--format',
      'cosign',
      world.image,
    );
    expect(signed).toMatchObject({ code: 77, stderr: expect.stringContaining('ERR_KEY_NOT_USABLE') });
    const to = ['--recipient', 'provider:images:images.pub', '--to', `${world.image}-encrypted`];
    expect((await world.run('encrypt', ...to, world.image)).code).toBe(0);
    const back = ['--key', 'images', '--allow-unsigned', '--to', `${world.image}-plain`];
    expect((await world.run('decrypt', ...back, `${world.image}-encrypted`)).code).toBe(0);
  });

  it('says what a TSB cannot do, and which rules are none', async () => {
    const derive = await world.run('key', 'create', 'agree', '--purpose', 'derive', '--no-approval');
    expect(derive).toMatchObject({ code: 2, stderr: expect.stringContaining('ERR_CAPABILITY_MISSING') });
    world.write('half.json', JSON.stringify({ ruleUse: null, ruleBlok: null }));
    const half = await world.run('key', 'create', 'half', '--rules', 'half.json');
    expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('ruleBlok (unknown)') });
  });
});

describe('key list and key show', () => {
  it('show what keys are, and who has to approve what', async () => {
    const labels = (await world.run('key', 'list', '--json')).results.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['council', 'release', 'plain']));
    const { stdout, code } = await world.run('key', 'show', 'council', '--pem');
    expect({ stdout, code }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/To use the key: 2 of Ada[\s\S]*BEGIN PUBLIC KEY/),
    });
  });

  it('show an AES key with the check value that pins it, and no key pair as one', async () => {
    await world.tsb.addKey({ label: 'vault', spec: 'aes-256', attributes: { sign: false, decrypt: true } });
    const shown = await world.run('key', 'show', 'vault', '--symmetric', '--json');
    expect(shown).toMatchObject({ code: 0, results: [{ label: 'vault', checkSha256: expect.stringMatching(/^[0-9a-f]{64}$/) }] });
    expect(await world.run('key', 'show', 'council', '--symmetric')).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining('ERR_KEY_NOT_USABLE'),
    });
  });
});

describe('key block and key unblock', () => {
  it('ask whoever has to approve it, and go on with the same request', async () => {
    const asked = await world.run('key', 'block', 'council', '--reason', 'a laptop was stolen');
    expect({ code: asked.code, stderr: asked.stderr }).toMatchObject({ code: 75, stderr: expect.stringContaining('request: ') });
    expect((await world.run('key', 'block', 'council')).code).toBe(75);
    const waiting = world.tsb.requests.filter(({ status }) => status === 'PENDING');
    expect(waiting).toHaveLength(1);
    for (const name of ['Ada', 'Ben']) await world.tsb.approve(String(waiting[0]?.id), name);
    expect(await world.run('key', 'block', 'council', '--json')).toMatchObject({ code: 0, results: [{ blocked: true }] });
    expect((await world.run('key', 'show', 'council')).stdout).toContain('BLOCKED');
    expect((await world.run('key', 'unblock', 'council')).code).toBe(75);
  });
});

describe('key block of a plain key', () => {
  it('is impossible, and says why', async () => {
    const { code, stderr } = await world.run('key', 'block', 'plain');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('only keys with rules can be blocked') });
  });
});

describe('key attest', () => {
  it('believes nobody without a pinned root, and says that an emulated key proves nothing', async () => {
    expect((await world.run('key', 'attest', 'release')).code).toBe(2);
    world.write('vendor.pem', pemText(await world.tsb.attestationRoot(), 'CERTIFICATE'));
    const { code, stdout, stderr } = await world.run('key', 'attest', 'release', '--root', 'vendor.pem');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/EMULATED[\s\S]*never could be exported[\s\S]*To use the key: 1 of Ada/);
    const other = pemText(await world.tsb.certificateAuthority.root(), 'CERTIFICATE');
    expect((await world.run('key', 'attest', 'release', '--root', world.write('other.pem', other))).code).toBe(1);
  });
});
