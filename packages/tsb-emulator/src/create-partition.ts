import { systemClock } from '@securosys/core';
import { defaultLoginWindow } from './approvals/login.js';
import { storedApprovers } from './approver-management/approver-record.js';
import { ApproverStore } from './approver-management/approver-store.js';
import { createCertificateAuthority } from './certificate-authority.js';
import { storedDataObjects } from './data-objects/data-object.js';
import { createAttestationChain } from './hsm/attestation-chain.js';
import { AttestationKey } from './hsm/attestation-key.js';
import { createTimestampAuthority } from './hsm/rfc3161.js';
import { TimestampKey } from './hsm/timestamp-key.js';
import { KeyStore } from './keys/key-store.js';
import { storedKeys } from './keys/stored-key.js';
import { readClientFlags } from './licence.js';
import type { FakeTsbOptions } from './options.js';
import type { Partition } from './partition.js';
import { RequestStore } from './requests/request-store.js';
import { storedRequests } from './requests/stored-request.js';
import type { Journal } from './store/journal.js';
import { Material, storedMaterial } from './store/material.js';
import { PartitionStore } from './store/partition-store.js';

/** A partition with what the journal holds of it. */
export function createPartition(name: string, options: FakeTsbOptions, journal: Journal): Partition {
  const clock = options.clock ?? systemClock;
  const store = new PartitionStore(name, journal);
  const material = new Material(store.collection(storedMaterial));
  const clientFlags = readClientFlags(options.clientFlags);
  const attestationKey = new AttestationKey(options.attestationKey, (make) => material.key('attestation key', make));
  const certificateAuthority = createCertificateAuthority(clock, material);
  const partition: Partition = {
    name,
    clock,
    store,
    material,
    clientFlags,
    keys: new KeyStore(store.collection(storedKeys), clientFlags),
    requests: new RequestStore(store.collection(storedRequests)),
    approvers: new ApproverStore(store.collection(storedApprovers)),
    dataObjects: store.collection(storedDataObjects),
    timestampKey: new TimestampKey((make) => material.key('timestamp key', make)),
    attestationKey,
    attestationChain: createAttestationChain(clock, attestationKey, {
      read: () => material.read('attestation chain'),
      write: (certificates) => material.keep('attestation chain', certificates),
    }),
    certificateAuthority,
    timestampAuthority: createTimestampAuthority(certificateAuthority, material),
    loginWindow: options.loginWindow ?? defaultLoginWindow,
  };
  store.commit();
  return partition;
}
