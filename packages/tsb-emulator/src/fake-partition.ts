import { spkiOf } from '@securosys/core';
import { type AddKeyOptions, addKey, type FakeKey } from './add-key.js';
import type { ApproverKeyPair } from './approvals/approver-key.js';
import type { CertificateAuthority } from './certificate-authority.js';
import { approveInProcess, authorizationTokenFor, type FakeRequest, listRequests, rejectInProcess } from './in-process.js';
import type { Partition } from './partition.js';

/** What a test does to one partition beside the API. */
export interface FakePartition {
  readonly name: string;
  /** The bearer token that leads to it now; empty when none is asked for. */
  readonly token: string;
  /** Puts a key into the partition. @throws SignError as `POST /v1/key` fails */
  addKey(options: AddKeyOptions): Promise<FakeKey>;
  /** Approves with a real signature. @throws SignError as `POST /v1/approval` fails */
  approve(requestId: string, approver: ApproverKeyPair): Promise<void>;
  /** Rejects with a real login signature. @throws SignError as `PATCH /v1/task` fails */
  reject(requestId: string, approver: ApproverKeyPair): Promise<void>;
  /** One `signedApprovals` entry, base64, over the challenge of a request. */
  signedApproval(requestId: string, approver: ApproverKeyPair): string;
  /** All requests, oldest first. */
  readonly requests: readonly FakeRequest[];
  readonly certificateAuthority: CertificateAuthority;
  /** SubjectPublicKeyInfo DER of the key that dates challenges, for approvers that pin it. */
  readonly timestampKey: Uint8Array;
  /** SubjectPublicKeyInfo DER of the key that signs key attributes. Reading it makes the key, which takes 50 to 500 ms. */
  readonly attestationKey: Uint8Array;
  /** DER of the root above the attestation key, for verifiers that pin it: fresh, and marked as emulated. */
  attestationRoot(): Promise<Uint8Array>;
  /** DER certificates of the attestation key and of the emulated device, as the TSB answers them: without the root. */
  attestationChain(): Promise<Uint8Array[]>;
}

/** The conveniences of one partition. What they change is committed before they return, like a call's changes. */
export function fakePartition(partition: Partition, tokenNow: () => string): FakePartition {
  const committed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } finally {
      partition.store.commit();
    }
  };
  const { certificateAuthority: authority } = partition;
  return {
    name: partition.name,
    get token() {
      return tokenNow();
    },
    addKey: (key) => committed(() => addKey(partition, key)),
    approve: (id, approver) => committed(() => approveInProcess(partition, id, approver)),
    reject: (id, approver) => committed(() => rejectInProcess(partition, id, approver)),
    signedApproval: (id, approver) => authorizationTokenFor(partition, id, approver),
    get requests() {
      return listRequests(partition);
    },
    certificateAuthority: {
      root: () => committed(() => authority.root()),
      issue: (options) => committed(() => authority.issue(options)),
    },
    timestampKey: spkiOf(partition.timestampKey.publicKey),
    get attestationKey() {
      const spki = spkiOf(partition.attestationKey.publicKey);
      partition.store.commit();
      return spki;
    },
    attestationChain: () => committed(() => partition.attestationChain.certificates()),
    attestationRoot: () => committed(() => partition.attestationChain.root()),
  };
}
