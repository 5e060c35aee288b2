import { systemClock } from '@securosys/core';
import { defaultLoginWindow } from './approvals/login.js';
import { createCertificateAuthority } from './certificate-authority.js';
import { createAttestationChain } from './hsm/attestation-chain.js';
import { AttestationKey } from './hsm/attestation-key.js';
import { TimestampKey } from './hsm/timestamp-key.js';
import { KeyStore } from './keys/key-store.js';
import { storedKeys } from './keys/stored-key.js';
import type { FakeTsbOptions } from './options.js';
import type { Partition } from './partition.js';
import { RequestStore } from './requests/request-store.js';
import { storedRequests } from './requests/stored-request.js';
import type { Journal } from './store/journal.js';
import { PartitionStore } from './store/partition-store.js';

/** A partition with what the journal holds of it. */
export function createPartition(name: string, options: FakeTsbOptions, journal: Journal): Partition {
  const clock = options.clock ?? systemClock;
  const store = new PartitionStore(name, journal);
  const attestationKey = new AttestationKey(options.attestationKey);
  return {
    name,
    clock,
    store,
    keys: new KeyStore(store.collection(storedKeys)),
    requests: new RequestStore(store.collection(storedRequests)),
    timestampKey: new TimestampKey(),
    attestationKey,
    attestationChain: createAttestationChain(clock, attestationKey),
    certificateAuthority: createCertificateAuthority(clock),
    loginWindow: options.loginWindow ?? defaultLoginWindow,
  };
}
