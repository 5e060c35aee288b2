import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createSignWorld, removeSignWorlds } from './world.js';

afterAll(removeSignWorlds);

it('writes a configuration that explains every member, is for this user alone, holds no secret, and is the one that is used', async () => {
  const world = await createSignWorld();
  await world.addKey('release');
  const token = world.write('token', world.tsb.token);
  rmSync(join(world.folder, 'securosys', 'sign', 'config.json'));
  const words = ['--tsb-url', world.tsb.url, '--token-file', token, '--key', 'release'];
  expect(await world.run('init', ...words)).toMatchObject({ code: 0 });
  const file = join(world.folder, 'securosys', 'sign', 'config.yaml');
  const text = readFileSync(file, 'utf8');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(text).toContain('\n# how long to wait for approvals');
  expect(text).not.toContain(world.tsb.token);
  expect(text).not.toMatch(/^#? ?(token|approverKey|apiKeys|applicationKeyPair):/m);
  expect((await world.run('init', ...words)).code).toBe(73);
  expect((await world.run('init', '--force', ...words)).code).toBe(0);
  expect(await world.run('key', 'list')).toMatchObject({ code: 0, stdout: expect.stringContaining('release') });
  expect((await world.run('init', '--token-file', token, '--approver-key-file', 'ada.key', '--output', 'x.yaml')).code).toBe(2);
});
