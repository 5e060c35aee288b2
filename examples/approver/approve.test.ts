import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Text, utf8Bytes } from '@securosys/core';
import { buildPolicy, createTsbClient, encodeMetadata, quorum, type TsbClient } from '@securosys/tsb-client';
import { createApproverKey, startTsbEmulator } from '@securosys/tsb-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rsaKey } from '../../tests/rsa-key.js';
import { run } from './approve.js';

const people = ['Ada', 'Ben'].map((name) => createApproverKey(name));
const pem = (key: KeyObject) => String(key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }));
let folder: string;
let emulator: Awaited<ReturnType<typeof startTsbEmulator>>;
let client: TsbClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'approver-example-'));
  emulator = await startTsbEmulator({ banner: () => undefined, attestationKey: rsaKey() });
  client = createTsbClient({ url: emulator.url, auth: { type: 'token', token: emulator.token } });
  const both = quorum(2, people, { timeoutSeconds: 3600 });
  await client.keys.create({
    label: 'release',
    spec: 'ec-p256',
    policy: buildPolicy({ use: both, modify: both, unblock: both }),
  });
  for (const [name, key] of Object.entries({ time: emulator.tsb.timestampKey, attest: emulator.tsb.attestationKey }))
    await writeFile(join(folder, `${name}.pem`), `-----BEGIN PUBLIC KEY-----\n${base64Text(key)}\n-----END PUBLIC KEY-----\n`);
  await writeFile(join(folder, 'ci.pem'), pem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey));
  for (const { name, privateKey } of people) await writeFile(join(folder, `${name}.pem`), pem(privateKey), { mode: 0o600 });
});

afterAll(async () => {
  await client.close();
  await emulator.close();
  await rm(folder, { recursive: true });
});

/** Asks for a signature that no format explains, as part of a batch. */
async function ask(text: string, batchId: string): Promise<string> {
  const metadata = encodeMetadata({ facts: {}, claims: { reason: text }, binding: { batchId } });
  return client.sign.asynchronous({
    payload: base64Text(utf8Bytes(text)),
    signKeyName: 'release',
    signatureAlgorithm: 'SHA256_WITH_ECDSA',
    metaData: base64Text(metadata),
  });
}

/** Runs the tool as one of the people; answers its questions in order. */
async function tool(person: string, args: readonly string[], answers: string[] = []) {
  const file = (name: string) => join(folder, `${name}.pem`);
  const printed: string[] = [];
  const asked: string[] = [];
  const code = await run([...args, '--url', emulator.url, '--key', file(person), '--timestamp-key', file('time')], {
    print: (line) => printed.push(line),
    complain: (line) => printed.push(line),
    ask: async (question) => {
      asked.push(question);
      return answers.shift() ?? '';
    },
  });
  return { code, printed, asked };
}

const risks = 'unknown-format unknown-requester batch-differs';
const taskOf = (printed: readonly string[], reason: string): string => {
  const at = printed.findIndex((line) => line.includes(`reason`) && line.endsWith(reason));
  const own = printed.slice(0, at).findLast((line) => / {6}task [0-9a-f-]{36}/.test(line));
  return own?.trim().split(' ')[1] ?? '';
};

