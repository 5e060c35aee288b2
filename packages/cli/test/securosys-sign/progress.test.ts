import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createSignWorld, pushImage, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let image: string;
let words: string[];
let count = 0;
/** Never the same target: what is there is not sent. */
const encrypt = (...more: string[]) => ['encrypt', ...words, '--to', `registry.example/app:${++count}`, ...more, image];
beforeAll(async () => {
  world = await createSignWorld();
  image = `${world.image}-large`;
  await pushImage(world.oci, image, 'x'.repeat(512 * 1024));
  const recipient = world.write('images.pub', String(createPublicKey(rsaKey()).export({ format: 'pem', type: 'spki' })));
  words = ['--recipient', `jwe:${recipient}`];
});
afterAll(removeSignWorlds);

describe('while an image is encrypted to a registry', () => {
  it('a terminal has a bar for the layer and one for its upload, and none is left behind', async () => {
    let drawn = '';
    const stderr = { write: (text: string) => (drawn += text), isTTY: true, columns: 120 };
    const { code, stdout } = await world.runWith({ stderr }, ...encrypt());
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/^encrypted: /) });
    expect(drawn).toMatch(/\[ +\] 0 B of 512\.0 KiB {2}upload to registry\.example\/app/);
    expect((await world.runWith({ stderr }, ...encrypt().slice(0, 3), '--to', `${image}-encrypted`, image)).code).toBe(0);
    expect(drawn).toMatch(/\[ +\] 0 B of 512\.0 KiB {2}layer 0/);
    expect(drawn.slice(drawn.lastIndexOf('KiB')), 'the cursor is shown again').toContain('\u001b[?25h');
  });

  it.each([
    ['with --json', ['--json'], {}],
    ['with --quiet', ['--quiet'], {}],
    ['in CI', [], { CI: 'true' }],
  ])('nothing is said %s', async (_, more, env) => {
    const { code, stderr } = await world.runWith({ env: { ...world.env, ...env } }, ...encrypt(...more));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('a terminal that is none for bars has lines, and --json no bars on a terminal either', async () => {
    let drawn = '';
    const stderr = { write: (text: string) => (drawn += text), isTTY: true };
    expect((await world.runWith({ stderr, env: { ...world.env, TERM: 'dumb' } }, ...encrypt())).code).toBe(0);
    expect((await world.runWith({ stderr }, ...encrypt('--json'))).code).toBe(0);
    expect(drawn).toBe('');
  });
});
