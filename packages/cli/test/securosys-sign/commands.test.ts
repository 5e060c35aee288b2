import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '@securosys/core';
import { startTsbEmulator } from '@securosys/tsb-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createSignWorld, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let root: string;
let publicKey: string;
beforeAll(async () => {
  world = await createSignWorld();
  const made = await world.addKey('release');
  root = made.root;
  const key = createPublicKey({ key: Buffer.from(made.spki), format: 'der', type: 'spki' });
  publicKey = world.write('release.pub', String(key.export({ format: 'pem', type: 'spki' })));
  world.writeConfig({ key: 'release', chain: made.chain, keys: { release: { allowOpaque: true } } });
});
afterAll(removeSignWorlds);

describe('cosign, attestations and inspection', () => {
  it('one call signs in several formats, and each is trusted by its own means', async () => {
    const signed = await world.run(
      'sign',
      '--json',
      '--format',
      'notation-cose',
      '--format',
      'cosign',
      '--docker-reference',
      'registry.example/app',
      world.image,
    );
    expect(signed.code).toBe(0);
    expect(signed.results[0]).toMatchObject({ signatures: [{ format: 'notation-cose' }, { format: 'cosign' }] });
    expect((await world.run('verify', '--ca', root, world.image)).code).toBe(0);
    const cosign = await world.run('verify', '--cosign-key', publicKey, world.image);
    expect(cosign.stdout).toContain(`signed by ${publicKey} (ecdsa-sha256, sha256 `);
    expect(cosign.code).toBe(0);
    const { publicKey: stranger } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = world.write('other.pub', String(stranger.export({ format: 'pem', type: 'spki' })));
    expect((await world.run('verify', '--cosign-key', other, world.image)).code).toBe(1);
  });

  it('an attestation says what the file of its predicate says, and inspect shows it unjudged', async () => {
    world.write('sbom.json', `{"builder":"\\u202egnp.exe","files":"${'x'.repeat(1 << 20)}"}`);
    const predicate = join(world.folder, 'predicate.json');
    symlinkSync(join(world.folder, 'sbom.json'), predicate);
    const made = await world.run('attest', '--type', 'https://example.test/build/v1', '--predicate', predicate, world.image);
    expect({ code: made.code, stderr: made.stderr }).toEqual({ code: 0, stderr: '' });
    const { code, stdout } = await world.run('inspect', world.image);
    expect(code).toBe(0);
    expect(stdout).toContain('https://example.test/build/v1');
    expect(stdout).toContain('CN=release,O=Acme');
    expect(stdout).toContain('nothing of this was verified');
    const [json] = (await world.run('inspect', '--json', world.image)).results;
    expect(json).toMatchObject({ verified: false, descriptor: { digest: world.digest } });
    expect(JSON.stringify(json)).toContain('gnp.exe');
  });
});

describe('files', () => {
  it('are signed beside themselves and verified by the policy for blobs, and no other bytes are', async () => {
    const file = world.write('tool.tgz', 'bytes of a tool');
    expect((await world.run('sign', '--file', file, '--media-type', 'application/gzip')).code).toBe(0);
    const signature = `${file}.jws.sig`;
    expect((await world.run('verify', '--file', file, '--signature', signature, '--ca', root)).code).toBe(0);
    world.write('tool.tgz', 'other bytes');
    const altered = await world.run('verify', '--file', file, '--signature', signature, '--ca', root);
    expect(altered).toMatchObject({ code: 1, stdout: expect.stringContaining('not trusted') });
    expect((await world.run('sign', '--file', file, '--format', 'cosign')).code).toBe(0);
    expect((await world.run('verify', '--file', file, '--bundle', `${file}.sigstore.json`, '--cosign-key', publicKey)).code).toBe(
      0,
    );
  });
});

describe('encrypt and decrypt', () => {
  it('an image goes encrypted and signed to a registry and comes back as it was', async () => {
    const attributes = { sign: false, decrypt: true };
    await world.tsb.addKey({ label: 'images', privateKey: rsaKey(), attributes });
    const recipient = world.write('images.pub', String(createPublicKey(rsaKey()).export({ format: 'pem', type: 'spki' })));
    const to = 'registry.example/app:encrypted';
    const encrypted = await world.run(
      'encrypt',
      '--recipient',
      `provider:images:${recipient}`,
      '--sign',
      '--to',
      to,
      world.image,
    );
    expect({ code: encrypted.code, stderr: encrypted.stderr }).toEqual({ code: 0, stderr: '' });
    const back = `oci:${join(world.folder, 'back')}:1.4`;
    const words = ['decrypt', '--key', 'images', '--to', back, to];
    const untrusted = await world.run(...words, '--ca', publicKey);
    expect(untrusted.code).toBe(65);
    const decrypted = await world.run(...words, '--ca', root, '--json');
    expect({ code: decrypted.code, stderr: decrypted.stderr }).toEqual({ code: 0, stderr: '' });
    expect(decrypted.results[0]).toMatchObject({ layers: [{ state: 'decrypted' }] });
    // What opens images is judged by the signing policy, and written down, like every use of a key.
    const rule = '{ name: deploy, purposes: [decrypt], require: { requireTrusted: true, repositories: [registry.example/*] } }';
    const signingPolicy = join(world.folder, 'opening.yaml');
    world.write('opening.yaml', `version: 1\nrules: [${rule}]\n`);
    const auditLog = join(world.folder, 'opened');
    world.writeConfig({ signingPolicy, auditLog });
    const refused = await world.run(...words, '--allow-unsigned');
    expect({ code: refused.code, stderr: refused.stderr }).toMatchObject({ stderr: expect.stringContaining("rule 'deploy'") });
    expect((await world.run(...words, '--ca', root)).code).toBe(0);
    const shown = await world.run('audit', 'show', auditLog, '--json');
    const outcomes = shown.results.map(({ members }) => members as JsonObject).filter(({ result }) => result !== undefined);
    expect(outcomes.map(({ result, error }) => [result, error])).toMatchObject([
      ['refused', { rule: 'deploy' }],
      ['decrypted', undefined],
    ]);
    const own = await world.run('decrypt', '--private-key', 'own.pem', '--ca', root, '--to', back, to);
    expect(own.stderr).toContain('a private key in a file has no guards');
    world.writeConfig();
  });
});

describe('the emulator', () => {
  it('is a package of its own: without it there is a clear error with the command that installs it', async () => {
    const loadPackage = (): never => {
      throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
    };
    const { code, stderr } = await world.runWith({ loadPackage }, 'emulator');
    expect(code).toBe(2);
    expect(stderr).toContain('npm install @securosys/tsb-emulator');
  });

  it('runs until somebody ends it, and says how it is reached', async () => {
    const ending = new AbortController();
    const said: string[] = [];
    const stdout = {
      write: (text: string) => {
        said.push(text);
        ending.abort('SIGINT');
      },
    };
    const io = { loadPackage: () => ({ startTsbEmulator }), stdout, signal: ending.signal };
    const { code } = await world.runWith(io, 'emulator', '--json', '--add-key', 'release');
    expect({ code, result: JSON.parse(said[0] ?? '') }).toEqual({
      code: 0,
      result: { url: expect.stringMatching(/^http:/), token: expect.any(String), keys: ['release'] },
    });
  });
});
