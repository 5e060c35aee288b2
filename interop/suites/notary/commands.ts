import assert from 'node:assert/strict';
import { createOci } from '@securosys/oci';
import { pemText } from '@securosys/pki';
import { pushImage } from '../../lib/images.js';
import { startDockerRegistry } from '../../lib/registries.js';
import { NotaryClient } from './client.js';
import { basicProxy, encodedLogin } from './login-proxy.js';
import { openProgram } from './program.js';
import type { RealServer } from './servers.js';
import { partKey, rootCertificate, type World } from './world.js';

const deadlineMs = 180_000;

/** Commands of the built program that nothing else here runs: what they make, the original client reads. */
export async function commands(world: World): Promise<void> {
  const { report, scope, broker } = world;
  const [real] = world.servers as readonly [RealServer];
  const registry = await startDockerRegistry(scope);
  const locked = await basicProxy(scope, registry.host);
  const program = await openProgram(world, real, [registry.host, locked]);
  const oci = createOci({ plainHttp: [registry.host] });
  scope.defer(() => oci.close());
  const { publicPath } = await broker.key('rsa-2048');

  /** A repository with one signer, set up by the program. */
  async function setUp(gun: string, root: string, pin: readonly string[] = ['--root', root]): Promise<void> {
    await program.must('dct', 'init', '--root-key', 'ec-p256', '--targets-key', 'ec-p384', '--root', root, gun);
    await program.must('dct', 'delegation', 'add', ...pin, '--key', 'ec-p384', '--public-key', publicPath, gun, 'ci');
  }
  const listed = async (client: NotaryClient, gun: string) =>
    (await client.list(gun)).map(({ tag, digest }) => `${tag} ${digest}`);

  await report.case(
    'dct rotate timestamp and root: clients that knew the repository read on, by the old pin and by the new one',
    async () => {
      const gun = `${registry.host}/rotated/app`;
      await setUp(gun, 'rotated.pem');
      const image = await pushImage(oci, `${gun}:v1`);
      await program.must('dct', 'sign', '--root', 'rotated.pem', '--key', 'rsa-2048', `${gun}:v1`);
      const tags = [`v1 ${image.slice(image.indexOf('@') + 1)}`];
      const client = await NotaryClient.create(scope, real);
      assert.deepEqual(await listed(client, gun), tags);
      await program.must('dct', 'rotate', '--root', 'rotated.pem', '--key', 'ec-p256', 'timestamp', gun);
      assert.deepEqual(await listed(client, gun), tags);
      const next = await rootCertificate(await partKey(broker.backend, 'rsa-3072'), gun);
      const newRoot = await program.write('next.pem', pemText(next, 'CERTIFICATE'));
      const rotate = ['dct', 'rotate', '--root', 'rotated.pem', '--key', 'ec-p256', '--new-key', 'rsa-3072'];
      await program.must(...rotate, '--new-root', newRoot, 'root', gun);
      for (const reader of [client, await NotaryClient.create(scope, real)]) assert.deepEqual(await listed(reader, gun), tags);
      for (const root of ['rotated.pem', 'next.pem'])
        assert.match(await program.must('dct', 'inspect', '--root', root, gun), /^root: version 3, /m);
    },
    deadlineMs,
  );

  await report.case(
    'a root that a CA has issued is pinned by --root-ca, any root by --root-key-id, and no other',
    async () => {
      const gun = `${registry.host}/issued/app`;
      const { certificateAuthority: authority } = broker.emulator.tsb;
      const { spki } = await broker.backend.describeKey({ label: 'ec-p256' });
      const issued = await authority.issue({ spki, subject: `CN=${gun}` });
      await program.write('issued.pem', pemText(issued, 'CERTIFICATE'));
      await program.write('ca.pem', pemText(await authority.root(), 'CERTIFICATE'));
      await setUp(gun, 'issued.pem', ['--root-ca', 'ca.pem']);
      const [report] = (await program.must('dct', 'inspect', '--json', '--root-ca', 'ca.pem', gun)).split('\n');
      const { roles } = JSON.parse(report ?? '') as { roles: { role: string; keys: { id: string }[] }[] };
      const id = roles.find(({ role }) => role === 'root')?.keys[0]?.id ?? '';
      await program.must('dct', 'inspect', '--root-key-id', id, gun);
      assert.equal((await program.attempt(['dct', 'inspect', '--root-key-id', '0'.repeat(64), gun])).code, 1);
      const other = await rootCertificate(await partKey(broker.backend, 'ec-p384'), gun);
      await program.write('other.pem', pemText(other, 'CERTIFICATE'));
      assert.equal((await program.attempt(['dct', 'inspect', '--root-ca', 'other.pem', gun])).code, 1);
      const client = await NotaryClient.create(scope, real);
      assert.match(await client.call('list', gun), /No targets present/);
    },
    deadlineMs,
  );

  await report.case(
    'REGISTRY_AUTH opens the registry whose tags are signed, and NOTARY_AUTH does not',
    async () => {
      const gun = `${locked}/locked/app`;
      await setUp(gun, 'locked.pem');
      const image = await pushImage(oci, `${registry.host}/locked/app:v1`);
      const sign = ['dct', 'sign', '--root', 'locked.pem', '--key', 'rsa-2048', `${gun}:v1`];
      assert.equal((await program.attempt(sign)).code, 77);
      assert.equal((await program.attempt(sign, { NOTARY_AUTH: encodedLogin })).code, 77);
      const { code, stdout, stderr } = await program.attempt(sign, { REGISTRY_AUTH: encodedLogin });
      assert.equal(code, 0, stdout + stderr);
      const verify = ['dct', 'verify', '--root', 'locked.pem', '--signer', 'ci', `${gun}:v1`];
      assert.equal((await program.attempt(verify, { REGISTRY_AUTH: encodedLogin })).code, 0);
      const client = await NotaryClient.create(scope, real);
      assert.deepEqual(await listed(client, gun), [`v1 ${image.slice(image.indexOf('@') + 1)}`]);
    },
    deadlineMs,
  );
}
