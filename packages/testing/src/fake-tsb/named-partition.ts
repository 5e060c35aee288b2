import { invalidArgument } from '@securosys/core';
import type { AddKeyOptions, ApproverKeyPair, FakeKey, FakePartition } from '@securosys/tsb-emulator';
import type { KeyApprovers, People } from './people.js';

/** A key to put into a fake TSB: with a `policy`, or with `approvers` in its place. */
export interface TestKeyOptions extends AddKeyOptions {
  readonly approvers?: KeyApprovers;
}

/** A partition whose approvers have names. Where one is asked for, a key of the test's own is as good. */
export interface TestPartition extends Omit<FakePartition, 'addKey' | 'approve' | 'reject' | 'signedApproval'> {
  /** Puts a key into the partition. @throws SignError as `POST /v1/key` fails */
  addKey(options: TestKeyOptions): Promise<FakeKey>;
  /** Approves with a real signature. @throws SignError as `POST /v1/approval` fails */
  approve(requestId: string, approver: string | ApproverKeyPair): Promise<void>;
  /** Rejects with a real login signature. @throws SignError as `PATCH /v1/task` fails */
  reject(requestId: string, approver: string | ApproverKeyPair): Promise<void>;
  /** One `signedApprovals` entry, base64, over the challenge of a request. */
  signedApproval(requestId: string, approver: string | ApproverKeyPair): string;
  /** The key of the person of that name: made once, the same in all partitions. */
  approver(name: string): ApproverKeyPair;
}

/** The members that take names; what they do is done by the partition. */
function named(partition: FakePartition, people: People) {
  return {
    async addKey({ approvers, ...key }: TestKeyOptions) {
      if (approvers && key.policy) invalidArgument('addKey: approvers take the place of a policy');
      return partition.addKey(approvers ? { ...key, policy: people.rules(approvers) } : key);
    },
    approve: async (id: string, approver: string | ApproverKeyPair) => partition.approve(id, people.key(approver)),
    reject: async (id: string, approver: string | ApproverKeyPair) => partition.reject(id, people.key(approver)),
    signedApproval: (id: string, approver: string | ApproverKeyPair) => partition.signedApproval(id, people.key(approver)),
    approver: (name: string) => people.key(name),
  };
}

/** The same partition, with everything else that it has, but approvers may be named. */
export function withNames<T extends FakePartition>(partition: T, people: People): Omit<T, keyof TestPartition> & TestPartition {
  // Getters stay getters: they show the moment at which they are read.
  return Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(partition),
      ...Object.getOwnPropertyDescriptors(named(partition, people)),
    },
  ) as Omit<T, keyof TestPartition> & TestPartition;
}
