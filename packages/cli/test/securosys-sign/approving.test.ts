import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { base64Text } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { connectTsb } from '@securosys/sign';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackendFactory } from '../../src/backends/backends.js';
import type { SecurosysSignIo } from '../../src/securosys-sign/io.js';
import { createSignWorld, people, pushImage, removeSignWorlds, type SignWorld } from './world.js';

const pemOf = (key: KeyObject, more: object = {}) => String(key.export({ format: 'pem', type: 'pkcs8', ...more }));
const application = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
let world: SignWorld;
let requester: Record<string, unknown>;

/** What a person has on a machine of their own: no token, no key of the application. */
function personal(name: string, change: object = {}): object {
  return { approverKeyFile: join(world.folder, `${name}.key`), hsmTimestampKeys: [join(world.folder, 'time.pem')], ...change };
}

/** Signs its requests with the application key of the settings. */
const signing: BackendFactory = async (settings) => {
  const { url, auth, applicationKey } = await settings.tsb();
  const { fetch, clock } = world.tsb;
  return connectTsb({ url, auth, fetch, clock, random: () => 0.5, ...(applicationKey && { applicationKey }) });
};

/** Runs a command as one of the people; answers what is asked, in order. */
async function as(name: string, words: string[], { answers = [], change = {} }: { answers?: string[]; change?: object } = {}) {
  world.write('person.json', JSON.stringify({ restApi: world.tsb.url, ...personal(name, change) }));
  const asked: string[] = [];
  const answer = async (question: string) => {
    asked.push(question);
    return answers.shift() ?? '';
  };
  const terminal: SecurosysSignIo['terminal'] = async () => ({ ask: answer, askSecret: answer });
  const io = answers.length > 0 ? { terminal } : {};
  const run = await world.runWith(io, ...words, '--config', join(world.folder, 'person.json'));
  return { ...run, asked };
}

/** One request of two signatures over a fresh image. @returns its id */
async function submit(content: string, ...more: string[]): Promise<string> {
  await pushImage(world.oci, world.image, content);
  const words = ['--submit', '--json', '--format', 'notation-jws', '--format', 'notation-cose', ...more];
  const { results, code, stderr } = await world.runWith(
    { backends: { tsb: signing } },
    'request',
    'prepare',
    ...words,
    world.image,
  );
  expect({ code, stderr }).toEqual({ code: 75, stderr: '' });
  return String(results[0]?.id);
}

const waiting = () => world.tsb.requests.filter(({ status }) => status === 'PENDING');

beforeAll(async () => {
  world = await createSignWorld();
  const { chain } = await world.addKey('release', 'ec-p256', { approvers: people });
  const pair = { privateKey: base64Text(new Uint8Array(application.privateKey.export({ format: 'der', type: 'pkcs8' }))) };
  requester = { key: 'release', chain, applicationKeyPair: pair };
  world.writeConfig(requester);
  world.write('time.pem', pemText(world.tsb.timestampKey, 'PUBLIC KEY'));
  world.write('ci.pem', String(application.publicKey.export({ format: 'pem', type: 'spki' })));
  for (const name of people.of) world.write(`${name}.key`, pemOf(world.tsb.approver(name).privateKey));
});
afterAll(removeSignWorlds);

const known = () => ({ requesters: { 'release-ci': join(world.folder, 'ci.pem') } });

