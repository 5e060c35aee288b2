import assert from 'node:assert/strict';
import { createFolderStore } from '@securosys/core/folder-store';
import { dctTrust } from '@securosys/dct';
import { createOci } from '@securosys/oci';
import { createSigner, migrationReport, prepareMigration } from '@securosys/sign';
import { approverFormats } from '@securosys/sign/approver';
import { approverKeyFromPrivateKey, createApprover } from '@securosys/tsb-client';
import { pushImage } from '../../lib/images.js';
import { NotationHome } from '../../lib/notation-home.js';
import { startDockerRegistry } from '../../lib/registries.js';
import { Cosign } from '../cosign/cosign.js';
import { createPeoplesKey } from './quorum-key.js';
import { ourRepository, partKey, type World } from './world.js';

const [count, lost] = [101, 't50'];
/** Programs that run at once. */
const atOnce = 4;
/** When the rest is left to a sample: every fifth round. */
const patienceMs = 180_000;
const deadlineMs = 420_000;

/** A whole repository leaves: one decision of each approver, and both other formats accept all that is still there. */
export async function migration(world: World): Promise<void> {
  const { report, scope, servers, broker } = world;
  const [real] = servers;
  if (!real) return;
  await report.case(
    `${count} tags, one of them lost, are migrated: one decision each, notation and cosign accept the rest`,
    async () => {
      const registry = await startDockerRegistry(scope);
      const oci = createOci({ plainHttp: [registry.host] });
      scope.defer(() => oci.close());
      const gun = `${registry.host}/moved/app`;
      const set: Record<string, { digest: string; size: number }> = {};
      for (let at = 0; at < count; at++) {
        const name = await pushImage(oci, `${gun}:t${at}`);
        const { descriptor } = await oci.open(name).resolve();
        set[`t${at}`] = { digest: descriptor.digest, size: descriptor.size };
      }
      const three = await createPeoplesKey(world, 'moves');
      const keys = {
        root: await partKey(broker.backend, 'ec-p256'),
        targets: await partKey(broker.backend, 'ec-p384'),
        signer: await partKey(broker.backend, 'rsa-2048'),
      };
      const own = await ourRepository({ scope, gun: () => gun }, real, keys);
      await own.sign({ set }, keys.signer);
      const deleted = await fetch(`http://${registry.host}/v2/moved/app/manifests/${set[lost]?.digest}`, { method: 'DELETE' });
      assert.equal(deleted.status, 202);

      const { url, tsb } = broker.emulator;
      const { publicKey, publicPath } = await broker.key('moves');
      const { spki } = await broker.backend.describeKey({ label: 'moves' });
      const root = await tsb.certificateAuthority.root();
      const chain = [await tsb.certificateAuthority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' }), root];
      const store = createFolderStore(await scope.folder());
      const signer = createSigner(broker.backend, { label: 'moves' }, { chain, store });
      const trust = dctTrust({ root: own.pin, server: () => own.server, signers: ['ci'] });
      const migrated = await prepareMigration(gun, { trust, signer, store, oci, format: ['notation-jws', 'cosign'] });
      await migrated.request?.submit();
      for (const { privateKey } of three.slice(0, 2)) {
        const approver = createApprover({
          url,
          auth: broker.auth,
          key: approverKeyFromPrivateKey(privateKey),
          formats: approverFormats,
          pinnedTimestampKey: tsb.timestampKey,
          attestationKeys: [tsb.attestationKey],
        });
        const shown = (await approver.requests()).filter(({ id }) => id === migrated.request?.id);
        const [request] = shown;
        assert.ok(request && shown.length === 1, `${shown.length} requests`);
        assert.deepEqual([request.missing ?? [], request.extra, request.mismatches], [[], [], []]);
        // One part for Notary, two for cosign.
        assert.equal(request.tasks.length, 3 * (count - 1));
        await approver.decide(request, 'approve', { acceptRisks: request.risksToAccept });
        await approver.close();
      }
      const completed = await migrated.request?.complete({ approvalTimeoutMs: 60_000 });
      const { entries } = migrationReport(migrated, completed);
      assert.equal(entries.length, count);
      for (const { tag, status, signatures } of entries)
        if (tag === lost) assert.equal(status, 'missing-image');
        else assert.deepEqual([status, Object.keys(signatures ?? {}).sort()], ['signed', ['cosign', 'notation-jws']]);

      const home = await NotationHome.create(scope, { anchors: [root] });
      const cosign = await Cosign.create(scope);
      const left = entries.filter(({ tag }) => tag !== lost).map(({ digest }) => `${gun}@${digest}`);
      assert.equal(left.length, count - 1);
      assert.ok(publicKey.startsWith('-----BEGIN PUBLIC KEY'));
      const end = performance.now() + patienceMs;
      const verified = async (image: string): Promise<void> => {
        const { code, stdout, stderr } = await home.notation('verify', '--insecure-registry', image);
        assert.equal(code, 0, `notation verify ${image}\n${stdout}${stderr}`);
        await cosign.must('cosign', [
          'verify',
          '--key',
          publicPath,
          '--insecure-ignore-tlog=true',
          '--allow-http-registry',
          image,
        ]);
      };
      for (let at = 0; at < left.length; at += atOnce) {
        if (performance.now() > end && at % (5 * atOnce) !== 0) continue;
        await Promise.all(left.slice(at, at + atOnce).map(verified));
      }
    },
    deadlineMs,
  );
}
