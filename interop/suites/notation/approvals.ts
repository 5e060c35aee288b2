import assert from 'node:assert/strict';
import { createSigner } from '@securosys/core';
import { notationJws } from '@securosys/notation-envelope';
import { createFolderStore, resumeSigningRequest, SignError, signImage } from '@securosys/sign';
import { approverKeyFromPrivateKey, buildPolicy, createApprover, quorum } from '@securosys/tsb-client';
import { createApproverKey } from '@securosys/tsb-emulator';
import { pushImage } from '../../lib/images.js';
import { emulated, theyAccept, weAccept } from './judges.js';
import type { World } from './world.js';

/** Two of three people approve over HTTP, and somebody who only has the id and the store attaches the signature. */
export async function approvedSignatures(world: World): Promise<void> {
  const { report, scope, registries, oci, client, auth, tsb, home, connect, root } = world;
  for (const [at, registry] of registries.entries())
    await report.case(`notation accepts a signature that two of three people approved, on ${registry.name}`, async () => {
      const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));
      const rule = quorum(2, people, { timeoutSeconds: 86_400 });
      const policy = buildPolicy({ use: rule, modify: rule, unblock: rule, block: rule });
      const label = `approved-${at}`;
      await client.keys.create({ label, spec: at === 0 ? 'rsa-2048' : 'ec-p256', policy });
      const { spki } = await connect().describeKey({ label });
      const leaf = await tsb.tsb.certificateAuthority.issue({ spki, subject: 'CN=release,O=Acme,ST=Zurich,C=CH' });
      const folder = await scope.folder();
      const tagged = `${registry.host}/approved/app:1`;
      const reference = await pushImage(oci, tagged);

      const signer = createSigner(connect(), { label }, { chain: [leaf, root], store: createFolderStore(folder) });
      const pending = await signImage(tagged, { signer, format: 'notation-jws', expiry: '90d', oci }).then(
        () => assert.fail('nobody has approved'),
        (error: unknown) => error,
      );
      if (!SignError.is(pending, 'ERR_APPROVAL_PENDING')) throw pending;

      for (const person of people.slice(0, 2)) {
        const key = approverKeyFromPrivateKey(person.privateKey);
        const approver = createApprover({
          url: tsb.url,
          auth,
          key,
          formats: [notationJws],
          pinnedTimestampKey: tsb.tsb.timestampKey,
        });
        scope.defer(() => approver.close());
        const [task, ...more] = await approver.tasks();
        assert.ok(task && more.length === 0, 'one task each');
        assert.equal(task.facts?.subject?.digest, reference.split('@')[1]);
        await approver.approve(task);
      }

      const id = String(pending.details.requestId);
      const request = await resumeSigningRequest(id, { backend: connect(), store: createFolderStore(folder), oci });
      const { manifests } = await request.complete({ approvalTimeoutMs: 20_000 });
      assert.equal(manifests[0]?.reference, reference);
      await theyAccept(home, reference);
      await weAccept(home, reference, { oci, trust: emulated });
    });
}
