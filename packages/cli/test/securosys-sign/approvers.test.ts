import { generateKeyPairSync } from 'node:crypto';
import { base64Text, type KeyBackend, SignError, sha256Hex, spkiOf } from '@securosys/core';
import { pemText } from '@securosys/pki';
import { afterAll, expect, it } from 'vitest';
import { createApprovers } from '../../src/securosys-sign/approvers.js';
import { nameApproversOf } from '../../src/securosys-sign/open/approver-names.js';
import { createSignWorld, removeSignWorlds } from './world.js';

afterAll(removeSignWorlds);
const newKey = () => spkiOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);

it('people are called what the rules of the key call them', async () => {
  const world = await createSignWorld();
  const keys = [newKey(), newKey(), newKey()];
  for (const [at, name] of ['a', 'b', 'c'].entries())
    world.write(`${name}.pub`, pemText(keys[at] ?? new Uint8Array(), 'PUBLIC KEY'));
  const approvers = ['Ada=a.pub', 'Ada B.=b.pub', 'Ben=c.pub'].flatMap((one) => ['--approver', one]);
  expect((await world.run('policy', 'build', 'key', ...approvers, '--quorum', '2', '--output', 'rules.json')).code).toBe(0);
  await world.run('key', 'create', 'shared', '--spec', 'ec-p256', '--rules', 'rules.json');
  const asked = await world.run('key', 'block', 'shared');
  expect(asked).toMatchObject({ code: 75, stderr: expect.stringContaining('not yet by Ada, Ada B., Ben; ') });
});

it('two people of one name are told apart by their keys', async () => {
  const [one, other, ben] = [newKey(), newKey(), newKey()];
  const approval = (name: string, spki: Uint8Array) => ({ type: 'public_key', name, value: base64Text(spki) });
  const approvals = [approval('Ada', one), approval('Ada', other), approval('Ben', ben)];
  const policy = { ruleUse: { tokens: [{ groups: [{ approvals }] }] } };
  const client = { keys: { attributes: async () => ({ json: { policy } }) } };
  const approvers = createApprovers();
  const { signal } = new AbortController();
  nameApproversOf({ client, operations: undefined } as unknown as KeyBackend, { approvers, signal });
  await approvers.learn('release');
  expect(approvers.name(base64Text(one))).toBe(`Ada [key ${sha256Hex(one)}]`);
  expect(approvers.name(base64Text(ben))).toBe('Ben');
});

it('who is in no rules, or in rules that nobody may read, has the hash of the key', async () => {
  const approvers = createApprovers();
  const spki = newKey();
  approvers.use(async () => {
    throw new SignError('ERR_FORBIDDEN', 'no');
  });
  await approvers.learn('release');
  expect(approvers.name(base64Text(spki))).toBe(`key ${sha256Hex(spki)}`);
  expect(approvers.name('Ada of the backend')).toBe('Ada of the backend');
});
