import { setTimeout as sleep } from 'node:timers/promises';
import type { KeySpec } from '@securosys/core';
import { cosignAttestation, cosignImage } from '@securosys/cosign';
import { approverKeyFromPrivateKey, buildPolicy, createApprover, quorum } from '@securosys/tsb-client';
import { createApproverKey } from '@securosys/tsb-emulator';
import type { Broker } from './holders.js';

const people = ['Ada', 'Ben', 'Cleo'].map((name) => createApproverKey(name));

/** Makes a key that two of three people have to approve each use of. */
export async function createKeyOfPeople({ client }: Broker, label: string, spec: KeySpec): Promise<void> {
  const rule = quorum(2, people, { timeoutSeconds: 86_400 });
  await client.keys.create({ label, spec, policy: buildPolicy({ use: rule, modify: rule, unblock: rule, block: rule }) });
}

/** What one of them approved: the digest of the image that they were shown, or `undefined` for the bytes of a file. */
export interface Approval {
  readonly keyLabel: string;
  readonly digest: string | undefined;
}

/**
 * Two of the three people look several times a second for what is asked and approve it, until the work is done. They approve blindly only
 * what nobody can explain: bytes of a file.
 * @returns what each of the two approved
 */
export async function approving<T>(
  { emulator, auth }: Broker,
  labels: readonly string[],
  work: Promise<T>,
): Promise<{ result: T; approved: readonly (readonly Approval[])[] }> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  const person = async ({ privateKey }: (typeof people)[number]): Promise<Approval[]> => {
    const approver = createApprover({
      url: emulator.url,
      auth,
      key: approverKeyFromPrivateKey(privateKey),
      formats: [cosignImage, cosignAttestation],
      pinnedTimestampKey: emulator.tsb.timestampKey,
      attestationKeys: [emulator.tsb.attestationKey],
    });
    const approved: Approval[] = [];
    try {
      for (; !done; await sleep(100))
        for (const task of await approver.tasks()) {
          if (!labels.includes(String(task.keyLabel))) continue;
          const digest = /sha256:[0-9a-f]{64}/.exec(task.facts?.title ?? '')?.[0];
          await approver.approve(task, { allowBlind: digest === undefined });
          approved.push({ keyLabel: String(task.keyLabel), digest });
        }
      return approved;
    } finally {
      await approver.close();
    }
  };
  const [result, ...approved] = await Promise.all([settled, ...people.slice(0, 2).map(person)]);
  return { result, approved };
}
