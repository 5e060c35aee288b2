import { generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dctFormat } from '@securosys/dct';
import { approverKeyFromPrivateKey, createApprover } from '@securosys/tsb-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNotaryService, type NotaryService } from './notary-fetch.js';
import { createSignWorld, people, type Run, removeSignWorlds, type SignWorld } from './world.js';

const app = 'registry.example/team/app';
const image = (tag: string) => `${app}:${tag}`;
let world: SignWorld;
let service: NotaryService;
const digests: Record<string, string> = {};
const dct = (...words: string[]): Promise<Run> => world.runWith({ fetch: service.fetch }, 'dct', ...words);
const done = async (...words: string[]): Promise<Run> => {
  const run = await dct(...words);
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
  return run;
};
const publicKey = (name: string, spki: Uint8Array): string =>
  world.write(name, `-----BEGIN PUBLIC KEY-----\n${Buffer.from(spki).toString('base64')}\n-----END PUBLIC KEY-----\n`);
const waiting = () => world.tsb.requests.filter(({ status }) => status === 'PENDING');
const approve = async () => {
  for (const { id } of waiting()) for (const person of ['Ada', 'Cleo']) await world.tsb.approve(id, person);
};

/** What waits, as somebody sees it who has to decide. */
const shownTo = async (name: string) => {
  const key = approverKeyFromPrivateKey(world.tsb.approver(name).privateKey);
  const { url, fetch, clock, timestampKey } = world.tsb;
  const auth = { type: 'token', token: world.tsb.token } as const;
  const approver = createApprover({ url, auth, fetch, clock, key, formats: [dctFormat], pinnedTimestampKey: timestampKey });
  const tasks = await approver.tasks();
  await approver.close();
  return tasks;
};

beforeAll(async () => {
  world = await createSignWorld();
  service = createNotaryService(app, world.clock.now(), world.registry.fetch);
  for (const tag of ['1.0', '1.1', '1.2', '1.3']) digests[tag] = world.registry.addImage(image(tag), { content: tag }).digest;
  const root = join(world.folder, 'notary-root.pem');
  world.writeConfig({ notaryServer: 'https://notary.example', notaryRoot: root });
  for (const label of ['dct-root', 'dct-targets', 'ci']) await world.addKey(label);
});
afterAll(removeSignWorlds);