describe('what waits for somebody', () => {
  it('is shown as one request, what bytes prove apart from claims, without a token and without deciding anything', async () => {
    const id = await submit('one', '--reason', 'release \u202e1.4');
    const { code, stdout, stderr } = await as('Ada', ['tasks'], { change: known() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`request ${id}: 2 tasks to decide at once`);
    expect(stdout).toMatch(
      /PROVEN[\s\S]*sha256:[0-9a-f]{64}[\s\S]*CLAIMED of all of them by release-ci[\s\S]*reason +release [^\u202e]*1\.4/,
    );
    expect(stdout).toMatch(/SHOWN AS [0-9a-f]{64}\n/);
    expect(waiting().every(({ approvedBy }) => (approvedBy ?? []).length === 0)).toBe(true);
    const { results } = await as('Ada', ['tasks', '--json']);
    expect(results).toMatchObject([{ id, isBatch: true, canBeApproved: true, tasks: [{ keyLabel: 'release' }, {}] }]);
  });

  it('is nothing for a key that no rule names', async () => {
    world.write('Eve.key', pemOf(world.tsb.approver('Eve').privateKey));
    expect(await as('Eve', ['tasks'])).toMatchObject({ code: 0, stdout: '', stderr: expect.stringContaining('nothing waits') });
  });
});

describe('approve', () => {
  it('asks once, and approves all of a request; a second person carries it out', async () => {
    const [first] = (await as('Ada', ['tasks', '--json'])).results;
    const id = String(first?.id);
    const ada = await as('Ada', ['approve', id], { answers: ['yes'], change: known() });
    expect(ada).toMatchObject({ code: 0, asked: ['type yes to approve these 2 tasks'] });
    expect(ada.stderr).toContain('PROVEN');
    expect(ada.stdout.match(/ {2}approved\n/g)).toHaveLength(2);
    const cleo = await as('Cleo', ['approve', id, '--yes', '--json'], { change: known() });
    expect(cleo).toMatchObject({
      code: 0,
      results: [{ decision: 'approve', tasks: [{ outcome: 'approved' }, {}], newcomers: [] }],
    });
    expect(waiting()).toHaveLength(0);
    expect((await world.run('request', 'complete', id)).code).toBe(0);
    expect(await as('Ada', ['approve', id, '--yes'])).toMatchObject({ code: 66 });
  });

  it('does not take --yes for a second look: a risk is typed by its name, or nothing is decided', async () => {
    const id = await submit('two');
    const refused = await as('Ada', ['approve', id, '--yes']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('unknown-requester') });
    const no = await as('Ada', ['approve', id], { answers: ['yes'] });
    expect(no).toMatchObject({ code: 1, asked: [expect.stringContaining('(unknown-requester)')] });
    expect(waiting().every(({ approvedBy }) => (approvedBy ?? []).length === 0)).toBe(true);
    expect((await as('Ada', ['approve', id], { answers: ['unknown-requester'] })).code).toBe(0);
    const ben = await as('Ben', ['approve', id, '--yes', '--accept-risk', 'unknown-requester']);
    expect(ben.code).toBe(0);
    expect(waiting()).toHaveLength(0);
  });

  it('has to be told what to look at in another run, and refuses when it is another set by now', async () => {
    const id = await submit('three');
    const [shown] = (await as('Ada', ['tasks', '--json'], { change: known() })).results;
    const other = await as('Ada', ['approve', id, '--yes', '--shown', 'ab'.repeat(32)], { change: known() });
    expect(other).toMatchObject({ code: 65, stderr: expect.stringContaining('not what was shown') });
    const same = await as('Ada', ['approve', id, '--yes', '--shown', String(shown?.shownSha256)], { change: known() });
    expect(same.code).toBe(0);
  });

  it('asks nobody where nobody sits: that is a mistake of the command line', async () => {
    const [request] = (await as('Ben', ['tasks', '--json'], { change: known() })).results;
    const id = String(request?.id);
    expect((await as('Ben', ['approve', id], { change: known() })).code).toBe(2);
    expect((await as('Ben', ['approve', id, '--json'], { change: known() })).code).toBe(2);
  });

  it('refuses the key of the application itself (S43)', async () => {
    world.write('ci.key', pemOf(application.privateKey));
    const change = { applicationKeyPair: requester.applicationKeyPair };
    const { code, stderr } = await as('ci', ['tasks'], { change });
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('nobody asks and approves with one key') });
  });

  it('asks for the password of an encrypted key, and says nothing of a wrong one', async () => {
    const passphrase = 'correct horse battery staple';
    const encrypted = pemOf(world.tsb.approver('Ada').privateKey, { cipher: 'aes-256-cbc', passphrase });
    world.write('locked.key', encrypted);
    expect((await as('locked', ['tasks'], { answers: [passphrase] })).code).toBe(0);
    const wrong = await as('locked', ['tasks'], { answers: ['wrong horse'] });
    expect(wrong.code).toBe(77);
    expect(wrong.stdout + wrong.stderr).not.toMatch(/wrong horse|PRIVATE KEY/);
  });
});

describe('reject', () => {
  it('ends a request, after a yes', async () => {
    const [request] = (await as('Cleo', ['tasks', '--json'], { change: known() })).results;
    const id = String(request?.id);
    expect((await as('Cleo', ['reject', id], { answers: ['no'] })).code).toBe(1);
    expect((await as('Cleo', ['reject', id], { answers: ['yes'] })).stdout).toMatch(/ {2}rejected\n/);
    expect((await as('Ben', ['reject', id, '--yes'])).code).toBe(0);
    expect((await world.run('request', 'status', id)).code).toBe(1);
  });
});
