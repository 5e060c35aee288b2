import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSignWorld, people, removeSignWorlds, type SignWorld } from './world.js';

let world: SignWorld;
let chain: string;
let other: string;
beforeAll(async () => {
  world = await createSignWorld();
  ({ chain } = await world.addKey('release', 'ec-p256', { approvers: people }));
  ({ chain: other } = await world.addKey('other'));
});
afterAll(removeSignWorlds);

const examine = async (config: object, ...words: string[]) => {
  world.writeConfig(config);
  const { code, results, stderr } = await world.run('doctor', '--json', ...words);
  const findings = (results[0]?.findings ?? []) as { check: string; status: string; meaning: string; todo?: string }[];
  return { code, stderr, of: (check: string) => findings.find((one) => one.check === check) };
};

it('finds nothing wrong where nothing is', async () => {
  const { code, of } = await examine({ key: 'release', chain });
  expect(code).toBe(0);
  for (const check of ['separation of duties', 'connection', 'certificate']) expect(of(check)).toMatchObject({ status: 'ok' });
  expect(of('key')).toMatchObject({ status: 'warning', meaning: expect.stringContaining('emulator') });
});

it('names requester and approver secrets that stand in one place, by their members and not by their values (S43)', async () => {
  const login = await examine({ key: 'release', chain, approverKeyFile: join(world.folder, 'ada.key') });
  expect(login.of('separation of duties')).toMatchObject({
    status: 'warning',
    meaning: expect.stringContaining('approverKeyFile'),
  });
  const both = await examine({ approverKey: 'sentinel-secret', apiKeys: { KeyOperationToken: ['sentinel-secret'] } });
  expect(both).toMatchObject({ code: 1 });
  expect(both.of('separation of duties')).toMatchObject({ status: 'problem' });
  expect(JSON.stringify(both.of('separation of duties'))).not.toContain('sentinel-secret');
});

it('tells a wrong token, a missing key and the certificate of another key apart, each with what to do', async () => {
  expect((await examine({ token: 'wrong', key: 'release' })).of('token')).toMatchObject({
    status: 'problem',
    todo: expect.any(String),
  });
  expect((await examine({ key: 'nowhere' })).of('key')).toMatchObject({ status: 'problem' });
  const { code, of } = await examine({ key: 'release', chain: other });
  expect({ code, found: of('certificate') }).toMatchObject({ code: 1, found: { status: 'problem' } });
});

it('says when a TSB does not answer, and where a policy is wrong', async () => {
  world.beforeCall = async () => {
    throw new TypeError('fetch failed');
  };
  const { code, of } = await examine({ key: 'release', signingPolicy: world.write('policy.yaml', 'version: 1\nrule: []\n') });
  world.beforeCall = async () => undefined;
  expect({ code, found: of('connection') }).toMatchObject({ code: 1, found: { status: 'problem' } });
  expect(of('signing policy')).toMatchObject({ status: 'problem', meaning: expect.stringContaining('policy.yaml:2') });
});
