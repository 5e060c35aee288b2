import { approverCalls } from './approvers.js';
import { attestationCalls } from './attestation.js';
import type { CallEndpoint } from './calls.js';
import { blockCalls, modifyCalls, unblockCalls } from './changes.js';
import { dataObjectCalls } from './data-objects.js';
import type { TsbGroups } from './groups.js';
import { onboardingCalls } from './onboarding/onboarding.js';
import { rareCertificateCalls } from './rare-certificate-calls.js';
import { rareKeyCalls } from './rare-key-calls.js';
import { rareServiceCalls } from './rare-service-calls.js';
import { fileCalls, hmacCalls, randomCall, timestampCall } from './utilities.js';
import { wrappingCalls } from './wrapping.js';

/** What a TSB is asked beside using keys and following requests: {@link TsbGroups} without what is there at once. */
export interface RareCalls extends Omit<TsbGroups, 'keys' | 'sign' | 'ciphers' | 'requests' | 'certificates' | 'service'> {
  readonly keys: Omit<TsbGroups['keys'], 'attributes' | 'list'>;
  readonly certificates: Omit<TsbGroups['certificates'], 'get'>;
  readonly service: Omit<TsbGroups['service'], 'version'>;
}

export function rareCalls(call: CallEndpoint): RareCalls {
  return {
    keys: rareKeyCalls(call),
    wrapping: wrappingCalls(call),
    block: blockCalls(call),
    unblock: unblockCalls(call),
    modify: modifyCalls(call),
    hmac: hmacCalls(call),
    files: fileCalls(call),
    certificates: rareCertificateCalls(call),
    dataObjects: dataObjectCalls(call),
    attestation: attestationCalls(call),
    service: rareServiceCalls(call),
    approvers: approverCalls(call),
    onboarding: onboardingCalls(call),
    random: randomCall(call),
    timestamp: timestampCall(call),
  };
}
