import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Hex } from '@securosys/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignWorld, people, pushImage, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let file: string;
beforeAll(async () => {
  world = await createSignWorld();
  const { chain } = await world.addKey('release', 'ec-p256', { approvers: people });
  world.writeConfig({ key: 'release', chain, targets: [world.image.slice(0, -4)] });
  file = join(world.folder, 'request.json');
});
afterAll(removeSignWorlds);

const waiting = () => world.tsb.requests.filter(({ status }) => status === 'PENDING');
const approveAll = async () => {
  for (const { id } of waiting()) for (const person of ['Ada', 'Cleo']) await world.tsb.approve(id, person);
};

describe('a request of several items', () => {
  it('is prepared without asking anybody, in a file of this user alone', async () => {
    const tool = world.write('tool.tgz', 'a tool');
    const words = ['--format', 'notation-jws', '--format', 'notation-cose', '--output', 'request.json', world.image];
    const { code, stdout, stderr } = await world.run('request', 'prepare', ...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^request [0-9a-f]{64}: prepared\n/);
    expect(stdout).toContain(sha256Hex(new Uint8Array(readFileSync(file))));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(waiting()).toHaveLength(0);
    expect((await world.run('request', 'prepare', ...words, '--file', tool)).code).toBe(73);
  });

  it('is asked for, looked at, waited for and published; each step says how to go on', async () => {
    const submitted = await world.run('request', 'submit', '--json', file);
    expect({ code: submitted.code, stderr: submitted.stderr }).toEqual({ code: 75, stderr: '' });
    expect(submitted.results[0]).toMatchObject({
      status: 'pending',
      items: [{ format: 'notation-jws' }, { format: 'notation-cose' }],
    });
    const id = String(submitted.results[0]?.id);
    expect(waiting()).toHaveLength(2);
    expect(await world.run('request', 'status', id)).toMatchObject({ code: 75, stdout: expect.stringContaining('not yet by') });
    expect((await world.run('request', 'complete', id)).code).toBe(75);
    const listed = await world.run('request', 'list', '--json');
    expect(listed.results).toMatchObject([{ id, items: [{ format: 'notation-jws' }, { format: 'notation-cose' }] }]);
    expect((await world.run('request', 'list')).stdout).toContain('notation-jws 1.4');
    await approveAll();
    const done = await world.run('request', 'complete', id);
    expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`done: request ${id}`) });
    expect(await world.run('request', 'list')).toMatchObject({ code: 0, stdout: 'no request is open\n' });
    const over = await world.run('request', 'complete', id);
    expect({ code: over.code, stderr: over.stderr }).toEqual({
      code: 66,
      stderr: expect.stringContaining('ERR_REQUEST_NOT_FOUND'),
    });
    // The copy from before it was asked is used up.
    expect(await world.run('request', 'submit', file)).toMatchObject({
      code: 76,
      stderr: expect.stringContaining('ERR_REQUEST_STALE'),
    });
  });

  it('is asked anew where its tag has moved: said item by item, with what is lost', async () => {
    await pushImage(world.oci, world.image, 'before');
    const asked = await world.run('request', 'prepare', '--submit', '--json', world.image);
    const id = String(asked.results[0]?.id);
    const before = waiting().length;
    for (const { id: task } of waiting()) await world.tsb.approve(task, 'Ada');
    expect(await world.run('request', 'reprepare', id)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('go on with it'),
    });
    await pushImage(world.oci, world.image, 'after');
    const written = await world.run('request', 'reprepare', '--output', world.write('taken.json', ''), id);
    expect(written, 'a file is in the way, and nothing is given up').toMatchObject({ code: 73 });
    expect((await world.run('request', 'status', id)).code).toBe(76);
    const anew = await world.run('request', 'reprepare', id);
    expect(anew).toMatchObject({ code: 75, stdout: expect.stringMatching(/^request [0-9a-f]{64}: pending\n/) });
    expect(anew.stderr).toMatch(/asked anew: notation-jws 1\.4, stale\n +oci:.*\n.*\n +approvals that are lost: 1\n/);
    expect(waiting(), 'the old one is withdrawn').toHaveLength(before);
    await approveAll();
    expect((await world.run('request', 'complete', anew.stdout.slice(8, 72))).code).toBe(0);
  });

  it('is withdrawn by cancel', async () => {
    await pushImage(world.oci, world.image, 'another one');
    const asked = await world.run('request', 'prepare', '--submit', '--json', world.image);
    expect(asked.code).toBe(75);
    const id = String(asked.results[0]?.id);
    expect((await world.run('request', 'cancel', id)).code).toBe(0);
    expect(waiting()).toHaveLength(0);
  });
});

describe('a file from a stranger', () => {
  it('writes to no repository that nobody has allowed, and altered bytes are refused', async () => {
    await world.run('request', 'prepare', '--output', file, '--force', '--format', 'notation-cose', world.image);
    const elsewhere = await world.run('request', 'submit', '--target', 'registry.example/other', file);
    expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('ERR_POLICY_UNSAFE') });
    expect(await world.run('request', 'submit', '--sha256', 'ab'.repeat(32), file)).toMatchObject({ code: 65 });
    world.write('request.json', `${readFileSync(file, 'utf8').slice(0, -20)}`);
    expect(await world.run('request', 'submit', file)).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('ERR_MALFORMED'),
    });
    expect(waiting()).toHaveLength(0);
  });
});