describe('the approver’s tool of the examples', () => {
  it('says how it is used when something is missing', async () => {
    const printed: string[] = [];
    const complaints: string[] = [];
    const io = {
      print: (line: string) => printed.push(line),
      complain: (line: string) => complaints.push(line),
      ask: async () => '',
    };
    const complete = ['--url', 'x', '--key', join(folder, 'nowhere.pem'), '--timestamp-key', 'x'];
    const wrong = [[], ['burn', ...complete], ['list', ...complete], ['--nonsense'], ['list', '--config', folder, ...complete]];
    for (const args of wrong) expect(await run(args, io)).toBe(2);
    expect(printed).toEqual([]);
    for (const [at, what] of ['are needed', 'no command burn', 'nowhere.pem', '--nonsense', 'EISDIR'].entries())
      expect(complaints[at]).toMatch(new RegExp(`${what}[^]*--timestamp-key FILE`));
    expect([await run(['--help'], io), printed[0]]).toEqual([0, expect.stringContaining('--timestamp-key FILE')]);
  });

  it('takes where the TSB is, and how to get in, from a file', async () => {
    const config = join(folder, 'tsb.json');
    await writeFile(config, JSON.stringify({ url: emulator.url, auth: { type: 'token', token: emulator.token } }));
    expect((await tool('Ada', ['list', '--config', config])).code).toBe(0);
    await writeFile(config, JSON.stringify({ url: 'http://127.0.0.1:1', auth: { type: 'none' } }));
    await expect(tool('Ada', ['list', '--config', config])).rejects.toMatchObject({ code: 'ERR_NETWORK' });
  });

  it('lists tasks, proven and claimed apart, and decides nothing', async () => {
    await ask('first', 'one');
    const { code, printed, asked } = await tool('Ada', ['list']);
    expect([code, asked]).toEqual([0, []]);
    expect(printed.join('\n')).toMatch(
      /PROVEN[\s\S]*CLAIMED by whoever asks[\s\S]*reason +first[\s\S]*THINK ABOUT unknown-format/,
    );
    expect(emulator.tsb.requests[0]).toMatchObject({ approvedBy: [] });
  });

  it('does not approve what needs a second look because of --yes, nor of a yes', async () => {
    const task = taskOf((await tool('Ada', ['list'])).printed, 'first');
    const { code, asked } = await tool('Ada', ['approve', task, '--yes'], ['yes']);
    expect(code).toBe(1);
    expect(asked).toEqual([expect.stringContaining(risks)]);
    expect(emulator.tsb.requests[0]).toMatchObject({ approvedBy: [] });
  });

  it('approves what was thought about, and two people make a signature', async () => {
    const task = taskOf((await tool('Ada', ['list'])).printed, 'first');
    const ada = await tool('Ada', ['approve', task], [risks]);
    expect([ada.code, ada.printed.at(-1)]).toEqual([0, `${task}  approved`]);
    const accepted = risks.split(' ').flatMap((risk) => ['--accept', risk]);
    const attested = await tool('Ben', ['list', '--attestation-key', join(folder, 'attest.pem')]);
    expect(attested.printed.join('\n')).toContain('rules of today, by the HSM:');
    const ben = taskOf(attested.printed, 'first');
    const { code, printed } = await tool('Ben', ['approve', ben, '--yes', ...accepted]);
    expect(code).toBe(0);
    expect(printed.join('\n')).toContain('DECIDED so far: Ada [key ');
    expect(printed.join('\n')).toContain('by the TSB alone; nothing proves it:');
    expect(emulator.tsb.requests[0]?.status).toBe('EXECUTED');
  });

  it('decides a batch at once, and rejects', async () => {
    await Promise.all(['a', 'b', 'c'].map((text) => ask(text, 'two')));
    await ask('other', 'three');
    const { code, printed } = await tool('Ada', ['batch', 'two'], [risks]);
    expect(code).toBe(0);
    expect(printed.filter((line) => line.endsWith('  approved'))).toHaveLength(3);
    const other = taskOf((await tool('Ada', ['list'])).printed, 'other');
    expect((await tool('Ada', ['reject', other])).printed.at(-1)).toBe(`${other}  rejected`);
    await expect(tool('Ada', ['approve', other])).rejects.toMatchObject({ code: 'ERR_REQUEST_NOT_FOUND' });
  });

  it('knows applications by name', async () => {
    const { code } = await tool('Ada', ['list', '--requester', `release-ci=${join(folder, 'ci.pem')}`]);
    expect(code).toBe(0);
    await expect(tool('Ada', ['list', '--requester', `=${join(folder, 'ci.pem')}`])).rejects.toMatchObject({
      code: 'ERR_INVALID_ARGUMENT',
    });
  });
});
