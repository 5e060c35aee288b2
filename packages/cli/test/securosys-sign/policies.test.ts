import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spkiOf } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignWorld, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
beforeAll(async () => {
  world = await createSignWorld();
  for (const name of ['Ada', 'Ben', 'Cleo'])
    world.write(`${name}.pub`, pemText(spkiOf(world.tsb.approver(name).privateKey), 'PUBLIC KEY'));
});
afterAll(removeSignWorlds);

const release = `version: 1
rules:
  - name: production
    when:
      repositories: [registry.example/prod/*]
    require:
      formats: [notation-jws]
      maxValidity: 90d
`;

describe('policy check', () => {
  const check = (...words: string[]) => world.run('policy', 'check', world.write('release.yaml', release), ...words);

  it('allows what every rule allows, and refuses by a rule that it names', async () => {
    const image = ['--image', 'registry.example/prod/app:v1'];
    const right = [...image, '--format', 'notation-jws', '--expires-in', '30d'];
    expect(await check(...right)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^allowed\n {2}rule 'production'/) });
    const { code, results } = await check(...image, '--format', 'notation-jws', '--expires-in', '91d', '--json');
    expect({ code, results }).toMatchObject({
      code: 1,
      results: [{ verdict: 'refused', rule: 'production', path: 'rules[0].require.maxValidity' }],
    });
  });

  it('refuses what is not known, and what no rule is about', async () => {
    const unknown = await check('--image', 'registry.example/prod/app:v1', '--expires-in', '1d');
    expect(unknown).toMatchObject({ code: 1, stdout: expect.stringContaining('formats (rules[0].require.formats): unknown') });
    expect((await check('--image', 'registry.example/other', '--format', 'notation-jws')).code).toBe(1);
  });

  it('judges a decryption by rules about decryptions alone', async () => {
    const image = ['--image', 'registry.example/prod/app:v1', '--purpose', 'decrypt'];
    expect((await check(...image)).stdout).toContain('no rule is about a decryption');
    const rule = ['--purpose', 'decrypt', '--repository', 'registry.example/prod/*', '--require-trusted'];
    const built = await world.run('policy', 'build', 'signing', ...rule, '--output', 'opening.json');
    expect({ code: built.code, stdout: built.stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('for every decryption, when the repository is registry.example/prod/*'),
    });
    const opening = (...words: string[]) => world.run('policy', 'check', 'opening.json', ...image, ...words);
    expect((await opening('--trusted')).code).toBe(0);
    expect(await opening()).toMatchObject({ code: 1, stdout: expect.stringContaining('requireTrusted') });
    for (const wrong of [['--purpose', 'decryption'], ['--trusted']]) expect((await check(...wrong)).code).toBe(2);
  });

  it('names the line of a mistake, and what was probably meant', async () => {
    const file = world.write('typo.yaml', release.replace('maxValidity', 'maxValidty'));
    const { code, stderr } = await world.run('policy', 'check', file);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringMatching(/typo\.yaml:8:7.*maxValidity/) });
  });

  it('takes the policy of the configuration, and knows a key by its pin', async () => {
    const { spki } = await world.addKey('pinned');
    const path = world.write('release.pub', pemText(spki, 'PUBLIC KEY'));
    const rule = ['--repository', 'registry.example/*', '--allow-key', `release=${path}`, '--output', 'policy.json'];
    expect((await world.run('policy', 'build', 'signing', ...rule)).code).toBe(0);
    world.writeConfig({ signingPolicy: join(world.folder, 'policy.json') });
    const image = ['--image', 'registry.example/app:1'];
    expect((await world.run('policy', 'check', ...image, '--key', 'release', '--public-key', path)).code).toBe(0);
    expect(await world.run('policy', 'check', ...image, '--key', 'release')).toMatchObject({ code: 2 });
    expect((await world.run('policy', 'check', ...image)).code).toBe(1);
    world.writeConfig();
  });
});

describe('policy build', () => {
  const build = (...words: string[]) =>
    world.run('policy', 'build', 'key', '--approver', 'Ada=Ada.pub', '--approver', 'Ben=Ben.pub', ...words);

  it('writes rules of a key that protect themselves, and says them in words', async () => {
    const { code, stdout } = await build('--quorum', '2', '--within', '12h', '--output', 'rules.json');
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/To use the key: 2 of Ada \[key [0-9a-f]{64}\]/),
    });
    const rules = JSON.parse(readFileSync(join(world.folder, 'rules.json'), 'utf8'));
    expect(rules.ruleModify).toEqual(rules.ruleUse);
    expect(rules.ruleUse.tokens[0]).toMatchObject({ timeout: 43_200, groups: [{ quorum: 2 }] });
    expect((await build('--quorum', '2', '--output', 'rules.json')).code).toBe(73);
    expect(await world.run('policy', 'explain', 'rules.json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('To replace these rules: 2 of Ada'),
    });
  });

  it('refuses rules that fewer people can change than use, and quorums that nobody reaches', async () => {
    expect(await build('--quorum', '2', '--modify-quorum', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('ERR_POLICY_UNSAFE'),
    });
    expect((await build('--quorum', '3')).code).toBe(2);
    expect((await build('--quorum', '2', '--repository', 'x')).code).toBe(2);
    expect((await world.run('policy', 'build', 'key', '--quorum', '1')).code).toBe(2);
  });

  it('has rules of others judged: what is weak is named', async () => {
    const open = JSON.parse(readFileSync(join(world.folder, 'rules.json'), 'utf8'));
    const file = world.write('open.json', JSON.stringify({ ...open, ruleModify: null }));
    const { code, stdout } = await world.run('policy', 'check', file);
    expect({ code, stdout }).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('anyone with the management token can remove this'),
    });
    const broken = world.write('broken.json', JSON.stringify({ ...open, ruleUse: { tokens: 'all' } }));
    expect((await world.run('policy', 'explain', broken)).code).toBe(2);
  });
});
