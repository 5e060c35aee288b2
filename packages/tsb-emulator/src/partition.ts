import type { Clock } from '@securosys/core';
import type { LoginWindow } from './approvals/login.js';
import type { ApproverStore } from './approver-management/approver-store.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { DataObjects } from './data-objects/data-object.js';
import type { AttestationChain } from './hsm/attestation-chain.js';
import type { AttestationKey } from './hsm/attestation-key.js';
import type { TimestampAuthority } from './hsm/rfc3161.js';
import type { TimestampKey } from './hsm/timestamp-key.js';
import type { KeyStore } from './keys/key-store.js';
import type { RequestStore } from './requests/request-store.js';
import type { Material } from './store/material.js';
import type { PartitionStore } from './store/partition-store.js';

/** Everything one partition of an emulated TSB knows. */
export interface Partition {
  readonly name: string;
  readonly clock: Clock;
  readonly keys: KeyStore;
  readonly requests: RequestStore;
  readonly approvers: ApproverStore;
  readonly dataObjects: DataObjects;
  /** Commits what a call changed. */
  readonly store: PartitionStore;
  readonly timestampKey: TimestampKey;
  readonly attestationKey: AttestationKey;
  readonly attestationChain: AttestationChain;
  /** What is made once and kept: keys of the HSM, certificates. */
  readonly material: Material;
  /** What the licence allows (`tsb-rest-api.md` §2.9). */
  readonly clientFlags: ReadonlySet<string>;
  readonly certificateAuthority: CertificateAuthority;
  readonly timestampAuthority: TimestampAuthority;
  readonly loginWindow: LoginWindow;
}

/** The HSM's time: whole seconds since 1970. */
export function hsmSeconds(partition: Pick<Partition, 'clock'>): number {
  return Math.floor(partition.clock.now() / 1000);
}
