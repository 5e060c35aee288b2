import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignWorld, people, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let root: string;
beforeAll(async () => {
  world = await createSignWorld();
  const made = await world.addKey('release');
  root = made.root;
  world.writeConfig({ keys: { release: { chain: made.chain } } });
});
afterAll(removeSignWorlds);

describe('sign and verify', () => {
  it('an image that nobody has signed is refused with exit code 1, and the reason', async () => {
    const { code, stdout } = await world.run('verify', '--ca', root, world.image);
    expect({ code, stdout }).toEqual({
      code: 1,
      stdout: expect.stringMatching(
        /^not trusted: oci:.*\n {2}.*@sha256:[0-9a-f]{64}\n {2}no signature is attached to the image\n$/,
      ),
    });
  });

  it('signs in a format of the Notary Project, and the digest to run is what verify says', async () => {
    const signed = await world.run('sign', '--key', 'release', '--annotation', 'build=7', world.image);
    expect({ code: signed.code, stderr: signed.stderr }).toEqual({ code: 0, stderr: '' });
    expect(signed.stdout).toContain(`signed: ${world.image}`);
    const verified = await world.run(
      'verify',
      '--ca',
      root,
      '--identity',
      'C=CH, ST=Zurich, O=Acme',
      '--annotation',
      'build=7',
      world.image,
    );
    expect(verified.code).toBe(0);
    expect(verified.stdout).toContain(`@${world.digest}`);
    expect(verified.stdout).toContain('CN=release');
    const other = await world.run('verify', '--ca', root, '--identity', 'C=CH, ST=Zurich, O=Other', world.image);
    expect(other.code).toBe(1);
  });

  it('says the same in one JSON object for each image', async () => {
    const { code, results } = await world.run('verify', '--json', '--ca', root, world.image, world.image);
    expect(code).toBe(0);
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({ kind: 'notation', verdict: 'trusted', descriptor: { digest: world.digest } });
  });
});

describe('while people decide', () => {
  it('sign ends with 75 and goes on with the same request when it is run again', async () => {
    const { chain } = await world.addKey('approved', 'ec-p256', { approvers: people });
    const words = ['sign', '--key', 'approved', '--chain', chain, world.image];
    const asked = await world.run(...words);
    expect(asked.code).toBe(75);
    expect(asked.stderr).toMatch(/\(ERR_APPROVAL_PENDING\)\n {2}request: \S+\n {2}run the same command again/);
    const again = await world.run('sign', '--json', ...words.slice(1));
    expect(again.code).toBe(75);
    expect(JSON.parse(again.stderr)).toMatchObject({ error: { code: 'ERR_APPROVAL_PENDING', exitCode: 75 } });
    const [request] = world.tsb.requests.filter(({ status }) => status === 'PENDING');
    expect(world.tsb.requests.filter(({ status }) => status === 'PENDING')).toHaveLength(1);
    for (const person of ['Ada', 'Cleo']) await world.tsb.approve(request?.id ?? '', person);
    expect((await world.run(...words)).code).toBe(0);
  });
});