describe('securosys-sign dct', () => {
  it('knows no server by itself, and says why', async () => {
    world.writeConfig({ notaryRoot: join(world.folder, 'notary-root.pem') });
    expect(await dct('inspect', app)).toMatchObject({ code: 2, stderr: expect.stringContaining('2026-12-08') });
    world.writeConfig({ notaryServer: 'https://notary.example' });
    expect(await dct('inspect', app)).toMatchObject({ code: 2, stderr: expect.stringContaining('--first-use') });
    world.writeConfig({ notaryServer: 'https://notary.example', notaryRoot: join(world.folder, 'notary-root.pem') });
  });

  it('sets a repository up with a root certificate of its own key, adds a signer, signs and inspects', async () => {
    await done('init', '--root-key', 'dct-root', '--targets-key', 'dct-targets', app);
    expect(readFileSync(join(world.folder, 'notary-root.pem'), 'utf8')).toMatch(/^-----BEGIN CERTIFICATE/);
    const { spki } = await world.tsb.addKey({ label: 'unused', spec: 'ec-p256' });
    expect(await dct('sign', '--key', 'unused', image('1.0'))).toMatchObject({ code: 77 });
    publicKey('unused.pub', spki);
    const ci = await world.addKey('signer');
    await done('delegation', 'add', '--key', 'dct-targets', '--public-key', publicKey('ci.pub', ci.spki), app, 'ci');
    const signed = await done('sign', '--key', 'signer', '--json', image('1.0'), image('1.1'));
    expect(signed.results).toMatchObject([
      { status: 'published', files: [{ part: 'targets/releases' }, { part: 'targets/ci' }] },
    ]);
    const { stdout } = await done('inspect', app);
    expect(stdout).toContain(`1.0: ${digests['1.0']}`);
    expect(stdout).toContain('by targets/ci');
    await done('inspect', '--forget', app);
    // Who forgets and believes whatever comes first has no root at all.
    const blind = await dct('inspect', '--forget', '--first-use', app);
    expect(blind).toMatchObject({ code: 2, stderr: expect.stringContaining('--forget begins anew from a root that you know') });
  });

  it('verifies by the signed tag, and refuses one that nobody has signed', async () => {
    const run = await done('verify', '--signer', 'ci', '--json', image('1.1'));
    expect(run.results[0]).toMatchObject({ verdict: 'trusted', reference: `${app}@${digests['1.1']}`, signers: ['targets/ci'] });
    expect(await dct('verify', image('1.3'))).toMatchObject({ code: 1, stdout: expect.stringContaining('not trusted') });
    expect(await dct('verify', '--signer', 'other', image('1.1'))).toMatchObject({ code: 1 });
  });

  it('logs in where the server asks for it, and nowhere else', async () => {
    service.login = 'robot:geheim';
    expect(await dct('inspect', app)).toMatchObject({ code: 77 });
    world.env.NOTARY_AUTH = Buffer.from('robot:geheim').toString('base64');
    service.seen.length = 0;
    await done('verify', image('1.1'));
    expect(new Set(service.seen.map(({ host }) => host))).toEqual(new Set(['notary.example']));
    // What was said explicitly goes before the variable.
    const wrong = world.write('login', 'robot:falsch\n');
    const refused = await dct('inspect', '--notary-login-file', wrong, app);
    expect([refused.code, refused.stderr.includes('falsch')]).toEqual([77, false]);
    world.env.NOTARY_AUTH = 'no base64!';
    expect(await dct('inspect', app)).toMatchObject({ code: 65 });
    delete world.env.NOTARY_AUTH;
    service.login = undefined;
  });

  it('is signed elsewhere: a file, the bytes of each part, and back', async () => {
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const spki = new Uint8Array(pair.publicKey.export({ type: 'spki', format: 'der' }));
    const pub = publicKey('elsewhere.pub', spki);
    await done('delegation', 'add', '--key', 'dct-targets', '--public-key', pub, app, 'elsewhere');
    const made = await done('sign', '--prepare', 'update.json', '--public-key', pub, '--json', image('1.2'));
    const [{ parts }] = made.results as unknown as [{ parts: { part: string; data: string }[] }];
    const signatures = parts.flatMap(({ part, data }, at) => {
      const bytes = sign('sha256', readFileSync(data), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
      return ['--signature', `${part}=${world.write(`${at}.sig`, new Uint8Array(bytes))}`];
    });
    const swapped = signatures.map((word) => word.replace(/\d\.sig$/, (name) => (name === '0.sig' ? '1.sig' : '0.sig')));
    expect((await dct('sign', '--complete', 'update.json', ...swapped, app)).code).toBe(65);
    await done('sign', '--complete', 'update.json', ...signatures, app);
    await done('verify', '--signer', 'elsewhere', image('1.2'));
    await done('sign', '--key', 'signer', '--remove', '1.2', app);
    expect(await dct('sign', '--complete', 'update.json', ...signatures, app)).toMatchObject({
      code: 76,
      stderr: expect.stringContaining('targets/releases was version'),
    });
  });

  it('goes on with the same approvals after days; an update that came between makes them worth nothing', async () => {
    const { spki } = await world.addKey('people', 'ec-p256', { approvers: people });
    await done('delegation', 'add', '--key', 'dct-targets', '--public-key', publicKey('people.pub', spki), app, 'people');
    const words = ['sign', '--key', 'people', image('1.3')];
    expect(await dct(...words)).toMatchObject({ code: 75, stderr: expect.stringContaining('same command again') });
    expect(waiting()).toHaveLength(2);
    world.clock.advance(60_000);
    expect((await dct(...words)).code).toBe(75);
    expect(waiting()).toHaveLength(2);
    const shown = await shownTo('Ada');
    expect(shown.map(({ mismatches }) => mismatches)).toEqual([[], []]);
    const added = { 'added: tag 1.3': expect.stringContaining(String(digests['1.3'])), 'compared with': expect.any(String) };
    expect(shown.map(({ claims }) => claims)).toEqual([expect.objectContaining(added), expect.objectContaining(added)]);
    expect(shown[0]?.facts?.details?.['tag 1.3']).toContain(digests['1.3']);
    await approve();
    expect((await dct(...words)).code).toBe(0);
    await done('verify', '--signer', 'people', image('1.3'));
    expect((await dct('sign', '--key', 'people', '--remove', '1.3', app)).code).toBe(75);
    for (const { claims, mismatches } of await shownTo('Ada')) {
      expect(claims['removed: tag 1.3']).toContain(digests['1.3']);
      expect(mismatches).toEqual([]);
    }
    await done('sign', '--key', 'signer', '--prolong', app);
    await approve();
    // Nobody decides on what nobody can publish.
    expect((await dct('sign', '--key', 'people', image('1.2'))).code).toBe(75);
    expect(waiting()).toHaveLength(2);
    await done('sign', '--key', 'signer', '--prolong', app);
    expect((await dct('sign', '--key', 'people', image('1.2'))).code).toBe(76);
    expect(waiting()).toHaveLength(0);
    expect(world.tsb.requests.filter(({ status }) => status === 'CANCELLED')).toHaveLength(2);
    const late = await dct('sign', '--key', 'people', '--remove', '1.3', app);
    expect(late).toMatchObject({
      code: 76,
      stderr: expect.stringMatching(/targets\/releases was version \d+ and is version \d+/),
    });
  });

  it('replaces keys of the server, and removes a signer', async () => {
    await done('rotate', '--key', 'dct-root', 'snapshot', app);
    await world.addKey('dct-targets-2');
    await done('rotate', '--key', 'dct-root', '--new-key', 'dct-targets-2', 'targets', app);
    const removed = await dct('delegation', 'remove', '--key', 'dct-targets-2', app, 'elsewhere');
    expect(removed).toMatchObject({ code: 0, stderr: expect.stringContaining('--prolong') });
    await done('inspect', app);
  });

  it('migrates what the registry still has through one request, and names what it has not', async () => {
    const { chain } = await world.addKey('release', 'ec-p256', { approvers: people });
    world.registry.manifests.delete(`team/app@${digests['1.1']}`);
    const report = join(world.folder, 'moved.json');
    const words = ['migrate', '--key', 'release', '--chain', chain, '--format', 'notation-jws', '--format', 'cosign'];
    const dry = await dct(...words, '--dry-run', app);
    expect(dry).toMatchObject({ code: 1, stdout: expect.stringContaining('missing-image  1.1') });
    expect((await dct(...words, '--report', report, app)).code).toBe(75);
    const asked = waiting().length;
    expect((await dct(...words, '--report', report, app)).code).toBe(75);
    expect(waiting()).toHaveLength(asked);
    await approve();
    const run = await dct(...words, '--report', report, '--json', app);
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 1, stderr: '' });
    const { entries } = JSON.parse(readFileSync(report, 'utf8')) as { entries: { tag: string; status: string }[] };
    expect(entries.map(({ tag, status }) => [tag, status])).toEqual([
      ['1.0', 'signed'],
      ['1.1', 'missing-image'],
      ['1.3', 'signed'],
    ]);
  });
});
