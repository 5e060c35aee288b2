import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64Bytes, type Operation, type PendingStore } from '@securosys/core';
import { createFolderStore } from '@securosys/core/folder-store';
import { rsaKey } from '../../../../tests/rsa-key.js';
import { createTestClock } from '../../../testing/src/index.js';
import { approvalEntry, createApproverKey, createFakeTsb } from '../../../tsb-emulator/src/index.js';
import { createTsbBackend, type TsbBackend, type TsbBackendStyle, type TsbOperations } from '../../src/index.js';

/** A process: what it has in memory is gone with it, its store is the folder that all of them share. */
export interface Process {
  readonly backend: TsbBackend;
  readonly store: PendingStore;
  readonly operations: TsbOperations;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** An emulated TSB with keys that Ada approves the use of and keys that ask nobody, and a folder for the records of all processes. */
export async function openWorld() {
  const clock = createTestClock();
  const tsb = createFakeTsb({ clock, attestationKey: rsaKey() });
  const ada = createApproverKey('Ada');
  const rule = {
    tokens: [
      { name: 'one', timelock: 0, timeout: 86_400, groups: [{ name: 'officers', quorum: 1, approvals: [approvalEntry(ada)] }] },
    ],
  };
  const policy = { ruleUse: rule, ruleBlock: rule, ruleUnblock: rule, ruleModify: rule };
  await tsb.addKey({ label: 'signing', spec: 'ec-p256', policy });
  await tsb.addKey({ label: 'plain', spec: 'ec-p256' });
  const decrypting = { privateKey: rsaKey(), attributes: { sign: false, decrypt: true, unwrap: true } };
  await tsb.addKey({ label: 'decrypting', policy, ...decrypting });
  await tsb.addKey({ label: 'plain decrypting', ...decrypting });
  const folder = await mkdtemp(join(tmpdir(), 'operations-'));

  function process(style: TsbBackendStyle = {}): Process {
    const auth = { type: 'token' as const, token: tsb.token };
    const backend = createTsbBackend({ url: tsb.url, auth, fetch: tsb.fetch, clock, retries: 0, ...style });
    const store = createFolderStore(join(folder, 'pending'), { clock });
    return { backend, store, operations: backend.operations({ store }) };
  }

  /** Makes a key an authority: the emulator issues certificates in the name of the issuer's own. */
  async function certify(label: string): Promise<void> {
    const { client } = process().backend;
    const { publicKey } = (await client.keys.attributes(label)).json;
    const spki = base64Bytes(publicKey ?? '');
    await client.certificates.import(
      label,
      await tsb.certificateAuthority.issue({ spki, subject: `CN=${label}`, profile: 'ca' }),
    );
  }

  return {
    certify,
    clock,
    tsb,
    ada,
    policy,
    process,
    open: () => tsb.requests.filter(({ status }) => status === 'PENDING' || status === 'APPROVED'),
    approve: (operation: Pick<Operation<unknown>, 'id'>) => tsb.approve(operation.id ?? '', ada),
    close: async () => {
      await tsb.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
