import { systemClock } from '@securosys/core';
import { defaultLoginWindow } from './approvals/login.js';
import { createCertificateAuthority } from './certificate-authority.js';
import { createAttestationChain } from './hsm/attestation-chain.js';
import { AttestationKey } from './hsm/attestation-key.js';
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
  const partition: Partition = {
    name,
    clock,
    store,
    material,
    clientFlags,
    keys: new KeyStore(store.collection(storedKeys), clientFlags),
    requests: new RequestStore(store.collection(storedRequests)),
    timestampKey: new TimestampKey((make) => material.key('timestamp key', make)),
    attestationKey,
    attestationChain: createAttestationChain(clock, attestationKey, {
      read: () => material.read('attestation chain'),
      write: (certificates) => material.keep('attestation chain', certificates),
    }),
    certificateAuthority: createCertificateAuthority(clock, material),
    loginWindow: options.loginWindow ?? defaultLoginWindow,
  };
  store.commit();
  return partition;
}
